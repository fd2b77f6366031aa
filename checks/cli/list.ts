import type { Check } from "../core/check.ts";
import { groups } from "../core/groups.ts";

/** Every check with its question, group by group. */
export function listText(checks: readonly Check[]): string {
  const width = Math.max(...checks.map((check) => check.name.length));
  return groups
    .map((group) => {
      const rows = checks
        .filter((check) => check.group === group)
        .map((check) => `  ${check.name.padEnd(width)}  ${check.question}`);
      return [group, ...rows].join("\n");
    })
    .join("\n\n");
}
