import { readFile, writeFile } from "node:fs/promises";
import { parseArgs } from "node:util";
import { mistyped } from "../../checks/cli/error-text.ts";
import { UsageError } from "../../domain/usage-error.ts";
import { wrapped } from "../../domain/wrapped.ts";
import { releaseNameOf } from "../../infra/release.ts";
import { fileOf, stackFileIn } from "../../infra/stack-file.ts";
import { exit, main, paint } from "../../rollout/commands/command.ts";
import { diffText } from "../changed-lines.ts";
import { idleOf, liveByConfig, servingWhole } from "../live.ts";
import { type Promotion, type Side, promote } from "../promotion.ts";
import { readStack, recordOf } from "./stack.ts";

const help = `npm run promote -- --from STACK --to STACK [--offline] [--dry-run] [--json]

Takes the release that serves everybody on one stack and writes it into the idle colour of another
stack's file: the image's digest, what it is built for, its config and its environment. Tags are
refused. Sizes, names of secrets and every other line of the file stay as they are, and so does the
repository that the image is pulled from. Nothing is deployed: look at the diff, then pulumi up.

--offline asks no account: both files are taken to be what is deployed.
--dry-run writes nothing.

Example: npm run promote -- --from staging --to production --dry-run
Exit: 0 written, or there already; 2 refused, usage or a config with problems.
`;

const seeHelp = "npm run promote -- --help";

interface Flags {
  readonly from: string;
  readonly to: string;
  readonly offline: boolean;
  readonly dryRun: boolean;
  readonly json: boolean;
}

function readFlags(): Flags {
  const { values } = parse();
  if (values.help) {
    process.stdout.write(help);
    process.exit(exit.ok);
  }
  const { from, to, offline, json, "dry-run": dryRun } = values;
  if (from === undefined || to === undefined)
    throw new UsageError("Name both stacks, with --from STACK and --to STACK", seeHelp);
  if (from === to)
    throw new UsageError(`--from and --to are both ${from}: a release is there already`, seeHelp);
  return { from, to, offline, dryRun, json };
}

function parse() {
  const flag = { type: "boolean", default: false } as const;
  const options = {
    from: { type: "string" },
    to: { type: "string" },
    offline: flag,
    "dry-run": flag,
    json: flag,
    help: flag,
  } as const;
  try {
    return parseArgs({ options });
  } catch (error) {
    throw mistyped(error, seeHelp);
  }
}

async function run(): Promise<number> {
  const { from, to, offline, dryRun, json } = readFlags();
  const [source, target] = await Promise.all([readStack(from), readStack(to)]);
  const live = offline ? liveByConfig(source) : servingWhole(source, await recordOf(source));
  const idle = idleOf(target, offline ? undefined : await recordOf(target), Date.now());
  const into: Side = { ...target, colour: idle.colour };
  const made = promote({ ...source, colour: live }, into);
  const release = await releaseIn(made.text, into);
  if (made.changes.length > 0 && !dryRun) await writeFile(fileOf(to), made.text);
  const notes = [
    ...(offline ? [`the account of ${from} was not asked (--offline)`] : []),
    ...idle.notes,
    ...made.notes,
  ];
  const said = { ...made, notes, release, from, to, live, into, written: made.changes.length > 0 && !dryRun };
  process.stdout.write(json ? `${JSON.stringify(facts(said))}\n` : `${lines(said).join("\n")}\n`);
  return exit.ok;
}

/** The name of the release that the changed file asks for. Throws UsageError where the file would have problems. */
async function releaseIn(text: string, { place, colour }: Side): Promise<string> {
  const { config, problems } = stackFileIn(
    await readFile("Pulumi.yaml", "utf8"),
    text,
    place.stack,
    fileOf(place.stack),
  );
  if (config !== null && problems.length === 0) return releaseNameOf(config, colour);
  throw new UsageError(
    `${fileOf(place.stack)} would have problems with that release, and was not written:\n${problems.map((one) => `  ${one}`).join("\n")}`,
  );
}

interface Said extends Promotion {
  readonly release: string;
  readonly from: string;
  readonly to: string;
  readonly live: string;
  readonly into: Side;
  readonly written: boolean;
}

function facts({ changes, notes, release, from, to, live, into, written }: Said) {
  return {
    from: { stack: from, colour: live },
    to: { stack: to, colour: into.colour, release, file: fileOf(to) },
    changes,
    notes,
    written,
  };
}

function lines({ changes, notes, release, from, to, live, into, written }: Said): string[] {
  const file = fileOf(to);
  const whole = `${live} of ${from} → ${into.colour} of ${to}: release ${release} there`;
  const diff = changes.flatMap((change) => diffText(change, file).split("\n")).map(coloured);
  const end =
    changes.length === 0
      ? `${file} asks for it already: nothing changes`
      : written
        ? `written to ${file}; next: npm run plan -- --stack ${to}`
        : `not written (--dry-run)`;
  return [whole, ...diff, ...notes.map((note) => wrapped(`note: ${note}`, 0)), end];
}

/** A line of a diff stays whole: what differs may stand at its end. */
function coloured(line: string): string {
  if (line.startsWith("+")) return paint("green", line);
  return line.startsWith("-") ? paint("red", line) : paint("dim", line);
}

await main(run);
