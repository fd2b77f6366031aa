import { z } from "zod";
import { switchInputs } from "./inputs.ts";

/** Every input of LeavingReleases: where the record is, what comes into each slot, and how long sessions of what leaves may stay. */
export const leavingInputs = z.strictObject({
  region: switchInputs.shape.region,
  profile: switchInputs.shape.profile,
  /** Role the plugin assumes to write; left out: the caller's own credentials. */
  roleArn: switchInputs.shape.roleArn,
  table: switchInputs.shape.table,
  stack: switchInputs.shape.stack,
  releases: switchInputs.shape.releases,
  /** Milliseconds. */
  drainDeadline: z.int().min(0),
});
/** The inputs of LeavingReleases, as the program gives them. */
export type LeavingInputs = z.infer<typeof leavingInputs>;
