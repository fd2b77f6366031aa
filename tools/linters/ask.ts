import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import type { PolicyDocument } from "../../infra/policy-document.ts";
import type { Accepted } from "./accepted.ts";
import type { Template } from "./cloudformation.ts";

/** Versions whose findings are accepted in accepted.ts. */
const packages = ["cfn-lint==1.58.0", "parliament==1.6.4", "policy-sentry==0.15.2"] as const;

/** One thing that a linter says. */
interface Finding {
  readonly tool: Accepted["tool"];
  readonly rule: string;
  /** The resource or the policy. */
  readonly at: string;
  readonly says: string;
}

/** The Python that has the linters: the one that LINTERS_PYTHON names, else python3. Or what it lacks. */
export function findLinters(): { readonly python: string } | { readonly missing: string } {
  const python = process.env["LINTERS_PYTHON"] ?? "python3";
  const asks = `from importlib.metadata import version
print(*(name + "==" + version(name) for name in ("cfn-lint", "parliament", "policy-sentry")))`;
  const asked = spawnSync(python, ["-c", asks], { encoding: "utf8", timeout: 60_000 });
  if (asked.error) return { missing: `${python} is not here` };
  const wanted = packages.join(" ");
  if (asked.status !== 0) return { missing: `${python} has not all of ${wanted}` };
  const found = asked.stdout.trim();
  return found === wanted ? { python } : { missing: `${python} has ${found}, not ${wanted}` };
}

/** Everything that the linters say of a template and of policies by name. Throws with their last words when they fail. */
export function ask(
  python: string,
  of: { readonly template: Template; readonly policies: Readonly<Record<string, PolicyDocument>> },
): Finding[] {
  const script = fileURLToPath(new URL("lint.py", import.meta.url));
  const { status, stdout, stderr, error } = spawnSync(python, [script], {
    input: JSON.stringify(of),
    encoding: "utf8",
    maxBuffer: 64 * 1024 * 1024,
  });
  if (error) throw error;
  if (status !== 0) throw new Error(`the linters ended with ${status}: ${stderr.slice(-2_000)}`);
  return JSON.parse(stdout) as Finding[];
}

/** What nobody has accepted, and what is accepted although nobody says it. */
export function judge(
  findings: readonly Finding[],
  accepted: readonly Accepted[],
): { readonly unexpected: readonly string[]; readonly unused: readonly string[] } {
  const key = ({ tool, rule, at }: Pick<Finding, "tool" | "rule" | "at">) => `${tool} ${rule} at ${at}`;
  const known = accepted.flatMap((one) => one.at.map((at) => key({ ...one, at })));
  const seen = new Set(findings.map(key));
  return {
    unexpected: findings.filter((one) => !known.includes(key(one))).map((one) => `${key(one)}: ${one.says}`),
    unused: known.filter((one) => !seen.has(one)),
  };
}
