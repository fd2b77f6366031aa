import { shortened } from "../../domain/wrapped.ts";
import type { Ask } from "../clients/asks.ts";
import {
  type Fault,
  type FaultPlace,
  type Transport,
  faultKinds,
  senseless,
  slowMs,
  transports,
} from "../faults/cells.ts";
import { otherTool } from "../hub/tools.ts";
import { type Sight, isBad } from "../witness/sight.ts";
import type { Line } from "./evidence.ts";
import { describeFailure } from "./failure.ts";
import type { LoadWanted } from "./loads.ts";
import { faultyGreen, greenRelease } from "./releases.ts";
import { type CellResult, type Held, held } from "./result.ts";
import type { Play, Scenario } from "./scenario.ts";
import { accessLines, whereabouts } from "./witnessed.ts";

/** Half of the users meet the candidate, for as long as 500 of their requests at the fault's place take. */
const steps = [
  { weight: 50, bake: "40s" },
  { weight: 100, bake: "4s" },
];

/** Where a kind is played: at the first of these that makes sense for it. Gates' own probes see the least of what comes first. */
const preferred: readonly FaultPlace[] = [
  "other-tool",
  "analysis",
  "tools/list",
  "stream",
  "initialize",
  "notifications",
];
/** Requests that are well before the first that is not, where a gate at weight 0 would see it. */
const after = 40;

interface Cell {
  readonly fault: Fault;
  readonly transport: Transport;
}

/** Each kind once over each transport. */
const cells: readonly Cell[] = transports.flatMap((transport) =>
  faultKinds.flatMap((kind) => {
    const where = preferred.find((place) => senseless(kind, place, transport) === null);
    if (where === undefined) return [];
    const hidden = where === "other-tool" ? {} : { after };
    return [{ transport, fault: { kind, where, share: 1, ...hidden } }];
  }),
);

/** The scenario of every fault of the matrix on real processes; `--shard` plays a part of them. */
export const faults: Scenario = {
  name: "faults",
  promise: `Each kind of fault over each transport, ${cells.length} releases: none that hurts users stays, live's users see nothing.`,
  usual: false,
  byNameOnly: true,
  async run(play) {
    const { index, of } = play.choices.shard;
    const mine = cells.filter((_, n) => n % of === index);
    // Each release takes the place of one that was just rolled back, or, where it was kept by mistake, taken back.
    const rollout = { steps, replaceRollbackTarget: true };
    await play.mustUp("blue goes live", { rollout });
    const sound = greenRelease(play.stage.config);
    const results: CellResult[] = [];
    for (const cell of mine) results.push(await playCell(play, cell, sound));
    return { outcome: "rolled-back", cells: results, held: results.flatMap(promises) };
  },
};

/** @param sound the release that the fault is put into: each has its own alone */
async function playCell(
  play: Play,
  { fault, transport }: Cell,
  sound: ReturnType<typeof greenRelease>,
): Promise<CellResult> {
  const { kind, where, share } = fault;
  const name = `${kind} at ${where} over ${transport}`;
  const own = transport === "sse" ? "sse" : "streamable-http";
  await play.mustUp(`the next users speak ${transport}`, { greenWeight: 0, hub: { transport: own } });
  const began = Date.now();
  const told = (await play.evidence()).length;
  const before = play.sights.length;
  await play.startLoad(loadOf(transport, where));
  const deployed = await play.up(
    `green is deployed: ${name}`,
    faultyGreen(play.stage, [fault], named(sound, name)),
  );
  const ended = deployed.ok ? await play.up("greenWeight 100", { greenWeight: 100 }) : deployed;
  const decision = lastNo((await play.evidence()).slice(told));
  await play.stopLoad(name);
  const sights = play.sights.slice(before);
  const late = kind === "slow" ? slowMs : Infinity;
  const slotOf = whereabouts(play.stage, play.routed);
  const hurt = (slot: string, lateMs: number) =>
    sights.filter((sight) => slotOf(sight) === slot && (isBad(sight) || tookMs(sight) >= lateMs));
  const firstHurt = hurt("green", late)[0]?.answeredAt ?? null;
  const seconds = firstHurt === null || decision === null ? null : (decision.at - firstHurt) / 1_000;
  return {
    kind,
    where,
    share,
    transport,
    usersHurt: hurt("green", late).length,
    liveHurt: hurt("blue", Infinity).length,
    outcome: ended.ok ? "promoted" : deployed.ok ? "rolled-back" : "refused",
    badAnswers: countedBad(play, began),
    // Negative: the gate was sooner than the first user's patience.
    seconds: seconds === null ? null : Math.max(0, Math.round(seconds)),
    check: decision === null ? null : (/^[\w-]+(?=:)/.exec(decision.why)?.[0] ?? null),
    why: ended.ok ? null : shortened(decision?.why ?? describeFailure(ended), 200),
  };
}

/** A release of its own: the same one over another transport would be the one that was rejected. */
function named({ green }: ReturnType<typeof greenRelease>, name: string): ReturnType<typeof greenRelease> {
  const { environment } = green as { environment?: object };
  return { green: { ...green, environment: { ...environment, REHEARSAL_RELEASE: name } } };
}

/** Users of one transport only, who mostly ask for what the fault is at, in sessions that are new: those choose a slot. */
function loadOf(transport: Transport, where: FaultPlace): LoadWanted {
  const shareOf = (ask: Ask) => (isAt(ask, where) ? 10 * ask.share : ask.share);
  const patient = { patienceMs: 10_000, shareOf };
  if (transport === "stateless") return { ...patient, sessions: 0, newSessionsPerSecond: 0, perSecond: 50 };
  const many = { sessions: 10, newSessionsPerSecond: 4, asksPerShortSession: 10 };
  return { ...patient, ...many, perSecond: 0, stateless: false };
}

function isAt({ method, tool, analysis }: Ask, where: FaultPlace): boolean {
  if (where === "tools/list") return method === "tools/list";
  return where === "analysis" ? analysis : where === "other-tool" && tool === otherTool;
}

/** What last did not let the candidate go on: a gate's judgement, or a proof in traffic that it gave no answers to. */
function lastNo(lines: readonly Line[]): { at: number; why: string } | null {
  const no = lines.findLast(
    (line) => line.kind === "unproved" || (line.kind === "judged" && line.judgement.verdict !== "pass"),
  );
  if (no?.kind === "unproved") return { at: no.at, why: `proof: ${no.why}` };
  return no?.kind === "judged" ? { at: no.judgement.decidedAt, why: no.judgement.why } : null;
}

const tookMs = ({ sentAt, answeredAt }: Sight) => (answeredAt ?? sentAt) - sentAt;

const notBad: readonly string[] = ["ok", "drained", "refused"];

function countedBad({ stage }: Play, since: number): number {
  return accessLines(stage).filter(
    ({ slot, synthetic, timestamp, outcome }) =>
      slot === "green" && !synthetic && Date.parse(timestamp) >= since && !notBad.includes(outcome),
  ).length;
}

/** What a release that gzips costs is nothing: it is kept. */
function promises({ kind, where, transport, usersHurt, liveHurt, outcome, check, why }: CellResult): Held[] {
  const saw = `${outcome} by ${check ?? "nobody"}, ${usersHurt} hurt on green, ${liveHurt} on live; ${why ?? ""}`;
  const name = `${kind} at ${where} over ${transport}`;
  if (kind === "compressed")
    return [held(`${name} is kept`, outcome === "promoted" && usersHurt === 0 && liveHurt === 0, saw)];
  return [held(`${name} does not stay`, (outcome !== "promoted" || usersHurt === 0) && liveHurt === 0, saw)];
}
