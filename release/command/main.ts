import { exit, main } from "../../rollout/commands/command.ts";
import { deployed } from "./deployed.ts";
import { readFlags } from "./flags.ts";
import { notes } from "./notes.ts";
import { prepare } from "./prepare.ts";
import { show } from "./show.ts";

const help = `npm run release -- prepare|show|notes|deployed [--stack STACK] [--record FILE] [--json]

prepare  fills in the pre-deployment record of the stack's idle colour with what can be found out:
         release, images, commit, tag, the release before, since when these very digests serve
         everybody in staging, and the rehearsal of its rollback. Says what is left for people,
         and overwrites nothing that they wrote.
         [--from STACK] the staging stack  [--evidence FILE] of npm run rehearse
         [--tag] makes the git tag release/RELEASE; a tag is never moved
         [--anew] begins a new record where the file has another release's, which is kept aside
         [--slot blue|green] the colour, where it is not the idle one  [--offline] asks no account
show     what is stated, what is open, and what each check makes of the file alone
         [--slot blue|green] [--offline]
notes    release notes in Markdown from the evidence of a rollout: what went live or was sent
         back, step by step, the commits, a post for the status page, drafts for people
         --evidence FILE  [--out FILE]
         [--post SECRET] sends the post to the https address that this secret holds
deployed tells GitHub, in a job of its workflows, how the stack's last rollout ended: one that is
         paused is under way, although its job has ended well

The record is under release in Pulumi.STACK.yaml, or in the YAML or JSON file that --record names.

Example: npm run release -- prepare --stack production --from staging --evidence rollback.jsonl
Exit: 0 done, 1 the status page or GitHub was not told, 2 refused, usage or a config with problems.
`;

const run = { prepare, show, notes, deployed } as const;

await main(async () => {
  const read = readFlags();
  if (read !== null) return run[read.verb](read.flags);
  process.stdout.write(help);
  return exit.ok;
});
