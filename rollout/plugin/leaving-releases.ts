import type { provider } from "@pulumi/pulumi";
import { colours } from "../../domain/colour.ts";
import { iso } from "../../domain/iso.ts";
import { type LeavingInputs, leavingInputs } from "../../domain/leaving-inputs.ts";
import type { SwitchRecord } from "../../domain/record.ts";
import { openAccount } from "../aws/open-account.ts";
import { realClock } from "../run/open-ports.ts";
import { isTold, tellLeaving } from "../run/tell-leaving.ts";
import { hasUnknowns, parsedBy, problemsBy, unmark } from "./inputs.ts";

/** The type of the resource that tells sessions of a release that leaves. */
export const leavingType = "trafficswitch:index:LeavingReleases";

/** Another record is another resource. */
const identity = ["table", "stack", "region"] as const;

/**
 * The calls for `trafficswitch:index:LeavingReleases`. It has nothing of its own in the account: a create and an update write into
 * the record which release leaves, and a check, a diff and a read only look.
 */
export function leavingReleases(
  say: (urn: string, text: string) => void,
): Required<Pick<provider.Provider, "check" | "diff" | "create" | "update" | "read" | "delete">> {
  const tell = async (urn: string, value: unknown) => {
    const inputs = parsedBy(leavingInputs, value);
    await tellWith(inputs, (text) => say(urn, text));
    return inputs;
  };
  return {
    check: async (_urn, _olds, news) => ({ inputs: news, failures: problemsBy(leavingInputs, news) }),
    diff: async (_id, _urn, olds, news) => diff(unmark(olds) as Given, unmark(news) as Given),
    async create(urn, news) {
      const inputs = await tell(urn, news);
      return { id: `${inputs.table}/${inputs.stack}`, outs: inputs };
    },
    update: async (_id, urn, _olds, news) => ({ outs: await tell(urn, news) }),
    read: async (id, _urn, props) => ({ id, props: unmark(props) as Given }),
    delete: () => Promise.resolve(),
  };
}

type Given = Record<string, unknown>;

/** An `up` that was killed has told what it never did: the next one tells anew, or takes it back, although no input changed. */
async function diff(olds: Given, news: Given): Promise<provider.DiffResult> {
  const replaces = identity.filter((key) => olds[key] !== news[key] && !hasUnknowns(news[key]));
  if (replaces.length > 0 || hasUnknowns(news)) return { replaces };
  const inputs = parsedBy(leavingInputs, news);
  const record = await look(inputs);
  const untold = record !== null && !isTold(record, inputs, Date.now());
  // Without a verdict on `changes` the engine compares the inputs itself.
  return untold ? { replaces, changes: true } : { replaces };
}

/** Looked at with the caller's own credentials: whoever previews may take no role that writes. */
async function look({ region, profile, ...record }: LeavingInputs): Promise<SwitchRecord | null> {
  await using account = openAccount({ region, profile });
  return (await account.store(record).read())?.record ?? null;
}

/** On most changes nothing leaves under a session, and before a first deployment the role may not be usable yet. */
async function tellWith(inputs: LeavingInputs, say: (text: string) => void): Promise<void> {
  const record = await look(inputs);
  if (record === null || isTold(record, inputs, Date.now())) return;
  await using account = openAccount(inputs);
  const clock = realClock;
  const told = await tellLeaving({ store: account.store(inputs), clock, stack: inputs.stack }, inputs);
  for (const of of colours) {
    const left = told?.[of];
    if (left) say(`sessions on ${of}'s release ${left.release}, which leaves, end by ${iso(left.by)}`);
  }
}
