import assert from "node:assert/strict";
import { globSync, readFileSync } from "node:fs";
import { join } from "node:path";
import test from "node:test";
import { fileURLToPath } from "node:url";

const top = fileURLToPath(new URL("../", import.meta.url));
/** Rooms, each with what its files may import of the others. The longest name that fits a file is its room. */
const rooms: Record<string, readonly string[]> = {
  "domain/": [],
  "checks/": ["domain/"],
  "doctor/": ["domain/", "checks/", "infra/config.ts"],
  "rollout/": ["domain/", "checks/"],
  "rollout/policy/": ["domain/"],
  "plan/": ["domain/"],
  "plan/command/": ["domain/", "plan/", "infra/", "rollout/"],
  "infra/": [
    "domain/",
    "plan/",
    "rollout/resource.ts",
    "rollout/plugin/lazy.cjs",
    "packages/log-filter-pattern",
  ],
  "sidecar/": ["domain/telemetry.ts", "domain/hub.ts", "domain/outcome.ts", "domain/health.ts"],
  "packages/": [],
};
const practice = ["rehearsal/", "simulation/", "tools/"];
for (const room of practice) rooms[room] = [...Object.keys(rooms), ...practice];
const packages = new Set(globSync("*", { cwd: `${top}packages` }));
const isOurs = (name: string) =>
  name.startsWith("tests/") || Object.keys(rooms).some((of) => name.startsWith(of));

function wrongImports(file: string): string[] {
  const room = Object.keys(rooms).findLast((of) => file.startsWith(of)) ?? "";
  const named = readFileSync(top + file, "utf8").matchAll(/(?:from|import|import\(|require\() ?"([^"]+)"/g);
  const fromTop = (name: string) => (packages.has(name.split("/")[0] ?? "") ? `packages/${name}` : name);
  const names = [...named].map(([, name = ""]) =>
    name.startsWith(".") ? join(file, "..", name) : fromTop(name),
  );
  const may = (name: string) => [room, ...(rooms[room] ?? [])].some((of) => name.startsWith(of));
  const outside = (name: string) => !isOurs(name) && (room !== "domain/" || name === "zod");
  return names.filter((name) => !outside(name) && !may(name)).map((name) => `${file} imports ${name}`);
}

test("every room imports of the others what the architecture says, and nobody imports practice or tests", () => {
  const files = globSync(`{${Object.keys(rooms).join(",")}}**/*.{ts,cjs}`, { cwd: top });
  assert.ok(files.length > 400);
  assert.deepEqual(files.flatMap(wrongImports), []);
});
