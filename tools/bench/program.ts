import type { Bench } from "./bench.ts";
import { howBusy, least, onStage, runEngine, spread, type EngineRun } from "./engine-runs.ts";

const runs = 4;

/** The program alone, in previews into an empty account: every resource is registered, nothing is made. */
export const bench: Bench = {
  title: "evaluating the whole program, in new processes each time",
  run: (progress) =>
    onStage(async (stage) => {
      progress("first preview: nothing is compiled yet");
      const first = await runEngine(stage, "preview");
      const others: EngineRun[] = [];
      for (let run = 1; run <= runs; run++) {
        progress(`preview ${run} of ${runs}`);
        others.push(await runEngine(stage, "preview"));
      }
      const took = (run: EngineRun): number => run.program.tookMs;
      return [
        {
          name: "one evaluation",
          value: least(others, took),
          unit: "ms",
          atMost: 2_500,
          note: `start to end of the program's process, fastest of ${runs}: ${spread(others, took)} ms`,
        },
        {
          name: "its processor time",
          value: least(others, (run) => run.program.cpuMs),
          unit: "ms",
          note: howBusy(),
        },
        { name: "one evaluation on a fresh clone", value: took(first), unit: "ms" },
        {
          name: "memory of the program's process",
          value: Math.max(...[first, ...others].map(({ program }) => program.peakMb)),
          unit: "MB",
          atMost: 400,
          note: "the most that it ever held, the worst of all runs",
        },
        { name: "resources registered", value: first.changes.create, unit: "count" },
        {
          name: "preview",
          value: least(others, ({ tookMs }) => tookMs),
          unit: "ms",
          note: `start of the engine's process to its answer: ${spread(others, ({ tookMs }) => tookMs)} ms`,
        },
      ];
    }),
};
