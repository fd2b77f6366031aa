import { readFile } from "node:fs/promises";
import { parseArgs } from "node:util";
import type { SwitchAnswer } from "../../domain/request.ts";
import { UsageError } from "../../domain/usage-error.ts";
import { guard } from "../../infra/guards.ts";
import { planFactsOf } from "../../infra/plan-facts.ts";
import { readStackConfig, readStackConfigAt, stackName } from "../../infra/stack-file.ts";
import { switchRequestOf } from "../../infra/switch-request.ts";
import { exit, main, mistyped } from "../../rollout/commands/command.ts";
import { answerSwitch } from "../../rollout/plugin/preview.ts";
import { buildPlan } from "../build.ts";
import { planComment } from "../comment.ts";
import type { PlanDocument } from "../document.ts";
import { type PlanFormat, formatPlan, planFormats } from "../format.ts";
import { answerOffline } from "./offline.ts";

const help = `npm run plan -- [--stack STACK] [--offline] [--base REF] [--format text|markdown|json]
                [--diff FILE]

Shows what the next pulumi up of the stack config in this folder sets in motion: who is live, which
release comes, every step with its weight, bake and gate, the users that it meets at today's
traffic, how long it takes and how it is rolled back. Changes nothing and needs no Pulumi CLI.

--offline asks no account: the stack is taken to be as its config of a commit asks, HEAD's or the
one that --base names. --diff FILE adds to Markdown what \`pulumi preview --diff\` printed, folded,
as far as a comment on a pull request has room.

Example: npm run -s plan -- --stack production --base origin/main --format markdown
Exit: 0 shown, 1 shown and the up would be refused, 2 usage or a config with problems.
`;

interface Flags {
  readonly stack?: string | undefined;
  /** The commit to compare with; null: the account says what is live. */
  readonly base: string | null;
  readonly format: PlanFormat;
  readonly diff?: string | undefined;
}

function readFlags(): Flags {
  const seeHelp = "npm run plan -- --help";
  try {
    const { values } = parseArgs({
      options: {
        stack: { type: "string" },
        base: { type: "string" },
        offline: { type: "boolean", default: false },
        diff: { type: "string" },
        format: { type: "string", default: "text" },
        help: { type: "boolean", default: false },
      },
    });
    if (values.help) {
      process.stdout.write(help);
      process.exit(exit.ok);
    }
    const format = planFormats.find((name) => name === values.format);
    if (format === undefined)
      throw new UsageError(`--format is ${values.format}, and takes ${planFormats.join(", ")}`, seeHelp);
    if (values.diff !== undefined && format !== "markdown")
      throw new UsageError("--diff goes with --format markdown", seeHelp);
    return {
      stack: values.stack,
      diff: values.diff,
      base: values.base ?? (values.offline ? "HEAD" : null),
      format,
    };
  } catch (error) {
    throw mistyped(error, seeHelp);
  }
}

async function plan(): Promise<number> {
  const { stack, base, format, diff } = readFlags();
  const made = await planOf(await stackName(stack), base, Date.now());
  const text = formatPlan(made, format);
  process.stdout.write(diff === undefined ? text : planComment(text, await readDiff(diff)));
  return made.refused.length === 0 ? exit.ok : exit.failed;
}

async function readDiff(file: string): Promise<string> {
  return readFile(file, "utf8").catch((error: NodeJS.ErrnoException) => {
    throw new UsageError(`--diff ${file} cannot be read: ${error.message}`, null, { cause: error });
  });
}

async function planOf(stack: string, base: string | null, now: number): Promise<PlanDocument> {
  const after = await readStackConfig(stack);
  const { config, place } = after;
  const answer =
    base === null
      ? await answerSwitch(switchRequestOf(config, place))
      : answerOffline(await readStackConfigAt(stack, base), after, now);
  const found = guard(config, answer, now);
  const basis = base === null ? "what is live" : `the stack config of ${base}: the account was not asked`;
  const warnings = base === null ? found.warnings : [...found.warnings, ...unseenOffline(answer)];
  return buildPlan(planFactsOf(config, place, answer, { ...found, warnings }, { now, basis }));
}

/** What only the account knows and would change the steps. */
const unseenOffline = ({ action }: SwitchAnswer): string[] =>
  action === "shift"
    ? [
        "Only the account knows whether this release was live a short while ago: inside its rollback window it comes back at once, by one change. Without --offline the plan says it.",
      ]
    : [];

await main(plan);
