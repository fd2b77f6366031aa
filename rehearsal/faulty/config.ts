import { z } from "zod";
import { fault } from "../hub/faults.ts";

/** The faults that the proxy puts in front of a hub, as its command line has them. */
export const outside = z.strictObject({
  /** Its tool that asks a language model. */
  tool: z.string(),
  /** The tool that stands for all others; null: the hub has no other. */
  otherTool: z.string().nullable(),
  faults: z.array(fault).min(1),
});
/** The faults in front of a hub, parsed. */
export type Outside = z.infer<typeof outside>;
