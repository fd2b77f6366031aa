import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import type { EngineEvent, RunResult } from "pulumi-engine";
import { usualAsks } from "../clients/asks.ts";
import { Load } from "../clients/load.ts";
import type { Counts, Tally } from "../clients/tally.ts";
import { courseOf } from "../course/course.ts";
import { figuresOf } from "../course/figures.ts";
import type { Told } from "../course/happenings.ts";
import { type Moves, watchMoves } from "../course/watch-moves.ts";
import { usualPace } from "../pace.ts";
import type { EngineName } from "../stage/engine.ts";
import { type Stage, type StageOptions, openStage } from "../stage/index.ts";
import type { Sight } from "../witness/sight.ts";
import type { Choices } from "./choices.ts";
import { type Drain, watchDrains } from "./drains.ts";
import { type EvidenceRecord, type Line, linesOf, readRecords, stepsOf } from "./evidence.ts";
import { describeFailure } from "./failure.ts";
import { hubOf } from "./hub-of.ts";
import { type LoadWanted, asAsked, atPace, leastOf, usualLoad } from "./loads.ts";
import { isEnough, brokenSessions } from "./losses.ts";
import { type Held, type ScenarioResult, held } from "./result.ts";
import { type Routed, watchRoutes } from "./routed.ts";
import { observed } from "./shares.ts";
import { sameAsCounted } from "./witnessed.ts";

/** A promise and what shows it. */
export interface Scenario {
  readonly name: string;
  /** One sentence. */
  readonly promise: string;
  /** Whether it runs when nobody names one, and slower on a machine that is starved. */
  readonly usual: boolean;
  /** The engines that play it; left out: the embedded one alone. */
  readonly engines?: readonly EngineName[];
  /** It takes so long that it runs by its own name only, and in parts. */
  readonly byNameOnly?: boolean;
  /** Its candidate is as good as live, and nothing pretends otherwise: whoever sends it home raises a false alarm. */
  readonly releaseIsGood?: boolean;
  /** What its stage has otherwise than others. */
  readonly stage?: Pick<StageOptions, "propagationDelayMs" | "speedup" | "scheduleSpeedup">;
  run(
    play: Play,
  ): Promise<Pick<ScenarioResult, "outcome" | "held" | "cells"> & Partial<ScenarioResult["timings"]>>;
}
/** How often a load is looked at while it is waited for, and how long it is, in milliseconds. */
const lookMs = 250;
const mostWaitMs = 60_000;

/** A scenario under way: its stage, its load, and what it learns. */
export class Play {
  readonly choices: Choices;
  readonly stage: Stage;
  readonly drains: readonly Drain[];
  readonly routed: ReadonlyMap<string, Routed>;
  readonly moves: Moves;
  /** Its own story, line by line. */
  readonly told: Told[] = [];
  /** Whether the users of each load saw what the gates counted. */
  readonly witnessed: Held[] = [];
  /** What the users of loads that have ended saw. */
  readonly sights: Sight[] = [];
  #load: Load | null = null;
  /** Loads that were started. */
  #loads = 0;
  /** Of the load that ended last. */
  tally: Tally | null = null;
  /** Of all loads that ended. */
  readonly counts: Counts = {
    requests: { sent: 0, ok: 0, lost: 0, hurt: 0 },
    sessions: { opened: 0, hurt: 0 },
  };

  constructor(choices: Choices, stage: Stage) {
    this.choices = choices;
    this.stage = stage;
    this.drains = watchDrains(stage);
    this.routed = watchRoutes(stage);
    this.moves = watchMoves(stage);
  }

  say(text: string): void {
    this.told.push({ at: Date.now(), text });
    this.choices.say(text);
  }

  /** One `up` with the config changed; progress of the switch is told as it happens. */
  async up(what: string, config: Readonly<Record<string, unknown>> = {}): Promise<RunResult> {
    this.choices.signal.throwIfAborted();
    this.stage.set(config);
    this.say(`up: ${what}`);
    const result = await this.stage.up({
      signal: this.choices.signal,
      onEvent: (event) => this.tell(event),
    });
    this.choices.signal.throwIfAborted();
    return result;
  }

