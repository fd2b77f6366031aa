import { NoCli, findCli } from "pulumi-engine/cli";
import { repository } from "../../rehearsal/stage/index.ts";
import type { Bench, Figure } from "./bench.ts";
import { howBusy, least, onStage, runEngine, spread, type EngineRun } from "./engine-runs.ts";
import { orderOf } from "./order-of.ts";
import { type CliRun, onCliStage, runCli } from "./pulumi-runs.ts";

/** Of each kind of run, beside each other. */
const rounds = 6;
const verbs = ["preview", "up"] as const;
type Verb = (typeof verbs)[number];
type Say = (line: string) => void;

/** The whole program under the Pulumi CLI, in previews and ups that find everything as it should be. */
export const bench: Bench = {
  title: "the Pulumi CLI deploys the whole program on the local AWS, beside the embedded engine",
  async run(say, { against }) {
    const executable = cliHere(say);
    if (executable === null) return [];
    return against === null ? besideEmbedded(executable, say) : besideBefore(executable, against, say);
  },
};

function cliHere(say: Say): string | null {
  try {
    return findCli().file;
  } catch (error) {
    if (!(error instanceof NoCli)) throw error;
    say(`left out: ${error.message}. Type: npm run build:pulumi`);
    return null;
  }
}

function besideEmbedded(executable: string, say: Say): Promise<Figure[]> {
  return onCliStage(repository, executable, (cli) =>
    onStage(async (embedded) => {
      say("first up under each: tasks start, the switch proves the first colour");
      const first = { cli: await runCli(cli, "up"), embedded: await runEngine(embedded, "up") };
      const figures = beside("first up", [first.cli], [first.embedded], 4);
      for (const verb of verbs) {
        const seen: { cli: CliRun[]; embedded: EngineRun[] } = { cli: [], embedded: [] };
        for (let round = 0; round < rounds; round++) {
          say(`unchanged ${verb} ${round + 1} of ${rounds}`);
          for (const turn of orderOf(2, round)) {
            if (turn === 0) seen.cli.push(await runCli(cli, verb));
            else seen.embedded.push(await runEngine(embedded, verb));
          }
        }
        figures.push(...beside(`unchanged ${verb}`, seen.cli, seen.embedded, 4), ...cpuOf(verb, seen.cli));
      }
      return figures;
    }),
  );
}

const took = ({ tookMs }: { readonly tookMs: number }): number => tookMs;

function beside(
  what: string,
  cli: readonly CliRun[],
  embedded: readonly EngineRun[],
  atMost: number,
): Figure[] {
  const note = (runs: readonly { readonly tookMs: number }[]) =>
    runs.length > 1 ? { note: `fastest of ${spread(runs, took)} ms` } : {};
  return [
    { name: `Pulumi CLI: ${what}`, value: least(cli, took), unit: "ms", ...note(cli) },
    { name: `embedded: ${what}`, value: least(embedded, took), unit: "ms", ...note(embedded) },
    {
      name: `Pulumi CLI / embedded: ${what}`,
      value: least(cli, took) / least(embedded, took),
      unit: "ratio",
      atMost,
    },
  ];
}

function cpuOf(verb: Verb, runs: readonly CliRun[]): Figure[] {
  const cpu = cpuTimes(runs);
  if (cpu === null) return [];
  return [
    {
      name: `Pulumi CLI: its processor time, ${verb}`,
      value: Math.min(...cpu),
      unit: "ms",
      note: `CLI, language host, program and plugins, least of ${cpu.join(", ")} ms; ${howBusy()}`,
    },
  ];
}

/** Null where the system does not tell them. */
function cpuTimes(runs: readonly CliRun[]): number[] | null {
  const known = runs.flatMap(({ cpuMs }) => (cpuMs === null ? [] : [cpuMs]));
  return known.length === runs.length ? known : null;
}

/** This checkout beside another one, each with its own program, plugins and stage, both under the same CLI. */
function besideBefore(executable: string, folder: string, say: Say): Promise<Figure[]> {
  return onCliStage(repository, executable, (own) =>
    onCliStage(folder, executable, async (before) => {
      say("first up of each");
      for (const stage of [own, before]) await runCli(stage, "up");
      const figures: Figure[] = [];
      for (const verb of verbs) {
        const seen: { own: CliRun[]; before: CliRun[] } = { own: [], before: [] };
        for (let round = 0; round < rounds; round++) {
          say(`unchanged ${verb} ${round + 1} of ${rounds}`);
          for (const turn of orderOf(2, round)) {
            if (turn === 0) seen.own.push(await runCli(own, verb));
            else seen.before.push(await runCli(before, verb));
          }
        }
        figures.push(...figuresBeside(verb, seen.own, seen.before));
      }
      return figures;
    }),
  );
}

function figuresBeside(verb: Verb, own: readonly CliRun[], before: readonly CliRun[]): Figure[] {
  const what = `unchanged ${verb}`;
  const [ownCpu, beforeCpu] = [cpuTimes(own), cpuTimes(before)];
  const cpu = ownCpu !== null &&
    beforeCpu !== null && {
      name: `this / before: its processor time, ${verb}`,
      value: Math.min(...ownCpu) / Math.min(...beforeCpu),
      unit: "ratio" as const,
      atMost: 1.05,
      note: `${ownCpu.join(", ")} ms beside ${beforeCpu.join(", ")} ms; ${howBusy()}`,
    };
  return [
    {
      name: `this: ${what}`,
      value: least(own, took),
      unit: "ms",
      note: `fastest of ${spread(own, took)} ms`,
    },
    {
      name: `before: ${what}`,
      value: least(before, took),
      unit: "ms",
      note: `fastest of ${spread(before, took)} ms`,
    },
    {
      name: `this / before: ${what}`,
      value: least(own, took) / least(before, took),
      unit: "ratio",
      // No worse than it was, as far as can be told.
      atMost: 1.05,
    },
    ...(cpu ? [cpu] : []),
  ];
}
