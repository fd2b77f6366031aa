import type { ScenarioResult } from "../scenarios/result.ts";
import { chart } from "./chart.ts";
import { checkTables } from "./check-tables.ts";
import { escape, idOf, row, table } from "./markup.ts";
import { records } from "./records.ts";
import { headline, legend, shownFigures, took, wordOf } from "./shown.ts";
import { style } from "./style.ts";

/** What a report is made of. */
export interface Reported {
  readonly seed: number;
  readonly results: readonly ScenarioResult[];
  /** The line that plays a scenario again. */
  readonly replay: (scenario: string) => string;
}

/** The results as one page that needs nothing else and runs nothing: pictures are drawn beforehand. */
export function renderPage({ seed, results, replay }: Reported): string {
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'; img-src data:">
<title>Rehearsal: ${headline(results)}</title>
<link rel="icon" href="data:,">
<style>${style}</style>
</head>
<body>
<a class="skip" href="#scenarios">Skip to the scenarios</a>
<header>
<p class="quiet">Rehearsal of a blue-green release</p>
<h1>${headline(results)}</h1>
<p class="quiet">Seed ${seed}: the same seed repeats the same random choices. Nothing here left the machine that it was played on.</p>
${overview(results)}
<details class="legend"><summary>What each figure counts</summary>
<dl>${legend.map(([name, means]) => `<dt>${name}</dt><dd>${escape(means)}</dd>`).join("")}</dl>
</details>
</header>
<main id="scenarios" tabindex="-1">
${results.map((result) => scenario(result, replay(result.name))).join("\n")}
</main>
</body>
</html>
`;
}

function overview(results: readonly ScenarioResult[]): string {
  const heads = ["scenario", "promise", ...legend.map(([name]) => name)];
  const rows = results.map((result) =>
    row(`<a href="#${idOf("scenario", result.name)}">${escape(result.name)}</a>`, [
      badge(result, result.asPromised),
      ...shownFigures(result).map(({ value }) => value),
    ]),
  );
  return table("Every scenario, and what it cost its users", heads, rows, "overview");
}

function scenario(result: ScenarioResult, replay: string): string {
  const { name, promise, asPromised, outcome, timings, course, inconclusive } = result;
  const id = idOf("scenario", name);
  const how =
    course === undefined
      ? ""
      : `<h3>How it went</h3>
${chart(course, name)}
<h3>What the checks said</h3>
${course.looks.length === 0 ? "<p>No check looked at a release here.</p>" : checkTables(course, name)}
<h3>Records</h3>
${records(course, name)}`;
  return `<section class="scenario" id="${id}" aria-labelledby="${id}-name">
<h2 id="${id}-name">${escape(name)} ${badge(result, asPromised)}</h2>
<p class="promise">${escape(promise)}</p>
<p class="quiet">${outcome.replaceAll("-", " ")} · ${took(timings.totalMs)}</p>
${inconclusive === undefined ? "" : `<p class="note">${escape(inconclusive)}.</p>`}
<dl class="figures">${shownFigures(result)
    .map(
      ({ name: figure, value, means }) =>
        `<div><dt title="${escape(means)}">${figure}</dt><dd>${value.replace(/ \((.+)\)$/, " <small>$1</small>")}</dd></div>`,
    )
    .join("")}</dl>
<h3>What was promised</h3>
${promises(result)}
<p class="replay">Play it again: <code>${escape(replay)}</code></p>
${how}
</section>`;
}

/** Broken ones first: whoever opens a report of a broken promise looks for it. */
function promises(result: ScenarioResult): string {
  const rows = result.held
    .toSorted((a, b) => Number(a.ok) - Number(b.ok))
    .map(
      ({ what, saw, ok }) =>
        `<tr class="${kindOf(result, ok)}"><td>${badge(result, ok)}</td><th scope="row">${escape(what)}</th><td>${escape(saw)}</td></tr>`,
    );
  return table(`Promises of ${result.name}`, ["kept?", "promised", "seen"], rows, "promises");
}

function badge(result: Pick<ScenarioResult, "inconclusive">, ok: boolean): string {
  return `<span class="badge ${kindOf(result, ok)}">${wordOf(result, ok)}</span>`;
}

/** The word as a class of the style. */
const kindOf = (result: Pick<ScenarioResult, "inconclusive">, ok: boolean): string =>
  wordOf(result, ok).replace(" ", "-").toLowerCase();
