import { type Colour, other } from "../../domain/colour.ts";
import type { SwitchRecord } from "../../domain/record.ts";
import { releaseNameOf } from "../../infra/release.ts";
import { stackName } from "../../infra/stack-file.ts";
import { liveByConfig } from "../live.ts";
import { type Left, leftOf } from "../parts.ts";
import type { Flags } from "./flags.ts";
import { type RecordFile, openRecord } from "./record-file.ts";
import { type StackText, readStack, recordOf } from "./stack.ts";

/** The release that a stack's pre-deployment record is about, and that record's file. */
export interface Candidate {
  readonly stack: StackText;
  /** What the account records; null: it was not asked, or nothing was ever deployed. */
  readonly live: SwitchRecord | null;
  readonly colour: Colour;
  /** The name of the release, as the stack's file asks for it. */
  readonly release: string;
  readonly file: RecordFile;
}

/** Finds the candidate: it is in the idle colour, by the account where that is asked, unless a colour is named. */
export async function openCandidate(
  flags: Pick<Flags, "stack" | "offline" | "slot" | "record">,
): Promise<Candidate> {
  const stack = await readStack(await stackName(flags.stack));
  const live = flags.offline ? null : await recordOf(stack);
  const colour = flags.slot ?? other(live?.live ?? liveByConfig(stack));
  const release = releaseNameOf(stack.config, colour);
  return { stack, live, colour, release, file: await openRecord(stack, flags.record) };
}

/** What of the candidate's record is left for people, each where it belongs in the file. */
export function leftIn({ stack, colour, release, file }: Candidate, record: RecordFile["record"]): Left[] {
  const countsBugs = stack.config.commands["bugs"] !== undefined;
  return leftOf(record, { release, colour, now: Date.now(), countsBugs }).map(({ path, what }) => ({
    path: `${file.prefix}${path}`,
    what,
  }));
}
