/** The rooms whose code is mutated by rule, and what of the repository each is; the longest beginning of a path wins. */
export const generatedRooms: Readonly<Record<string, readonly string[]>> = {
  domain: ["domain/"],
  policy: ["rollout/policy/"],
  statistics: ["checks/statistics/"],
  alarms: ["infra/alarms.ts", "infra/formulas.ts"],
  run: ["rollout/run/", "rollout/record/", "rollout/aws/"],
  guardian: ["rollout/guardian/"],
  commands: ["rollout/commands/"],
  plugin: ["rollout/plugin/", "rollout/resource.ts"],
  checks: ["checks/"],
  infra: ["infra/"],
  plan: ["plan/"],
  release: ["release/"],
  doctor: ["doctor/"],
  sidecar: ["sidecar/"],
  rehearsal: ["rehearsal/"],
  simulation: ["simulation/"],
  "local-aws": ["packages/local-aws/src/"],
  "pulumi-engine": ["packages/pulumi-engine/src/"],
  "filter-pattern": ["packages/log-filter-pattern/src/"],
  reaper: ["packages/reaper/src/"],
};

/** Rooms in which people's traffic is decided: more of their mutants must be noticed. */
export const strictRooms: readonly string[] = ["policy", "domain", "statistics", "alarms"];

/** Percent of a room's mutants that must be noticed. */
export const lineOf = (room: string): number => (strictRooms.includes(room) ? 95 : 85);

/** The room of a file; null: its code is not mutated by rule. */
export function roomOf(file: string): string | null {
  let found: { room: string; length: number } | null = null;
  for (const [room, beginnings] of Object.entries(generatedRooms))
    for (const { length } of beginnings.filter((beginning) => file.startsWith(beginning)))
      if (found === null || length > found.length) found = { room, length };
  return found?.room ?? null;
}
