import { type Colour, colours } from "../../domain/colour.ts";
import { UsageError } from "../../domain/usage-error.ts";

/** The command that shows how to type it, for errors. */
export const help = "npm run check -- --help";

/** The address of a hub, without a slash at its end. */
export function readUrl(text: string, seeHelp = help): string {
  const url = URL.canParse(text) ? new URL(text) : null;
  if (url === null || !/^https?:$/.test(url.protocol))
    throw new UsageError(`--url is the hub's address, such as http://127.0.0.1:37373, not ${text}`, seeHelp);
  return (url.origin + url.pathname).replace(/\/+$/, "");
}

/** The slot to judge; null: it is left to the group. */
export function readSlot(text: string | undefined): Colour | null {
  if (text === undefined) return null;
  const slot = colours.find((colour) => colour === text);
  if (slot === undefined) throw new UsageError(`--slot is blue or green, not ${text}`, help);
  return slot;
}

/** The report's file, of a kind that can be written; null: none. */
export function readReport(file: string | undefined): string | null {
  if (file === undefined) return null;
  if (!/\.(json|jsonl|md)$/.test(file))
    throw new UsageError(`--report writes .json, .jsonl (evidence) or .md, not ${file}`, help);
  return file;
}

/** A path of the hub, from a slash on. */
export function readPath(flag: string, text: string): string {
  if (!text.startsWith("/")) throw new UsageError(`${flag} begins with a slash, and ${text} does not`, help);
  return text;
}

/** The arguments of a call of the hub's tool, a JSON object or those of a prompt. */
export function readToolArguments(
  text: string | undefined,
  prompt: string | undefined,
  seeHelp = help,
): Record<string, unknown> {
  if (text === undefined) return { prompt: prompt ?? "ping" };
  if (prompt !== undefined)
    throw new UsageError(
      "--prompt and --tool-arguments both say what the tool is called with: give one",
      help,
    );
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    value = null;
  }
  if (typeof value !== "object" || value === null || Array.isArray(value))
    throw new UsageError(
      `--tool-arguments is a JSON object, such as '{"query":"ping"}', not ${text}`,
      seeHelp,
    );
  return value as Record<string, unknown>;
}

/** The most own probes a second. */
export function readRate(text: string): number {
  const rate = /^\d{1,3}$/.test(text) ? Number(text) : 0;
  if (rate < 1 || rate > 100)
    throw new UsageError(`--rate is a whole number of probes a second, 1 to 100, not ${text}`, help);
  return rate;
}
