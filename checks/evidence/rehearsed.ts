import { z } from "zod";
import type { EvidenceLine } from "./evidence-line.ts";
import { parseEvidenceLine } from "./parse-line.ts";

/** The kind of the line that says what a rehearsal's evidence is of. */
export const rehearsedKind = "rehearsed";

/** What a rehearsal says of itself in the first line of its evidence. */
const rehearsedBody = z.looseObject({
  /** Name of the release as the stack whose config was rehearsed has it. */
  release: z.string(),
});
/** What was rehearsed: the release by the name that its stack gives it, and whatever else is told. */
export type Rehearsed = z.infer<typeof rehearsedBody>;

/** What a file of evidence says that it is a rehearsal of; null: it is a rollout's own. Throws for a line that is none. */
export function rehearsedIn(text: string): Rehearsed | null {
  const [first] = text.split("\n", 1);
  return first === undefined || first === "" ? null : rehearsedBy(parseEvidenceLine(first));
}

function rehearsedBy({ kind, body }: EvidenceLine): Rehearsed | null {
  return kind === rehearsedKind ? rehearsedBody.parse(body) : null;
}

/** Whether evidence shows that a rollout was rolled back. */
export const showsRollback = (text: string): boolean => /"(outcome|to|state|kind)":"rolled-back"/.test(text);
