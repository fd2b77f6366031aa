import { parseArgs } from "node:util";
import { didYouMean } from "../../domain/nearest.ts";
import { UsageError } from "../../domain/usage-error.ts";
import { help } from "./flag-values.ts";

const flags = {
  stack: { type: "string" },
  url: { type: "string" },
  slot: { type: "string" },
  json: { type: "boolean" },
  report: { type: "string" },
  list: { type: "boolean" },
  explain: { type: "string" },
  follow: { type: "boolean" },
  help: { type: "boolean", short: "h" },
  digest: { type: "string" },
  project: { type: "string" },
  region: { type: "string" },
  profile: { type: "string" },
  "health-path": { type: "string" },
  "mcp-path": { type: "string" },
  transport: { type: "string" },
  tool: { type: "string" },
  prompt: { type: "string" },
  "tool-arguments": { type: "string" },
  record: { type: "string" },
  for: { type: "string" },
  incident: { type: "string" },
  evidence: { type: "string" },
  command: { type: "string", multiple: true },
  rate: { type: "string" },
} as const;

/** The words of the command line as flags and names; what is not known is an error of usage. */
export function parsed(argv: readonly string[]) {
  try {
    return parseArgs({ args: [...argv], options: flags, allowPositionals: true, strict: true });
  } catch (error) {
    const [said = "bad arguments"] = (error as Error).message.split(". ");
    const [, unknown] = /^Unknown option '--([\w-]+)/.exec(said) ?? [];
    const meant = unknown === undefined ? "" : didYouMean(unknown, Object.keys(flags));
    throw new UsageError(meant === "" ? said : `${said}: ${meant}`, help);
  }
}
