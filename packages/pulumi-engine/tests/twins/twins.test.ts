import "reaper/children";
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { NoCli, findCli } from "../../src/cli/find.ts";
import { type Difference, differences } from "./compare.ts";
import { embedded } from "./embedded.ts";
import { named } from "./named.ts";
import { realCli } from "./real-cli.ts";
import type { Situation } from "./situation.ts";
import { situations } from "./situations.ts";

/** A CLI of another version may well differ. */
function pinnedCli(): string | null {
  try {
    const { file, pinned } = findCli();
    return pinned ? file : null;
  } catch (error) {
    if (error instanceof NoCli) return null;
    throw error;
  }
}

const cli = pinnedCli();
const skip = cli === null && "no Pulumi CLI of the pinned version here: npm run build:pulumi makes one";

const names = ({ situation: of }: (typeof named)[number], situation: Situation): boolean =>
  of === undefined || situation.name.includes(of);

const shown = new Set<(typeof named)[number]>();

/** Differences that nobody has named; the others are noted. */
function unnamed(situation: Situation, found: readonly Difference[]): Difference[] {
  return found.filter(({ at }) => {
    const known = named.filter((one) => names(one, situation) && one.at.test(at));
    for (const one of known) shown.add(one);
    return known.length === 0;
  });
}

describe("the embedded engine does as the Pulumi CLI does", { skip, concurrency: 3 }, () => {
  for (const situation of situations)
    test(situation.name, { timeout: 1_800_000 }, async () => {
      const [one, other] = await Promise.all([embedded.play(situation), realCli(cli ?? "").play(situation)]);
      assert.deepEqual(unnamed(situation, differences(situation, one, other)), []);
    });
});

test("no difference is named that is there no longer", { skip }, (t) => {
  t.diagnostic(`${situations.length} situations, ${named.length} named differences`);
  assert.deepEqual(
    named.filter((one) => !shown.has(one)).map(({ why }) => why),
    [],
  );
});
