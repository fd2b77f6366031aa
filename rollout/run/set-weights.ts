import { limits } from "../../domain/limits.ts";
import type { Weights } from "../../domain/weight.ts";
import { shows } from "../policy/live-rule.ts";
import { Hold } from "../record/hold.ts";
import type { Minding } from "./claim.ts";
import { Drifted } from "./failures.ts";
import { urgently } from "./retry.ts";

/**
 * Sets the rule; looks at it before every further try, so that the usual way is exactly one ModifyRule. Stops when
 * somebody else took over in between: then their weights stand. No write arrives after the lease ran out.
 * @param minding null: whatever the rule shows may be overwritten
 */
export async function setWeights(hold: Hold, to: Weights, minding: Minding | null): Promise<number> {
  const { ports } = hold;
  let writes = 0;
  await urgently(ports, async () => {
    if (writes > 0 && (await alreadySet(hold, to, minding))) return;
    await hold.keep();
    writes++;
    await ports.rule.modify(to, limits.modifyTimeoutMs);
  });
  return writes;
}

async function alreadySet(hold: Hold, to: Weights, minding: Minding | null): Promise<boolean> {
  await hold.mustLast();
  const live = await hold.ports.rule.read();
  if (live !== null && shows(live, [to])) return true;
  if (minding === null) return false;
  if (live === null || !shows(live, minding.ours)) throw new Drifted(live, to);
  await minding.mayGo();
  return false;
}
