import type { Tool } from "@modelcontextprotocol/sdk/types.js";
import { beginningOf } from "../domain/health.ts";
import { hubDefaults } from "../domain/hub.ts";
import { argumentsFor } from "./arguments.ts";
import type { AskedHub } from "./flags.ts";

/** A tool that gates may call, and what with. */
export interface Callable {
  readonly tool: string;
  readonly toolArguments: Readonly<Record<string, unknown>>;
}

/** Verbs of tools that only answer. */
const answering: ReadonlySet<string> = new Set(["echo", "ping", "greet", "hello", "hi", "version", "whoami"]);
/** Verbs of tools that only read, unless they say otherwise. */
const reading: ReadonlySet<string> = new Set(
  "add,date,describe,find,get,help,list,lookup,now,read,search,status,sum,time".split(","),
);
/** Tools that are tried at most: each is called. */
const mostTried = 3;

/**
 * The tools that may be called again and again without harm, the likeliest first; the one that was named, where one was. A text:
 * why there is none, a sentence.
 */
export function chooseTools(
  tools: readonly Tool[],
  { tool: named, toolArguments: given }: Pick<AskedHub, "tool" | "toolArguments">,
): Callable[] | string {
  if (tools.length === 0) return "it lists no tool, and gates call one";
  if (named !== null) return namedTool(tools, named, given);
  if (tools.some(({ name }) => name === hubDefaults.tool))
    return [{ tool: hubDefaults.tool, toolArguments: hubDefaults.toolArguments }];
  const harmless = tools
    .filter((tool) => rankOf(tool) !== null)
    .toSorted((a, b) => (rankOf(a) ?? 0) - (rankOf(b) ?? 0))
    .flatMap((tool) => callable(tool) ?? []);
  if (harmless.length > 0) return harmless.slice(0, mostTried);
  return (
    `gates call a tool again and again, and of ${shownNames(tools.map(({ name }) => name))} none is known to be harmless and easy to call: ` +
    "name the one to call with --tool NAME --tool-arguments JSON"
  );
}

function namedTool(tools: readonly Tool[], named: string, given: AskedHub["toolArguments"]) {
  const tool = tools.find(({ name }) => name === named);
  if (tool === undefined)
    return `it lists no tool ${named}; it lists ${shownNames(tools.map(({ name }) => name))}`;
  if (given !== null) return [{ tool: named, toolArguments: given }];
  const made = callable(tool);
  return made === null ? `what ${named} takes can't be guessed: give it with --tool-arguments JSON` : [made];
}

/** Null: what it takes can't be guessed. */
function callable({ name, inputSchema }: Tool): Callable | null {
  const toolArguments = argumentsFor(inputSchema);
  return toolArguments === null ? null : { tool: name, toolArguments };
}

/** Lower is likelier to be harmless; null: nothing says that it is. */
function rankOf({ name, annotations }: Tool): number | null {
  if (annotations?.readOnlyHint === false || annotations?.destructiveHint === true) return null;
  const words = name
    .replaceAll(/([a-z])([A-Z])/g, "$1 $2")
    .toLowerCase()
    .split(/[^a-z]+/);
  if (words.some((word) => answering.has(word))) return 0;
  if (annotations?.readOnlyHint === true) return 1;
  return words.some((word) => reading.has(word)) ? 2 : null;
}

/** Names that are shown at most. */
const mostShown = 6;

/** Names, as many as people read. */
export function shownNames(names: readonly string[]): string {
  const shown = names.slice(0, mostShown).map((name) => beginningOf(name, 60));
  const more = names.length - shown.length;
  return shown.join(", ") + (more > 0 ? ` and ${more} more` : "");
}
