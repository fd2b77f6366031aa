import type { CheckContext } from "../../checks/core/check.ts";
import type { Reading } from "../../checks/core/reading.ts";
import { builtInChecks } from "../../checks/core/registry.ts";
import { watchPeriods } from "../../checks/core/watch-periods.ts";
import { Samples } from "../../checks/logs/samples.ts";
import { fileSource } from "../../checks/sources/files.ts";
import type { Sources } from "../../checks/sources/index.ts";
import { type Colour, perColour } from "../../domain/colour.ts";
import type { ReleaseRecord } from "../../domain/release-record.ts";
import { wrapped } from "../../domain/wrapped.ts";
import { releaseNameOf } from "../../infra/release.ts";
import { namesOf } from "../../infra/stack-names.ts";
import { exit, paint } from "../../rollout/commands/command.ts";
import { parts } from "../parts.ts";
import { leftIn, openCandidate } from "./candidate.ts";
import type { Flags } from "./flags.ts";
import type { StackText } from "./stack.ts";

/** Shows what the record of a stack's candidate says, what is open, and what each check makes of the file alone. */
export async function show(flags: Flags): Promise<number> {
  const candidate = await openCandidate(flags);
  const { stack, colour, release } = candidate;
  const { file, prefix, record } = candidate.file;
  const context = byFileAlone(stack, record, colour);
  const shown = await Promise.all(
    parts.map(async ({ part, check }) => {
      const reading = await builtInChecks.find(({ name }) => name === check)?.read(context);
      return { path: `${prefix}${part}`, stated: record[part] ?? null, check, ...judged(reading) };
    }),
  );
  const open = leftIn(candidate, record);
  const said = { stack: stack.place.stack, release, colour, file, parts: shown, open };
  process.stdout.write(flags.json ? `${JSON.stringify(said)}\n` : text(said));
  return exit.ok;
}

const judged = (reading: Reading | undefined) => ({
  verdict: reading?.verdict ?? null,
  why: reading?.why ?? null,
});

interface Said extends Pick<StackText["place"], "stack"> {
  readonly release: string;
  readonly colour: Colour;
  readonly file: string;
  readonly parts: readonly {
    readonly path: string;
    readonly stated: unknown;
    readonly check: string | null;
    readonly verdict: Reading["verdict"] | null;
    readonly why: string | null;
  }[];
  readonly open: readonly { readonly path: string; readonly what: string }[];
}

const marks = { pass: "pass", fail: "FAIL", inconclusive: "?" } as const;
const colourOf = { pass: "green", fail: "red", inconclusive: "yellow" } as const;

function text({ stack, release, colour, file, parts: all, open }: Said): string {
  const rows = all.flatMap(({ path, stated, check, verdict, why }) => [
    `${mark(verdict)} ${path.padEnd(28)}${stated === null ? "open" : "stated"}${check === null ? "" : `, read by ${check}`}`,
    ...(why === null ? [] : [wrapped(why, 5)]),
  ]);
  return `${[
    `release ${release}, in ${colour} of ${stack}`,
    `the record in ${file}, by the file alone:`,
    ...rows,
    open.length === 0 ? "nothing is open" : "open:",
    ...open.map(({ path, what }) => wrapped(`${path}: ${what}`, 2)),
    `the account and the network are asked by: npm run check -- preflight --stack ${stack}`,
  ].join("\n")}\n`;
}

const mark = (verdict: Reading["verdict"] | null) =>
  verdict === null ? "    " : paint(colourOf[verdict], marks[verdict].padEnd(4));

/** A context in which files are read and nothing else is asked: what would be is an inconclusive reading that says so. */
function byFileAlone({ config, place }: StackText, release: ReleaseRecord, slot: Colour): CheckContext {
  const none = perColour(() => "");
  const { hub, thresholds, rollout } = config;
  const now = Date.now();
  return {
    now: Date.now,
    // No reading of a file takes long: its time limit never ends first.
    sleep: () => new Promise(() => undefined),
    signal: new AbortController().signal,
    thresholds,
    hub: { ...hub, url: "", answerMs: hub.answerWithin, analysisMs: hub.analysisWithin },
    slot,
    deployment: {
      stack: place.stack,
      cluster: "",
      services: none,
      taskDefinitions: none,
      targetGroups: none,
      releases: perColour((colour) => releaseNameOf(config, colour)),
      capacity: perColour(() => ({ tasks: 1, max: 1 })),
      logGroups: none,
      alarms: perColour(() => []),
      metricNamespace: "",
      topics: {},
      table: namesOf(place).table,
      plan: rollout,
    },
    release,
    record: null,
    watch: watchPeriods[0],
    incident: null,
    sources: filesAlone(),
    samples: new Samples(),
    logs: perColour(() => null),
    errors: perColour(() => null),
    since: now,
    rolloutSince: now,
    logErrorPatterns: hub.logErrorPatterns,
    commands: config.commands,
  };
}

function filesAlone(): Sources {
  const files = fileSource();
  return new Proxy({ files } as Sources, {
    get: (there, name) =>
      name === "files"
        ? there.files
        : new Proxy({}, { get: () => () => Promise.reject(notAsked(String(name))) }),
  });
}

const notAsked = (source: string) => new Error(`the file alone does not say it, and ${source} was not asked`);
