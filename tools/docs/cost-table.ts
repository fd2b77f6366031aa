import { readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { parse } from "yaml";
import { parseConfig } from "../../infra/config.ts";
import { monthlyCostOf } from "../../infra/cost.ts";

const place = (name: string) => fileURLToPath(new URL(`../../docs/${name}`, import.meta.url));
const file = place("cost.md");

/** docs/cost.md, whole: the table of the production example. */
export function costPage(): string {
  const { config } = parse(
    readFileSync(new URL("../../Pulumi.production.yaml", import.meta.url), "utf8"),
  ) as {
    config: Record<string, unknown>;
  };
  const own = Object.entries(config).filter(([key]) => key.startsWith("hub:"));
  const values = Object.fromEntries(own.map(([key, value]) => [key.slice("hub:".length), value]));
  const cost = monthlyCostOf(parseConfig(values), String(config["aws:region"]));
  const dollars = (usd: number | null) => (usd === null ? "not known" : `$${usd.toFixed(2)}`);
  const rows = cost.items.map(({ item, usd, how }) => `| ${item} | ${dollars(usd)} | ${how} |`);
  return `# What the production example costs

Generated from \`Pulumi.production.yaml\` and \`infra/prices.ts\`: \`npm run docs\`. The same figures for a stack of
your own are in its output \`cost\`, in every preview:

\`\`\`
pulumi stack output cost -s production
\`\`\`

| | a month | what |
|---|---|---|
${rows.join("\n")}
| **the stack** | **${dollars(cost.usd)}** | both colours at their full count |
| of it, ${cost.idleColour} while idle | ${dollars(cost.idleColourUsd)} | |
| retiring ${cost.idleColour} saves | ${dollars(cost.retiringSavesUsd)} | down to \`rollout.idleTasks\` |

A rollout from a retired colour costs ${dollars(cost.rolloutUsd)} at most on top: its tasks during the plan and the warm time after it.

${cost.note}
`;
}

/** What docs/cost.md holds now, to be compared with `costPage`. */
export const readCostPage = (): string => readFileSync(file, "utf8");

/** Writes docs/cost.md anew. */
export function write(): void {
  writeFileSync(file, costPage());
}
