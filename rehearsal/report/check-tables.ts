import { shown } from "../../checks/cli/figures.ts";
import type { Course } from "../course/course.ts";
import type { Look } from "../course/looks.ts";
import { signOf } from "./lanes.ts";
import { escape, idOf, row, table } from "./markup.ts";
import { count, moment } from "./shown.ts";

/** A table for each check: at each step its last look, which is the one that the step went on with. */
export function checkTables({ looks }: Course, scenario: string): string {
  const checks = [...Map.groupBy(looks, ({ check }) => check)];
  return checks.map(([name, of]) => checkTable(name, of, scenario)).join("\n");
}

const heads = ["step", "verdict", "value", "good is", "samples, of at least", "looks", "last look", "why"];

function checkTable(name: string, looks: readonly Look[], scenario: string): string {
  const { source, query } = looks.at(-1) as Look;
  const rows = looks.map((look) =>
    row(
      `${look.colour} at ${look.weight} %`,
      [
        verdictCell(look),
        withUnit(look.value, look.unit),
        `${signs[look.operator]} ${withUnit(look.limit, look.unit)}`,
        `${count(look.samples)} of ${look.minimumSamples === null ? "—" : count(look.minimumSamples)}`,
        count(look.looks),
        moment(look.at),
        escape(look.why),
      ],
      ` class="${look.verdict}"`,
    ),
  );
  return `<section class="check" id="${idOf("check", scenario, name)}">
<h4>${escape(name)} ${tally(looks)}</h4>
<p class="quiet">From ${escape(source)}: ${escape(query)}.</p>
${table(`${name} in ${scenario}`, heads, rows, "evidence")}
</section>`;
}

const signs: Readonly<Record<Look["operator"], string>> = {
  "<": "&lt;",
  "<=": "≤",
  ">": "&gt;",
  ">=": "≥",
  "=": "=",
};

const withUnit = (value: Look["value"], unit: string): string =>
  escape(typeof value === "number" ? `${shown(value)} ${unit}`.trimEnd() : shown(value));

/** The check's own verdict; where the step's is another, that is told, too. */
function verdictCell({ verdict, advisory }: Look): string {
  const tried = advisory ? " (tried, decides nothing)" : "";
  return `<span class="verdict ${verdict}"><span aria-hidden="true">${signOf[verdict]}</span> ${verdict}</span>${tried}`;
}

function tally(looks: readonly Look[]): string {
  const failed = looks.some(({ verdict }) => verdict === "fail");
  const open = looks.some(({ verdict }) => verdict === "inconclusive");
  const worst = failed ? "fail" : open ? "inconclusive" : "pass";
  return `<span class="verdict ${worst}"><span aria-hidden="true">${signOf[worst]}</span> ${worst}</span>`;
}
