import { z } from "zod";

const share = z.number().min(0).max(1);

/** What can be wrong with a release of the sample hub; switched on in its config. */
export const faults = z.strictObject({
  /** Share of tool calls that end in a JSON-RPC error. */
  errorShare: share.default(0),
  /** Tool calls before the first of those errors: what few probes see is well. */
  errorAfter: z.int().min(0).default(0),
  /** Milliseconds that every tool call takes longer. */
  slowMs: z.number().min(0).default(0),
  /** Share of analyses whose language model fails: an error text inside a successful result. */
  llmFailureShare: share.default(0),
  /** The hub stays in state `starting`. */
  neverReady: z.boolean().default(false),
  /** The process ends after this many tool calls. */
  crashAfter: z.int().min(1).optional(),
  /** The tool is not listed. */
  toolMissing: z.boolean().default(false),
  /** `tools/list` fails while the health path is green. */
  listFails: z.boolean().default(false),
  /** The health path answers with a web page. */
  healthPage: z.boolean().default(false),
});
export type HubFaults = z.infer<typeof faults>;

/** The sample hub's config file. */
export const hubFile = z.object({
  /** Name that the hub goes by in its answers. */
  name: z.string().default("sample-hub"),
  /** Milliseconds of an analysis without faults. */
  analysisMs: z.number().min(0).default(5),
  faults: faults.prefault({}),
});
export type HubFile = z.infer<typeof hubFile>;
