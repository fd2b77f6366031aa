/** Flags of the commands of package.json (tests/bin/text.test.ts compares them with what each --help says). */
export const commandFlags = [
  "accept",
  "against",
  "anew",
  "base",
  "command",
  "config",
  "diff",
  "digest",
  "dry-run",
  "engine",
  "evidence",
  "explain",
  "faults",
  "find",
  "follow",
  "for",
  "force",
  "format",
  "from",
  "generated",
  "health-path",
  "hold",
  "images",
  "incident",
  "json",
  "keep",
  "kind",
  "list",
  "mcp-path",
  "nearest",
  "offline",
  "out",
  "population",
  "port",
  "post",
  "profile",
  "project",
  "prompt",
  "pulumi",
  "rate",
  "record",
  "region",
  "reject",
  "replay",
  "report",
  "rollouts",
  "rule",
  "runs",
  "sample",
  "scenario",
  "seed",
  "seeds",
  "sessions",
  "shard",
  "share",
  "slot",
  "stack",
  "tag",
  "to",
  "tool",
  "tool-arguments",
  "transport",
  "url",
  "weight",
  "where",
  "why",
  "write",
];

/** Those that npm has settings of its own by: they may stand in somebody's .npmrc, and say nothing of what was typed. */
const npmsOwn = new Set(["diff", "dry-run", "force", "json", "offline", "tag"]);

/**
 * What to say where flags stood before npm's `--`: npm takes those for its own and hands them to the command in its
 * environment only. Null: none did, as far as anybody can tell: a command for emergencies must not be refused for a setting of npm's.
 * @param name of the script
 * @param words those that the command was given
 */
export function flagsNpmTook(name, words, environment) {
  const taken = commandFlags
    .filter((flag) => !npmsOwn.has(flag))
    .flatMap((flag) => {
      const value = environment[`npm_config_${flag.replaceAll("-", "_")}`];
      if (value === undefined || value === "") return [];
      return [value === "true" ? `--${flag}` : `--${flag}=${value}`];
    });
  if (taken.length === 0) return null;
  // Which word belonged to which flag, npm does not say; of one flag and one word it is clear.
  const rest = taken.length === 1 && words.length <= 1 ? words.join(" ") : "…";
  return (
    `error: npm has taken ${taken.join(" and ")} for itself: a command's flags stand behind " -- ".\n` +
    `Type: npm run ${name} -- ${[...taken, rest].join(" ").trimEnd()}\n`
  );
}
