import { parseArgs } from "node:util";
import { mistyped } from "../../checks/cli/error-text.ts";
import { typedPath } from "../../checks/cli/typed-path.ts";
import { type Colour, colours } from "../../domain/colour.ts";
import { UsageError } from "../../domain/usage-error.ts";

/** What the command does. */
const verbs = ["prepare", "show", "notes", "deployed"] as const;
/** One of the things that the command does. */
export type Verb = (typeof verbs)[number];

/** The command line as it was typed. */
export interface Flags {
  readonly stack?: string | undefined;
  /** A file that holds the record; null: the stack's own has it. */
  readonly record: string | null;
  readonly json: boolean;
  readonly offline: boolean;
  readonly slot: Colour | null;
  /** The stack that the release is in now. */
  readonly from: string | null;
  readonly evidence: string | null;
  readonly tag: boolean;
  readonly anew: boolean;
  readonly out: string | null;
  /** Name of the secret that holds the address of the status page's webhook. */
  readonly post: string | null;
}

const flag = { type: "boolean", default: false } as const;
const text = { type: "string" } as const;
const options = {
  stack: text,
  record: text,
  json: flag,
  offline: flag,
  slot: text,
  from: text,
  evidence: text,
  tag: flag,
  anew: flag,
  out: text,
  post: text,
  help: flag,
} as const;

/** Flags that a verb has; the others are refused with it. */
const belong: Readonly<Record<Verb, readonly string[]>> = {
  prepare: ["stack", "record", "json", "offline", "slot", "from", "evidence", "tag", "anew"],
  show: ["stack", "record", "json", "offline", "slot"],
  notes: ["stack", "record", "json", "evidence", "out", "post"],
  deployed: ["stack", "json"],
};

/** What to type after a mistake. */
const seeHelp = "npm run release -- --help";

/** Reads the command line; null: help was asked for. Throws UsageError for what does not go together. */
export function readFlags(): { verb: Verb; flags: Flags } | null {
  const { values, positionals } = parse();
  if (values.help) return null;
  const [given, ...more] = positionals;
  const verb = verbs.find((name) => name === given);
  if (verb === undefined || more.length > 0)
    throw new UsageError(
      `Say one of ${verbs.join(", ")}${given === undefined ? "" : `, and not "${positionals.join(" ")}"`}`,
      seeHelp,
    );
  const wrong = Object.entries(values).flatMap(([name, value]) =>
    value !== false && !belong[verb].includes(name) ? [`--${name}`] : [],
  );
  if (wrong.length > 0) throw new UsageError(`${wrong.join(", ")} does not go with ${verb}`, seeHelp);
  const pathOf = (path: string | undefined) => (path === undefined ? null : typedPath(path));
  return {
    verb,
    flags: {
      ...values,
      record: pathOf(values.record),
      evidence: pathOf(values.evidence),
      out: pathOf(values.out),
      from: values.from ?? null,
      post: values.post ?? null,
      slot: slotOf(values.slot),
    },
  };
}

function slotOf(given: string | undefined): Colour | null {
  const found = colours.find((colour) => colour === given);
  if (given !== undefined && found === undefined)
    throw new UsageError(`--slot is "${given}", and takes ${colours.join(" or ")}`, seeHelp);
  return found ?? null;
}

function parse() {
  try {
    return parseArgs({ options, allowPositionals: true });
  } catch (error) {
    throw mistyped(error, seeHelp);
  }
}
