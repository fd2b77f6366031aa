import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { PolicyDocument } from "../../infra/policy-document.ts";

/**
 * The policy simulator, and the lists of actions, resources and conditions that it judges by. It is under the AGPL: it is no
 * dependency, and runs in a process of its own.
 */
const packages = {
  "iam-simulate": "0.1.173",
  "iam-data": "0.21.202609261",
  "iam-policy": "0.1.109",
  "iam-utils": "0.1.82",
} as const;

interface Named {
  readonly name: string;
  readonly policy: PolicyDocument;
}

/** A request to AWS, and everything that has a say about it. */
export interface Simulated {
  /** ARN of the role that asks. */
  readonly principal: string;
  readonly policies: readonly Named[];
  readonly boundary: Named | null;
  /** Policy of what is asked for, where it has one: who may take a role. */
  readonly trust?: object;
  readonly action: string;
  readonly resource: string;
  readonly context: Readonly<Record<string, string | readonly string[]>>;
}

/**
 * Actions whose resources the simulator's lists have wrong: the page of the classic load balancer, which has the same prefix,
 * stands in for the current one's. They are judged without a look at the resource's type.
 */
const untyped: readonly string[] = ["elasticloadbalancing:AddTags", "elasticloadbalancing:RemoveTags"];

/** The folder in which npm put the simulator: the one that IAM_SIMULATOR names. Or what it lacks. */
export function findSimulator(): { readonly folder: string } | { readonly missing: string } {
  const folder = process.env["IAM_SIMULATOR"];
  if (!folder) return { missing: "IAM_SIMULATOR names no folder with @cloud-copilot/iam-simulate" };
  for (const [name, wanted] of Object.entries(packages)) {
    const file = join(folder, "node_modules/@cloud-copilot", name, "package.json");
    try {
      const { version } = JSON.parse(readFileSync(file, "utf8")) as { version: string };
      if (version !== wanted) return { missing: `${folder} has ${name} ${version}, not ${wanted}` };
    } catch {
      return { missing: `${folder} has no @cloud-copilot/${name}` };
    }
  }
  return { folder };
}

/** The simulator's verdict on each request: `Allowed`, `ImplicitlyDenied`, `ExplicitlyDenied`, or what is wrong with the request. */
export function simulate(folder: string, requests: readonly Simulated[]): string[] {
  const script = fileURLToPath(new URL("simulate.mjs", import.meta.url));
  const { status, stdout, stderr, error } = spawnSync(process.execPath, [script, folder], {
    input: JSON.stringify(requests.map((one) => ({ ...one, untyped: untyped.includes(one.action) }))),
    encoding: "utf8",
    maxBuffer: 64 * 1024 * 1024,
  });
  if (error) throw error;
  if (status !== 0) throw new Error(`the simulator ended with ${status}: ${stderr.slice(-2_000)}`);
  return JSON.parse(stdout) as string[];
}
