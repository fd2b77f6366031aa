import { z } from "zod";
import { fault } from "../hub/faults.ts";

/** What is put in front of a hub. */
export const outside = z.strictObject({
  /** Its tool that asks a language model. */
  tool: z.string(),
  /** The tool that stands for all others; null: the hub has no other. */
  otherTool: z.string().nullable(),
  faults: z.array(fault).min(1),
});
export type Outside = z.infer<typeof outside>;
