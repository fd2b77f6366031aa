import { z } from "zod";
import { type Weights, bothWeights, sameWeights } from "./weight.ts";

/**
 * A hand edit as somebody saw it: what the rule showed (null: it was gone), and the record that it differs from. A refresh puts it
 * into Pulumi's state; the `up` that finds the very same there adopts it.
 */
export const handEdit = z.strictObject({
  live: bothWeights.nullable(),
  recorded: bothWeights,
  fence: z.int(),
});
/** A hand edit as a look at the account found it. */
export type HandEdit = z.infer<typeof handEdit>;

/** Whether two looks saw the same edit of the same record. A rollback in between makes it another one. */
export function isSameEdit(one: HandEdit, another: HandEdit | null): boolean {
  return (
    another !== null &&
    one.fence === another.fence &&
    sameWeights(one.recorded, another.recorded) &&
    sameOrGone(one.live, another.live)
  );
}

function sameOrGone(one: Weights | null, another: Weights | null): boolean {
  return one === null || another === null ? one === another : sameWeights(one, another);
}
