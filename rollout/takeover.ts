import { Drifted } from "./failures.ts";
import { limits } from "./policy/limits.ts";
import type { SwitchRecord } from "./policy/record.ts";
import { type WayHome, takeOver } from "./policy/takeover.ts";
import { type Weights, sameWeights } from "./policy/weight.ts";
import type { Versioned, World } from "./ports.ts";
import { type Proof, prove } from "./prove.ts";
import { again } from "./retry.ts";

/** Tries of each call on the way home: a rollback has priority over a budget. */
const tries = limits.callTries * 2;

/** What a takeover did. */
export interface TakenOver {
  readonly record: SwitchRecord;
  readonly from: Weights;
  readonly writes: number;
  readonly proof: Proof | null;
}

/** Decides on what is found; null: there is nothing to do. Called again when somebody else wrote in between. */
export type Choose = (found: SwitchRecord) => WayHome | null;

/**
 * Takes the traffic over: fence and weights into the record, one ModifyRule, read back, proof. Waits for no lease, no gate
 * and no metric. Returns null when `choose` finds nothing to do.
 */
export async function takeTrafficOver(
  world: World,
  choose: Choose,
  by: { who: string; why: string },
  proofMs: number | null,
): Promise<TakenOver | null> {
  const claimed = await claim(world, choose, by);
  if (claimed === null) return null;
  const { record, from } = claimed;
  const writes = await setWeights(world, record.weights);
  const live = await again(world, () => world.rule.read(), tries);
  if (live === null || !sameWeights(live.weights, record.weights)) throw new Drifted(live, record.weights);
  const proof =
    proofMs === null
      ? null
      : await prove(
          world,
          [from, ...(record.reassert?.instead ?? [])],
          record.weights,
          proofMs,
          new AbortController().signal,
        );
  return { record, from, writes, proof };
}

/** The record, with the fence raised, by conditional write against whatever anybody else writes meanwhile. */
async function claim(
  world: World,
  choose: Choose,
  by: { who: string; why: string },
): Promise<{ record: SwitchRecord; from: Weights } | null> {
  for (let n = 0; n < tries; n++) {
    const found: Versioned | null = await again(world, () => world.store.read(), tries);
    const home = found && choose(found.record);
    if (!found || !home) return null;
    const record = takeOver(found.record, home, by, world.clock.now());
    if (await again(world, () => writeOrSee(world, record, found.version), tries))
      return { record, from: found.record.weights };
  }
  throw new Error(
    `the record was changed ${tries} times while the traffic was being taken over; look at it with npm run status`,
  );
}

/** A conditional write that counts as done when an earlier try of the same write took effect without an answer. */
async function writeOrSee(world: World, record: SwitchRecord, version: number): Promise<boolean> {
  if (await world.store.write(record, version)) return true;
  const there = await world.store.read();
  return (
    there !== null && there.version === version + 1 && JSON.stringify(there.record) === JSON.stringify(record)
  );
}

/** Sets the rule; looks at it before every further try, so that the usual way is exactly one ModifyRule. */
async function setWeights(world: World, to: Weights): Promise<number> {
  let writes = 0;
  await again(
    world,
    async () => {
      if (writes > 0 && sameWeights((await world.rule.read())?.weights ?? { blue: -1, green: -1 }, to))
        return;
      writes++;
      await world.rule.modify(to, limits.modifyTimeoutMs);
    },
    tries,
  );
  return writes;
}
