import type { Bench } from "./bench.ts";
import { howBusy, least, onStage, runEngine, spread, type EngineRun } from "./engine-runs.ts";

const runs = 4;

/**
 * The embedded engine on the whole program. The first `up` starts real tasks and waits for them; the others find everything as
 * it should be.
 */
export const bench: Bench = {
  title: "the embedded engine deploys the whole program on the local AWS",
  run: (progress) =>
    onStage(async (stage) => {
      progress("first up: tasks start, the switch proves the first colour");
      const first = await runEngine(stage, "up");
      const others: EngineRun[] = [];
      for (let run = 1; run <= runs; run++) {
        progress(`unchanged up ${run} of ${runs}`);
        others.push(await runEngine(stage, "up"));
      }
      const changed = others.map(({ changes: { create, update, replace } }) => create + update + replace);
      const cpu = ({ cpuMs, program }: EngineRun): number => cpuMs + program.cpuMs;
      const took = ({ tookMs }: EngineRun): number => tookMs;
      return [
        { name: "first up", value: took(first), unit: "ms" },
        { name: "resources made", value: first.changes.create, unit: "count" },
        {
          name: "unchanged up",
          value: least(others, took),
          unit: "ms",
          atMost: 3_000,
          note: `new processes each time, start of the engine to its answer, fastest of ${runs}: ${spread(others, took)} ms`,
        },
        {
          name: "its processor time",
          value: least(others, cpu),
          unit: "ms",
          note: `engine and program, without the plugin; ${howBusy()}`,
        },
        { name: "resources that it changed", value: Math.max(...changed), unit: "count", atMost: 0 },
        {
          name: "memory of the engine's process",
          value: Math.max(...[first, ...others].map(({ peakMb }) => peakMb)),
          unit: "MB",
          note: "the most that it ever held, the worst of all runs",
        },
        {
          name: "memory of the program's process",
          value: Math.max(...[first, ...others].map(({ program }) => program.peakMb)),
          unit: "MB",
          atMost: 400,
        },
      ];
    }),
};
