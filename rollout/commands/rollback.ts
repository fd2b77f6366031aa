import { describeWeights } from "../../domain/weight.ts";
import { rollbackOf } from "../policy/rollback-target.ts";
import { takeOverByHand } from "./by-hand.ts";
import { main, readFlags } from "./command.ts";
import { findTarget } from "./target.ts";

const help = `npm run rollback -- --stack STACK | --rule ARN  [--why TEXT] [--region R] [--json]

Sends all traffic home, now: without Pulumi, without metrics, without waiting for anybody's lock. A rollout under way is
stopped; inside the rollback window of a promotion the previous release becomes live again. The release that loses its
traffic is rejected until it changes or rollout.retry names it. Ends when real responses show the new weights.

Example: npm run rollback -- --stack production --why "checkout tool times out"
Exit: 0 proved in traffic, 1 failed, 2 refused before any write, 3 set and not yet proved.
`;

async function rollback(): Promise<number> {
  const flags = readFlags("rollback", help);
  const target = await findTarget(flags);
  const { record } = target;
  const nothing = `${record.live} already serves everything (${describeWeights(record.weights)}), and no rollback window is open: there is nothing to go back to. See: npm run status -- --stack ${target.inputs.stack}`;
  return takeOverByHand(flags, target, (found) => rollbackOf(found, Date.now()), nothing);
}

await main(rollback);