  /** The same, and it must succeed: nothing after it would mean anything. */
  async mustUp(what: string, config: Readonly<Record<string, unknown>> = {}): Promise<RunResult> {
    const result = await this.up(what, config);
    if (!result.ok) throw new UpFailed(what, describeFailure(result));
    return result;
  }

  /** Starts the clients: the usual ones, unless a scenario wants others. */
  async startLoad({ also = [], shareOf = ({ share }) => share, ...wanted }: LoadWanted = {}): Promise<Load> {
    const hub = hubOf(this.stage.config);
    const load = asAsked(atPace({ ...usualLoad, ...wanted }, this.choices.pace), this.choices.load);
    this.#load = new Load({
      ...load,
      random: this.choices.random,
      name: `load${++this.#loads}`,
      asks: [...usualAsks(hub).map((ask) => ({ ...ask, share: shareOf(ask) })), ...also],
      session: { url: `${this.stage.url}${hub.mcpPath}`, transport: hub.transport },
    });
    await this.#load.start();
    const further = this.#load.stateless
      ? "requests without a session"
      : "requests of sessions that come and go";
    this.say(`${this.#load.openSessions} MCP sessions open, ${load.perSecond} ${further} a second`);
    return this.#load;
  }

  /** Waits until the clients have asked and opened enough to show something: how long a scenario takes is the machine's. */
  async enoughLoad(): Promise<void> {
    const load = this.#load;
    if (load === null) throw new Error("the load was never started");
    for (
      let waited = 0;
      !isEnough(load.tally.counts, leastOf(this.choices.load)) && waited < mostWaitMs * this.choices.pace;
      waited += lookMs
    )
      await this.pause(lookMs);
  }

  /** @param where what of the scenario it was, when there are several loads */
  async stopLoad(where?: string): Promise<Tally> {
    if (this.#load === null) throw new Error("the load was never started");
    const load = this.#load;
    this.#load = null;
    this.tally = await load.stop();
    this.#add(this.tally.counts);
    this.sights.push(...load.witness.sights);
    this.witnessed.push(await sameAsCounted(this.stage, load.witness, where));
    return this.tally;
  }

  #add({ requests, sessions }: Counts): void {
    for (const ending of ["sent", "ok", "lost", "hurt"] as const)
      this.counts.requests[ending] += requests[ending];
    for (const what of ["opened", "hurt"] as const) this.counts.sessions[what] += sessions[what];
  }

  /** Whatever state it is in: nothing of it goes on. */
  async abandon(): Promise<void> {
    if (this.#load !== null) await this.stopLoad();
  }

  async evidence(): Promise<Line[]> {
    return linesOf(await this.records());
  }

  /** The same as it was written down, readings of checks among them. */
  records(): Promise<EvidenceRecord[]> {
    return readRecords(join(this.stage.folder, "evidence"));
  }

  pause(ms: number): Promise<void> {
    return sleep(ms, undefined, { signal: this.choices.signal });
  }

  /** Says what is worth saying of an engine's event. */
  tell(event: EngineEvent): void {
    if (
      event.kind === "log" &&
      event.urn?.includes("TrafficSwitch") === true &&
      isWorthTelling(event.message)
    )
      this.choices.say(`  ${event.message}`);
    if (event.kind === "step" && event.phase === "failed")
      this.choices.say(`  ${event.type} ${event.name} failed`);
  }
}

/** Every reading of a check and every state is evidence; the lines of a rehearsal are steps, proofs and verdicts. */
function isWorthTelling(text: string): boolean {
  return (
    !/^[a-z-]+: (pass|fail|inconclusive)\./.test(text) &&
    !/^[a-z-]+ → [a-z-]+$/.test(text) &&
    !/^shifting .*proving/.test(text)
  );
}

/** An up that a scenario builds on failed: the hub or its config is not fit, and that is the scenario's result. */
class UpFailed extends Error {
  readonly what: string;

  constructor(what: string, message: string) {
    super(message);
    this.what = what;
  }
}

