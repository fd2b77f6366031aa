import { setImmediate } from "node:timers/promises";
import { parseArgs } from "node:util";
import { errorText, firstSentence } from "../../../checks/cli/error-text.ts";
import { type FaultKind, faultKinds, faultPlaces, shares, transports } from "../cells.ts";
import { allCells, playAll } from "./matrix.ts";
import type { Cell } from "./play.ts";
import { brokenBy } from "./promises.ts";

const help = `npm run matrix -- [--seeds N] [--seed N] [--kind KIND] [--where PLACE] [--share S]
                  [--transport T] [--json]

Plays a rollout of every fault that a release may have, against the real gates, in virtual time:
each kind at each place, of 2, 10 and all of 100 requests, over each transport. Says how each ends
and which promises are not held; --json prints a line of JSON for each rollout instead. Each cell is
played --seeds times, from seed --seed on.

Example: npm run matrix -- --kind hang --share 0.1 --seeds 100
Exit: 0 every promise held, 1 at least one not, 2 usage.
`;

async function main(): Promise<number> {
  const flags = readFlags();
  if (typeof flags === "number") return flags;
  const broken: string[] = [];
  const outcomes = new Map<string, number>();
  for (const cell of flags.cells) {
    const results = await playAll({ cells: [cell], seeds: flags.seeds });
    for (const result of results) {
      outcomes.set(result.outcome, (outcomes.get(result.outcome) ?? 0) + 1);
      if (flags.json) process.stdout.write(`${JSON.stringify(result)}\n`);
    }
    const found = brokenBy(results);
    broken.push(...found);
    for (const sentence of flags.json ? [] : found) process.stdout.write(`${sentence}\n`);
    // Time is virtual: without a turn of the real one a reader who left is not noticed before the end.
    await setImmediate();
  }
  const counts = [...outcomes].map(([outcome, count]) => `${count} ${outcome}`).join(", ");
  if (!flags.json)
    process.stdout.write(`${flags.cells.length} cells: ${counts}; ${broken.length} promises not held\n`);
  return broken.length === 0 ? 0 : 1;
}

interface MatrixFlags {
  readonly cells: readonly Cell[];
  readonly seeds: readonly number[];
  readonly json: boolean;
}

function readFlags(): MatrixFlags | number {
  try {
    const { values } = parseArgs({
      options: {
        seeds: { type: "string", default: "1" },
        seed: { type: "string", default: "1" },
        kind: { type: "string" },
        where: { type: "string" },
        share: { type: "string" },
        transport: { type: "string" },
        json: { type: "boolean", default: false },
        help: { type: "boolean", default: false },
      },
    });
    if (values.help) {
      process.stdout.write(help);
      return 0;
    }
    const first = whole("--seed", values.seed, 0);
    return {
      cells: chosen(values),
      seeds: Array.from({ length: whole("--seeds", values.seeds, 1) }, (_, index) => first + index),
      json: values.json,
    };
  } catch (error) {
    process.stderr.write(`${errorText(firstSentence(error), "npm run matrix -- --help")}\n`);
    return 2;
  }
}

function chosen(of: {
  readonly [Flag in "kind" | "where" | "share" | "transport"]?: string | undefined;
}): Cell[] {
  const kind = oneOf("--kind", of.kind, faultKinds);
  const where = oneOf("--where", of.where, faultPlaces);
  const share = oneOf("--share", of.share, shares.map(String));
  const transport = oneOf("--transport", of.transport, transports);
  const fits = <T>(wanted: T | undefined, value: T) => wanted === undefined || wanted === value;
  const found = allCells().filter(
    (cell) =>
      fits<FaultKind>(kind, cell.kind) &&
      fits(where, cell.where) &&
      fits(share, String(cell.share)) &&
      fits(transport, cell.transport),
  );
  if (found.length === 0) throw new Error("no cell is all of that: such a fault makes no sense");
  return found;
}

function oneOf<T extends string>(flag: string, text: string | undefined, known: readonly T[]): T | undefined {
  if (text === undefined) return undefined;
  const found = known.find((one) => one === text);
  if (found === undefined) throw new Error(`${flag} is "${text}": give one of ${known.join(", ")}`);
  return found;
}

function whole(flag: string, text: string, least: number): number {
  if (!/^\d{1,9}$/.test(text) || Number(text) < least)
    throw new Error(`${flag} is "${text}": give a whole number of at least ${least}`);
  return Number(text);
}

process.exitCode = await main();
