import { describeWeights } from "../../domain/weight.ts";
import { shows } from "../policy/live-rule.ts";
import { rollbackOf } from "../policy/rollback-target.ts";
import { type ChooseByHand, takeOverByHand } from "./by-hand.ts";
import { main, readFlags } from "./command.ts";
import { findTarget } from "./target.ts";

const help = `npm run rollback -- --stack STACK | --rule ARN  [--why TEXT] [--region R] [--json]
                    [--force no-healthy-target]

Sends all traffic home, now: without Pulumi, without metrics, without waiting for anybody's lock.
A rollout under way is stopped; inside the rollback window of a promotion the previous release
becomes live again. The release that loses its traffic is rejected until it changes or
rollout.retry names it. With nothing to go back to, a rule that was edited by hand is set to the
recorded weights again. Ends when real responses show the new weights.

A slot without a healthy target gets no traffic, unless --force no-healthy-target says so.

Example: npm run rollback -- --stack production --why "checkout tool times out"
Exit: 0 proved in traffic, 1 failed, 2 refused before any write, 3 set and not yet proved.
`;

async function rollback(): Promise<number> {
  const flags = readFlags("rollback", help);
  const target = await findTarget(flags);
  const { record } = target;
  const nothing = `${record.live} already serves everything (${describeWeights(record.weights)}), and no rollback window is open: there is nothing to go back to. See: npm run status -- --stack ${target.inputs.stack}`;
  const choose: ChooseByHand = (found, rule) =>
    rollbackOf(found, Date.now()) ??
    (shows(rule, [found.weights]) ? null : { to: found.weights, rejected: null });
  return takeOverByHand(flags, target, choose, nothing);
}

await main(rollback);
