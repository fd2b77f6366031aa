import { readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { parse } from "yaml";
import { parseConfig } from "../../infra/config.ts";
import { likely } from "../../infra/cost-load.ts";
import { monthlyCostOf, usualLoad } from "../../infra/cost.ts";

const place = (name: string) => fileURLToPath(new URL(`../../docs/${name}`, import.meta.url));
const file = place("cost.md");

/** Users' requests a second that the table has a column for. */
const loads = [usualLoad, 100, 1_000] as const;

/** docs/cost.md, whole: the table of the production example. */
export function costPage(): string {
  const { config } = parse(
    readFileSync(new URL("../../Pulumi.production.yaml", import.meta.url), "utf8"),
  ) as {
    config: Record<string, unknown>;
  };
  const own = Object.entries(config).filter(([key]) => key.startsWith("hub:"));
  const values = Object.fromEntries(own.map(([key, value]) => [key.slice("hub:".length), value]));
  const costs = loads.map((load) => monthlyCostOf(parseConfig(values), String(config["aws:region"]), load));
  const [cost] = costs as [(typeof costs)[number]];
  const dollars = (usd: number | null) => (usd === null ? "not known" : `$${usd.toFixed(2)}`);
  const cells = (of: (one: (typeof costs)[number]) => number | null) => costs.map((one) => dollars(of(one)));
  const rows = cost.items.map(({ item, how }, at) =>
    row([item, ...cells(({ items }) => items[at]?.usd ?? null), how]),
  );
  return `# What the production example costs

Generated from \`Pulumi.production.yaml\` and \`infra/prices.ts\`: \`npm run docs\`. A month, by how many requests users send each
second. The same figures at ${usualLoad} a second for a stack of your own are in its output \`cost\`, in every preview:

\`\`\`
pulumi stack output cost -s production
\`\`\`

${row(["", ...loads.map((load) => `${load.toLocaleString("en")}/s`), "what"])}
${"|---".repeat(loads.length + 2)}|
${rows.join("\n")}
${row(["**the stack**", ...cells(({ usd }) => usd).map((usd) => `**${usd}**`), "both colours at their full count"])}
${row([`of it, ${cost.idleColour} while idle`, ...cells(({ idleColourUsd }) => idleColourUsd), ""])}
${row([`retiring ${cost.idleColour} saves`, ...cells(({ retiringSavesUsd }) => retiringSavesUsd), "down to `rollout.idleTasks`"])}

What a line, a second's counts and a report weigh is in \`infra/cost-load.ts\`, and a test weighs real ones. Of the
requests ${likely.analysisShare * 100} % are taken to be analyses of a second and a half, and ${likely.badShare * 100} % not to end well.

A rollout from a retired colour costs ${dollars(cost.rolloutUsd)} at most on top: its tasks during the plan and the warm time after it.

${cost.note}
`;
}

const row = (cells: readonly string[]): string => `| ${cells.join(" | ")} |`;

/** What docs/cost.md holds now, to be compared with `costPage`. */
export const readCostPage = (): string => readFileSync(file, "utf8");

/** Writes docs/cost.md anew. */
export function write(): void {
  writeFileSync(file, costPage());
}
