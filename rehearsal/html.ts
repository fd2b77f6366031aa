import type { ScenarioResult, StepResult } from "./scenarios/result.ts";

/** The results as one page that needs nothing else: what was promised, whether it held, and the steps as a picture. */
export function renderHtml(seed: number, results: readonly ScenarioResult[]): string {
  const kept = results.filter(({ asPromised }) => asPromised).length;
  return `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Rehearsal: ${kept} of ${results.length} promises kept</title>
<style>${style}</style>
<h1>${kept} of ${results.length} promises kept</h1>
<p>Seed ${seed}. The same seed repeats the same random choices.</p>
${results.map(section).join("\n")}
</html>
`;
}

function section(result: ScenarioResult): string {
  const { name, promise, asPromised, outcome, requests, sessions, timings, steps, held, inconclusive } =
    result;
  const figures = [
    `${requests.sent} requests, ${requests.lost} lost, ${requests.hurt} hurt`,
    `${sessions.opened} sessions, ${sessions.broken} broken`,
    `${(timings.totalMs / 1_000).toFixed(1)} s`,
  ];
  return `<section>
<h2>${mark(asPromised, inconclusive)} ${escape(name)} <small>${outcome.replaceAll("-", " ")}</small></h2>
<p>${escape(promise)}</p>
<p class="figures">${figures.join(" · ")}</p>
${inconclusive === undefined ? "" : `<p>${escape(inconclusive)}.</p>`}
${steps.length === 0 ? "" : chart(steps)}
<table>
<thead><tr><th></th><th>promised</th><th>seen</th></tr></thead>
<tbody>
${held.map(({ what, saw, ok }) => `<tr><td>${mark(ok, inconclusive)}</td><td>${escape(what)}</td><td>${escape(saw)}</td></tr>`).join("\n")}
</tbody>
</table>
</section>`;
}

function mark(ok: boolean, inconclusive?: string): string {
  if (ok) return `<b class="kept">kept</b>`;
  return inconclusive === undefined ? `<b class="broken">broken</b>` : "<b>cannot tell</b>";
}

const barHeight = 18;

/** Per step a grey bar for the weight set and a thinner coloured one for the share seen in responses. */
function chart(steps: readonly StepResult[]): string {
  const rows = steps.map(({ weight, observed, samples, verdict }, index) => {
    const y = index * (barHeight + 8);
    const label = `${weight} % set, ${observed} % of ${samples} seen, ${verdict}`;
    return `<g transform="translate(0 ${y})"><rect class="set" width="${weight * 4}" height="${barHeight}"/><rect class="seen" y="5" width="${observed * 4}" height="${barHeight - 10}"/><text x="410" y="13">${escape(label)}</text></g>`;
  });
  const height = steps.length * (barHeight + 8);
  return `<svg viewBox="0 0 700 ${height}" width="700" height="${height}" role="img" aria-label="Share of each step">${rows.join("")}</svg>`;
}

const entities: Readonly<Record<string, string>> = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;" };
const escape = (text: string) => text.replaceAll(/[&<>"]/g, (character) => entities[character] ?? character);

const style = `
body { font: 15px/1.5 system-ui, sans-serif; max-width: 60rem; margin: 2rem auto; padding: 0 1rem; color: #1d2733 }
section { border-top: 1px solid #d5dce3; padding: 0.5rem 0 1rem }
h2 { font-size: 1.15rem; margin: 0.6rem 0 0 } small { color: #5b6875; font-weight: normal }
.figures { color: #5b6875 } .kept { color: #1a7f37 } .broken { color: #c62828 }
table { border-collapse: collapse; width: 100% } th { text-align: left; color: #5b6875; font-weight: normal }
td, th { padding: 0.15rem 0.8rem 0.15rem 0; vertical-align: top; overflow-wrap: anywhere }
svg { max-width: 100%; height: auto; font-size: 12px } .set { fill: #d5dce3 } .seen { fill: #2f6fb3 }
`;
