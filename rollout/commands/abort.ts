import { rollbackOf } from "../policy/rollback-target.ts";
import { type ChooseByHand, takeOverByHand } from "./by-hand.ts";
import { main, readFlags } from "./command.ts";
import { findTarget } from "./target.ts";

const help = `npm run abort -- --stack STACK | --rule ARN  [--why TEXT] [--region R] [--json]
                 [--force no-healthy-target]

Stops a rollout that is under way elsewhere and sends its traffic home. The process that was
shifting notices before its next write and ends. Its release is rejected until it changes or
rollout.retry names it.

A slot without a healthy target gets no traffic, unless --force no-healthy-target says so.

Example: npm run abort -- --stack production --why "wrong image"
Exit: 0 proved in traffic, 1 failed, 2 refused before any write, 3 set and not yet proved.
`;

async function abort(): Promise<number> {
  const flags = readFlags("abort", help);
  const target = await findTarget(flags);
  const choose: ChooseByHand = (found) => (found.rollout === null ? null : rollbackOf(found, Date.now()));
  return takeOverByHand(
    flags,
    target,
    choose,
    `No rollout is under way. To go back to the previous release: npm run rollback -- --stack ${target.inputs.stack}`,
  );
}

await main(abort);
