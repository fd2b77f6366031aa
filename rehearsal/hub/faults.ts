import { z } from "zod";
import { type Fault, type FaultKind, type FaultPlace, faultKinds, faultPlaces } from "../faults/cells.ts";

/** A fault as a release's config has it. */
export const fault = z.strictObject({
  kind: z.enum(faultKinds),
  where: z.enum(faultPlaces),
  share: z.number().gt(0).max(1),
  after: z.int().min(0).optional(),
  ms: z.number().min(0).optional(),
});

/** What the sample hub does by itself, and says in its log; all else is done to its answers by the proxy in front of it. */
const ownKinds: ReadonlySet<FaultKind> = new Set([
  "hang",
  "slow",
  "rpc-error",
  "is-error",
  "empty-result",
  "llm-failure",
  "tool-gone",
  "out-of-memory",
]);
const ownPlaces: ReadonlySet<FaultPlace> = new Set(["analysis", "other-tool", "tools/list"]);

/** Whether the sample hub itself can have this fault. */
export const isOwn = ({ kind, where }: Pick<Fault, "kind" | "where">): boolean =>
  ownKinds.has(kind) && ownPlaces.has(where);

/** The sample hub's config file. */
export const hubFile = z.object({
  /** Name that the hub goes by in its answers. */
  name: z.string().default("sample-hub"),
  /** Milliseconds of an analysis without faults. */
  analysisMs: z.number().min(0).default(5),
  /** The hub stays in state `starting`. */
  neverReady: z.boolean().default(false),
  /** The health path answers with a web page. */
  healthPage: z.boolean().default(false),
  /** What is wrong with its answers. */
  faults: z
    .array(fault.refine(isOwn, "the sample hub itself has no such fault: put the proxy in front of it"))
    .default([]),
});
/** The sample hub's config, parsed. */
export type HubFile = z.infer<typeof hubFile>;
