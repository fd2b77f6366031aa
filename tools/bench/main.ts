import { cpus, totalmem } from "node:os";
import { parseArgs } from "node:util";
import { errorText, mistyped } from "../../checks/cli/error-text.ts";
import { typedPath } from "../../checks/cli/typed-path.ts";
import { UsageError } from "../../domain/usage-error.ts";
import { accept, readAccepted, regressions, writeAccepted } from "./accepted.ts";
import { holds, type Bench } from "./bench.ts";
import { renderJson, renderTable, type BenchResult } from "./report.ts";

/** By name; each is loaded only when it is asked for. */
const benches: Readonly<Record<string, () => Promise<{ bench: Bench }>>> = {
  engine: () => import("./engine.ts"),
  pulumi: () => import("./pulumi.ts"),
  program: () => import("./program.ts"),
  balancer: () => import("./balancer.ts"),
  sidecar: () => import("./sidecar.ts"),
  reading: () => import("./reading.ts"),
};

const usage = `npm run bench -- [NAME…] [--against FOLDER] [--accept] [--json]

Measures speed and memory, as ratios within one run.

  NAME              of ${Object.keys(benches).join(", ")}; all of them unless named
  --against FOLDER  sidecar, pulumi: only beside what is in this other checkout
  --accept          what is seen becomes what later runs are held to (tools/bench/accepted.json)
  --json            prints only JSON

Example: npm run bench -- sidecar
Exit: 0 every limit held and no ratio 25 % worse than the accepted one, 1 otherwise, 2 usage.`;

const seeHelp = "npm run bench -- --help";

/** Runs the benches named, one after the other. Returns the exit code. */
async function main(words: string[]): Promise<number> {
  const { values, positionals } = parse(words);
  if (values.help) {
    console.log(usage);
    return 0;
  }
  const results: BenchResult[] = [];
  for (const name of namesOf(positionals)) {
    const { bench } = await benches[name]!();
    const progress = (line: string): void => void (values.json || process.stderr.write(`${name}: ${line}\n`));
    const startedAt = performance.now();
    const figures = await bench.run(progress, {
      against: values.against === undefined ? null : typedPath(values.against),
    });
    results.push({ name, title: bench.title, tookMs: performance.now() - startedAt, figures });
  }
  const worse = values.accept ? [] : regressions(readAccepted(), results);
  if (values.accept) writeAccepted(accept(readAccepted(), results));
  console.log(values.json ? renderJson(results, machine(), worse) : renderTable(results));
  if (!values.json) for (const sentence of worse) console.error(sentence);
  return worse.length === 0 && results.every((result) => result.figures.every(holds)) ? 0 : 1;
}

function parse(words: string[]) {
  try {
    return parseArgs({
      args: words,
      allowPositionals: true,
      options: {
        against: { type: "string" },
        accept: { type: "boolean", default: false },
        json: { type: "boolean", default: false },
        help: { type: "boolean", default: false },
      },
    });
  } catch (error) {
    throw mistyped(error, seeHelp);
  }
}

function namesOf(positionals: readonly string[]): string[] {
  const unknown = positionals.find((name) => !Object.hasOwn(benches, name));
  if (unknown !== undefined)
    throw new UsageError(
      `there is no bench "${unknown}"; there are ${Object.keys(benches).join(", ")}`,
      seeHelp,
    );
  return positionals.length > 0 ? [...new Set(positionals)] : Object.keys(benches);
}

function machine(): object {
  const all = cpus();
  return {
    cpus: all.length,
    model: all[0]?.model ?? "unknown",
    memoryMb: Math.round(totalmem() / 1_048_576),
    node: process.versions.node,
    platform: process.platform,
  };
}

try {
  process.exitCode = await main(process.argv.slice(2));
} catch (error) {
  if (!(error instanceof UsageError)) throw error;
  console.error(errorText(error.message, error.next));
  process.exitCode = 2;
}
