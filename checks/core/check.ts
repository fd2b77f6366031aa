import type { Colour, PerColour } from "../../domain/colour.ts";
import type { HubTarget } from "../../domain/inputs.ts";
import type { SwitchRecord } from "../../domain/record.ts";
import type { ReleaseRecord } from "../../domain/release-record.ts";
import type { Thresholds } from "../../domain/spec.ts";
import type { ErrorLog } from "../logs/error-log.ts";
import type { Samples } from "../logs/samples.ts";
import type { SlotLog } from "../logs/slot-log.ts";
import type { Sources } from "../sources/index.ts";
import type { Deployment, WatchPeriod } from "./deployment.ts";
import type { Group } from "./groups.ts";
import type { Reading } from "./reading.ts";

/** Everything a check may touch. Time and I/O come in here and nowhere else. */
export interface CheckContext {
  /** Milliseconds since the epoch. */
  now(): number;
  /** Resolves early, without an error, when the signal aborts. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>;
  signal: AbortSignal;
  thresholds: Thresholds;
  hub: HubTarget;
  /** The slot under test; null: whatever the weighted rule gives. */
  slot: Colour | null;
  deployment: Deployment | null;
  /** The pre-deployment record; null when none was given. */
  release: ReleaseRecord | null;
  /** What the switch recorded last; null within a rollout and for a bare URL. */
  record: SwitchRecord | null;
  /** How far back the watch checks look. */
  watch: WatchPeriod;
  /** Where the incident document goes, and the evidence it quotes; null: none is written. */
  incident: { file: string; evidence: string | null } | null;
  sources: Sources;
  /** Answers seen so far, from own probes and from the access log. */
  samples: Samples;
  /** The slots' logs, read on from look to look; null where no log group is known. */
  logs: PerColour<SlotLog | null>;
  /** The hubs' error lines, read on from look to look; null where no log group is known. */
  errors: PerColour<ErrorLog | null>;
  /** Start of the window that is judged, milliseconds since the epoch. */
  since: number;
  /**
   * Until then a suspicion keeps a check from passing, milliseconds since the epoch: there is time to see more. Left out: it
   * never does.
   */
  suspectUntil?: number;
  /** When this rollout's first request could have come, milliseconds since the epoch. */
  rolloutSince: number;
  /** Filter patterns of CloudWatch Logs: lines of the hub that fit one of them are errors. */
  logErrorPatterns: readonly string[];
  commands: Readonly<Record<string, readonly string[]>>;
  /** Values that no reading may repeat, such as the bearer token; left out: none are known. */
  secrets?: readonly string[];
}

/** What a check cannot do without. */
const needs = ["slot", "deployment", "log-groups", "alarms", "record", "topics"] as const;
/** A need: what a check cannot be run without. */
export type Need = (typeof needs)[number];

/** One question with one limit. */
export interface Check {
  readonly name: string;
  readonly group: Group;
  /** One line, a question: what a pass says yes to. */
  readonly question: string;
  readonly needs: readonly Need[];
  /** Where the numbers come from, in words. */
  readonly source: string;
  /** The requirement's own sentence, and where it stands; null when the check is the product's own. */
  readonly sentence: string | null;
  /** How the limit reads, such as "> 99 percent". */
  limitText(thresholds: Thresholds): string;
  /** Below this many samples the check never passes. */
  minimumSamples(thresholds: Thresholds): number;
  /** The share of bad ones that a pass shows not to be reached; null where the minimum does not come from a share. */
  readonly shows: ((thresholds: Thresholds) => number) | null;
  /** How many answers of which slot the own probes must bring up to the minimum; null: needs none. */
  readonly probes: "candidate" | "both" | null;
  /** How often a bake looks at it, in milliseconds; 0: once per bake. */
  readonly everyMs: number;
  /** How many readings in a row must fail before a bake believes it; 1 for checks that weigh their own evidence. */
  readonly confirmations: number;
  /** Whether a reading that fails is believed at once: no second look could say more. */
  isCertain(reading: Reading): boolean;
  /** Longest time for one reading, in milliseconds. */
  readonly timeoutMs: number;
  /** Never rejects: what goes wrong is an inconclusive reading with its cause. */
  read(context: CheckContext): Promise<Reading>;
}
