import { z } from "zod";
import { evenIfIncomplete } from "./config-problems.ts";
import { registryCredentials } from "./config-secrets.ts";

/** Fargate's sizes (Amazon ECS, task size): memory in MiB for each CPU value, from, to, and in steps of. */
const memoryFor: Readonly<Record<number, readonly [least: number, most: number, step: number]>> = {
  256: [512, 2_048, 1_024],
  512: [1_024, 4_096, 1_024],
  1024: [2_048, 8_192, 1_024],
  2048: [4_096, 16_384, 1_024],
  4096: [8_192, 30_720, 1_024],
  8192: [16_384, 61_440, 4_096],
  16384: [32_768, 122_880, 8_192],
};

/** What Fargate has for a CPU value, in words; null where the memory is among it. */
function otherMemory(cpu: number, memory: number): string | null {
  const [least, most, step] = memoryFor[cpu] ?? [0, Infinity, 1];
  if (cpu === 256) return [512, 1_024, 2_048].includes(memory) ? null : "512, 1024 or 2048";
  const fits = memory >= least && memory <= most && (memory - least) % step === 0;
  return fits ? null : `${least} to ${most} in steps of ${step}`;
}

/** Names that neither kind of variables of the hub may have: what the program sets itself would be overwritten without a word. */
const ownVariables: readonly string[] = ["HUB_CONFIG", "HUB_PORT"];
/** The name of a variable of the hub: what a shell takes, but for the two that the program sets itself. */
export const variableName = z
  .string()
  .regex(/^[A-Za-z_][A-Za-z0-9_]*$/, "must be the name of an environment variable")
  .refine((name) => !ownVariables.includes(name), "is set by the program itself: hubConfig and hub.port");

/** One colour: what runs in its slot. Everything here that starts a deployment is part of the release's name. */
export const slot = z
  .strictObject({
    image: z
      .string()
      .regex(
        /^[a-z0-9][\w.\-/:]*(@sha256:[0-9a-f]{64})?$/i,
        "must be an image reference such as name@sha256:…",
      )
      .describe("Image of the hub; by digest (name@sha256:…) in production."),
    registryCredentials,
    hubConfig: z
      .record(z.string(), z.unknown())
      .default({})
      .describe("The hub's config file. A change is a new release; the other colour keeps its own."),
    environment: z
      .record(variableName, z.string())
      .default({})
      .describe("Further variables of the hub. No secrets."),
    tasks: z.int().min(1).max(100).default(2).describe("Tasks that carry all of the traffic."),
    maxTasks: z
      .int()
      .min(1)
      .max(1_000)
      .optional()
      .describe("Most tasks autoscaling may start; twice `tasks` unless set."),
    cpu: z
      .literal([256, 512, 1024, 2048, 4096, 8192, 16384])
      .default(512)
      .describe("CPU units of a task; 1024 are one vCPU."),
    memory: z.int().default(1_024).describe("Memory of a task in MiB."),
    architecture: z.enum(["ARM64", "X86_64"]).default("ARM64").describe("What the image is built for."),
  })
  .superRefine(({ cpu, memory, tasks, maxTasks }, context) => {
    const other = typeof memory === "number" ? otherMemory(cpu, memory) : null;
    if (other !== null)
      context.addIssue({
        code: "custom",
        path: ["memory"],
        input: memory,
        message: `${memory} MiB do not go with ${cpu} CPU units, which take ${other}`,
      });
    if (typeof maxTasks === "number" && typeof tasks === "number" && maxTasks < tasks)
      context.addIssue({
        code: "custom",
        path: ["maxTasks"],
        input: maxTasks,
        message: `${maxTasks} is below tasks ${tasks}`,
      });
  }, evenIfIncomplete);
/** A colour's config as parsed: every default filled in. */
export type SlotConfig = z.infer<typeof slot>;

/** The most tasks that autoscaling may start: twice the tasks unless the config says it. */
export const mostTasks = ({ tasks, maxTasks }: SlotConfig): number => maxTasks ?? tasks * 2;
