import { wrapped } from "../domain/wrapped.ts";
import type { Scenario } from "./scenarios/index.ts";

/** The list of scenarios for people, each with its promise; the usual ones are marked. */
export function listText(scenarios: readonly Scenario[]): string {
  const widest = Math.max(...scenarios.map(({ name }) => name.length));
  const lines = scenarios.map(({ name, promise, usual }) => {
    const head = `${usual ? "*" : " "} ${name.padEnd(widest)} `;
    return head + wrapped(promise, head.length).trimStart();
  });
  return `${lines.join("\n")}\n`;
}
