import { z } from "zod";
import { evenIfIncomplete } from "./config-problems.ts";

/** Fargate's sizes (Amazon ECS, task size): memory in MiB allowed for each CPU value. */
const memoryFor: Readonly<Record<number, readonly [number, number]>> = {
  256: [512, 2_048],
  512: [1_024, 4_096],
  1024: [2_048, 8_192],
  2048: [4_096, 16_384],
  4096: [8_192, 30_720],
};

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
    hubConfig: z
      .record(z.string(), z.unknown())
      .default({})
      .describe("The hub's config file. A change is a new release; the other colour keeps its own."),
    environment: z
      .record(z.string(), z.string())
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
      .literal([256, 512, 1024, 2048, 4096])
      .default(512)
      .describe("CPU units of a task; 1024 are one vCPU."),
    memory: z.int().default(1_024).describe("Memory of a task in MiB."),
    architecture: z.enum(["ARM64", "X86_64"]).default("ARM64").describe("What the image is built for."),
  })
  .superRefine(({ cpu, memory, tasks, maxTasks }, context) => {
    const [least, most] = memoryFor[cpu] ?? [0, Infinity];
    if (typeof memory === "number" && (memory < least || memory > most))
      context.addIssue({
        code: "custom",
        path: ["memory"],
        input: memory,
        message: `${memory} MiB do not go with ${cpu} CPU units, which take ${least} to ${most}`,
      });
    if (typeof maxTasks === "number" && typeof tasks === "number" && maxTasks < tasks)
      context.addIssue({
        code: "custom",
        path: ["maxTasks"],
        input: maxTasks,
        message: `${maxTasks} is below tasks ${tasks}`,
      });
  }, evenIfIncomplete);
export type SlotConfig = z.infer<typeof slot>;

/** The most tasks that autoscaling may start: twice the tasks unless the config says it. */
export const mostTasks = ({ tasks, maxTasks }: SlotConfig): number => maxTasks ?? tasks * 2;