/** Runs one scenario from an empty account to an empty account. */
export async function runScenario(scenario: Scenario, choices: Choices): Promise<ScenarioResult> {
  const started = Date.now();
  const stage = await openStage({
    images: choices.images,
    config: choices.config,
    random: choices.random,
    pace: choices.pace,
    onNote: (note) => choices.say(`  note: ${note}`),
    ...(choices.openEngine ? { openEngine: choices.openEngine } : {}),
    ...scenario.stage,
  });
  const play = new Play(choices, stage);
  let ended: ScenarioResult | null = null;
  try {
    if (choices.pace !== usualPace)
      play.say(`this machine is starved: 1/${choices.pace} of the load, ${choices.pace} times as long`);
    const said = await scenario.run(play).catch((error: unknown) => {
      if (error instanceof UpFailed) return refusedBy(error, play);
      throw error;
    });
    await play.abandon();
    const all = { ...said, held: [...said.held, ...play.witnessed] };
    ended = result(scenario, all, play, await play.records(), started);
    return ended;
  } finally {
    await play.abandon();
    try {
      await choices.onEnd?.(stage, ended);
    } finally {
      await stage.close();
    }
  }
}

/** Lines of the hub's log that explain a release which never came up. */
const quotedLines = 20;

async function refusedBy(error: UpFailed, play: Play): Promise<Awaited<ReturnType<Scenario["run"]>>> {
  const ended = (await play.evidence()).findLast((line) => line.kind === "ended");
  const slot = "green" in play.stage.config ? "green" : "blue";
  const quoted = play.stage.hubLog(slot, quotedLines);
  play.say(`the last lines of the ${slot} hub's log:${quoted.length === 0 ? " it wrote none" : ""}`);
  // No part of the story: somebody who reads it on a terminal asks why.
  for (const line of quoted) play.choices.say(`  | ${line}`);
  const notReady = play.stage.notReady(slot);
  if (notReady !== null) play.say(`its sidecar: ${notReady}`);
  const rolledBack = ended?.kind === "ended" && ended.outcome === "rolled-back";
  // A runtime says what went wrong above its trace, and its own version below it.
  const telling = quoted.findLast((line) => /\b\w*Error\b|^error|cannot /i.test(line)) ?? quoted.at(-1);
  const log =
    (notReady === null ? "" : ` Its sidecar: ${notReady}.`) +
    (quoted.length === 0 ? "" : ` Its log: ${telling}`);
  return {
    outcome: rolledBack ? "rolled-back" : "refused",
    held: [held(`up: ${error.what}`, false, `${error.message.replaceAll(/\s+/g, " ")}${log}`)],
  };
}

function result(
  { name, promise, releaseIsGood = false }: Scenario,
  said: Awaited<ReturnType<Scenario["run"]>>,
  { choices, tally, counts, drains, routed, sights: own, moves, told }: Play,
  records: readonly EvidenceRecord[],
  startedAt: number,
): ScenarioResult {
  const steps =
    tally === null ? [] : observed(stepsOf(linesOf(records), "green"), { seen: tally.seen, routed }, "green");
  const { requests } = counts;
  const broken = tally === null ? 0 : brokenSessions(tally, drains).length;
  const { opened, hurt } = counts.sessions;
  const sessions = { opened, broken };
  const endedAt = Date.now();
  const { course, homecomings, sights } = courseOf({
    startedAt,
    endedAt,
    sights: own,
    routed,
    records,
    moves,
    told,
  });
  return {
    name,
    promise,
    asPromised: said.held.every(({ ok }) => ok),
    outcome: said.outcome,
    requests,
    sessions,
    timings: {
      totalMs: endedAt - startedAt,
      faultToVerdictMs: said.faultToVerdictMs ?? null,
      verdictToTrafficMs: said.verdictToTrafficMs ?? null,
    },
    steps,
    figures: figuresOf({ requests, sessions: { ...sessions, hurt }, sights, homecomings, releaseIsGood }),
    course,
    held: said.held,
    ...(choices.pace === usualPace ? {} : { pace: choices.pace }),
    ...(said.cells === undefined ? {} : { cells: said.cells }),
    observedIn: "responses",
  };
}
