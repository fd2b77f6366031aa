import assert from "node:assert/strict";
import { globSync, readFileSync } from "node:fs";
import { join } from "node:path";
import test from "node:test";

const top = join(import.meta.dirname, "../");
/** Rooms, each with what its files may import of the others. The longest name that fits a file is its room. */
const rooms: Record<string, string> = {
  "domain/": "",
  "checks/": "domain/",
  "doctor/": "domain/ checks/ infra/",
  "doctor/stack/": "domain/ checks/ infra/ rollout/aws/",
  "rollout/": "domain/ checks/",
  "rollout/policy/": "domain/",
  "plan/": "domain/",
  "plan/command/": "domain/ plan/ infra/ rollout/",
  "release/": "domain/ checks/ infra/ plan/",
  "release/command/": "domain/ checks/ infra/ plan/ release/ rollout/",
  "infra/": "domain/ plan/ rollout/resource.ts rollout/plugin/lazy.cjs packages/log-filter-pattern",
  "sidecar/": "domain/telemetry.ts domain/line-budget.ts domain/hub.ts domain/outcome.ts domain/health.ts",
  "packages/": "",
};
for (const room of ["rehearsal/", "simulation/", "tools/"])
  rooms[room] = [...Object.keys(rooms), "rehearsal/ simulation/ tools/"].join(" ");
/** What domain/ may have of others: pure, as it is. */
const ofDomain = ["zod", "damerau-levenshtein"];
const packages = new Set(globSync("*", { cwd: `${top}packages` }));
const isIn = (folders: readonly string[]) => (name: string) => folders.some((of) => name.startsWith(of));

function wrongImports(file: string): string[] {
  const room = Object.keys(rooms).findLast((of) => file.startsWith(of)) ?? "";
  const may = isIn([room, ...(rooms[room] || room).split(" ")]);
  const found = readFileSync(top + file, "utf8").matchAll(/(?:from|import|import\(|require\() ?"([^"\n]+)"/g);
  const named = (at: string) => (packages.has(at.split("/")[0] ?? "") ? `packages/${at}` : at);
  const names = [...found].map(([, at = ""]) => (at.startsWith(".") ? join(file, "..", at) : named(at)));
  const isKnown = isIn([...Object.keys(rooms), "tests/"]);
  const checked = names.filter((name) => isKnown(name) || (room === "domain/" && !ofDomain.includes(name)));
  return checked.filter((name) => !may(name)).map((name) => `${file} imports ${name}`);
}

test("every room imports of the others what the architecture says, and nobody imports practice or tests", () => {
  const files = globSync(`{${Object.keys(rooms).join(",")}}**/*.{ts,cjs}`, { cwd: top });
  assert.deepEqual([files.length > 400, files.flatMap(wrongImports)], [true, []]);
});
