import { type Colour, colours } from "../../domain/colour.ts";
import type { Bin } from "../course/bins.ts";
import type { Course, Rescue } from "../course/course.ts";
import { type Point, type Tick, TimeAxis } from "./axis.ts";
import { bands, lanes } from "./lanes.ts";
import { escape, row, table } from "./markup.ts";
import { count, moment, took } from "./shown.ts";

/** One panel of the picture: some lines of one measure, under the same axis of time. */
interface PanelOf {
  readonly key: string;
  readonly title: string;
  /** What it shows, for whoever does not see it. */
  readonly says: string;
  readonly ticks: readonly Tick[];
  readonly unit: string;
  /** Each a path's class and its drawing. */
  readonly paths: readonly (readonly [string, string])[];
  /** A path's class and its words. */
  readonly key2: readonly (readonly [string, string])[];
}

/** The picture of a scenario: panels and lanes on one axis of time, and every figure behind them as a table. */
export function chart(course: Course, scenario: string): string {
  const axis = new TimeAxis(course.ms);
  const panels = [weights(course, axis), bad(course, axis), latency(course, axis), rate(course, axis)];
  const under = bands(course, axis) + rescueLines(course.rescues, axis);
  const [first, ...rest] = panels.map((of) => panel(of, axis, under, scenario));
  return `<figure class="chart">
<figcaption>Weight, errors, latency and events of <b>${escape(scenario)}</b> on one axis of time, in minutes and seconds. Shaded: steps, as their last verdict has them. Each mark of an event leads to its record.</figcaption>
${first}
${lanes(course, axis, scenario)}
${rest.join("\n")}
${timeAxis(axis)}
${rescueWords(course.rescues)}
</figure>
<details class="figures-behind"><summary>The figures behind this picture, as a table</summary>
${figuresTable(course, scenario)}
</details>`;
}

function panel(of: PanelOf, axis: TimeAxis, under: string, scenario: string): string {
  const id = `${of.key}-${scenario}`;
  const grid = [
    ...of.ticks.map(({ percent }) => `<path class="grid" d="M0 ${100 - percent}H1000"/>`),
    ...axis.ticks.map(({ percent }) => `<path class="grid" d="M${percent * 10} 0V100"/>`),
  ];
  const paths = of.paths.map(([kind, d]) => `<path class="${kind}" d="${d}"/>`);
  const keys = of.key2.map(
    ([kind, words]) =>
      `<li><svg class="swatch" viewBox="0 0 24 10" aria-hidden="true"><path class="${kind}" d="${kind.startsWith("fill") ? "M2 1H22V9H2Z" : "M1 5H23"}"/></svg>${escape(words)}</li>`,
  );
  return `<div class="panel ${of.key}">
<p class="panel-title"><b>${escape(of.title)}</b> <span>${escape(of.unit)}</span></p>
<ul class="keys">${keys.join("")}</ul>
<div class="plot">
<div class="y" aria-hidden="true">${of.ticks.map(({ percent, label }) => `<span style="bottom:${percent}%">${escape(label)}</span>`).join("")}</div>
<div class="box">${under}<svg viewBox="0 0 1000 100" preserveAspectRatio="none" role="img" aria-labelledby="${id}-title ${id}-says"><title id="${id}-title">${escape(of.title)}</title><desc id="${id}-says">${escape(of.says)}</desc>${grid.join("")}${paths.join("")}</svg></div>
</div>
</div>`;
}

function weights({ set, bins, ms }: Course, axis: TimeAxis): PanelOf {
  const box = axis.panel(100);
  const last = set.at(-1);
  const green = set.map(({ at, weights: of }) => ({ at, value: of.green }));
  const changes = set.map(({ at, weights: of }) => `${of.green} % at ${moment(at)}`).join(", ");
  return {
    key: "weight",
    title: "Weight of green",
    unit: "percent of what the weighted rule splits",
    says: `Set to ${changes || "nothing"}. The share of users' requests that green answered follows it; each stretch of time is in the table below.`,
    ticks: box.ticks,
    paths: [
      ["seen", box.line(bins.map((bin) => ({ at: middle(bins, bin), value: shareOf(bin) })))],
      ["set", box.line([...green, ...(last ? [{ at: ms, value: last.weights.green }] : [])], true)],
    ],
    key2: [
      ["set", "set"],
      ["seen", "seen by users"],
    ],
  };
}

/** Percent of what the rule split that green answered; null: it split nothing. */
function shareOf({ split: { blue, green } }: Bin): number | null {
  return blue + green === 0 ? null : Math.round((1_000 * green) / (blue + green)) / 10;
}

function bad({ bins, binMs }: Course, axis: TimeAxis): PanelOf {
  const perSecond = (value: number) => (1_000 * value) / binMs;
  const of = (bin: Bin) => [bin.blue.bad, bin.green.bad, bin.nobodys].map(perSecond);
  const box = axis.panel(Math.max(1, ...bins.map((bin) => sum(of(bin)))));
  const stacked = (index: number) =>
    box.bars(
      closed(
        bins.map((bin) => ({ at: bin.at, value: of(bin)[index] ?? 0, from: sum(of(bin).slice(0, index)) })),
        bins.length * binMs,
      ),
    );
  const all = (pick: (bin: Bin) => number) => count(sum(bins.map(pick)));
  return {
    key: "bad",
    title: "Requests hurt or lost",
    unit: "a second, by who answered",
    says: `${all((bin) => bin.blue.bad)} of blue, ${all((bin) => bin.green.bad)} of green, ${all((bin) => bin.nobodys)} that nobody answered.`,
    ticks: box.ticks,
    paths: [
      ["fill-blue", stacked(0)],
      ["fill-green", stacked(1)],
      ["fill-nobody", stacked(2)],
    ],
    key2: [
      ["fill-blue", "blue"],
      ["fill-green", "green"],
      ["fill-nobody", "nobody"],
    ],
  };
}

function latency({ bins }: Course, axis: TimeAxis): PanelOf {
  const box = axis.panel(Math.max(1, ...bins.flatMap((bin) => colours.map((of) => bin[of].p95Ms ?? 0))));
  const of = (colour: Colour, value: (bin: Bin) => number | null) =>
    box.line(bins.map((bin): Point => ({ at: middle(bins, bin), value: value(bin) })));
  const worst = (colour: Colour) => took(Math.max(0, ...bins.map((bin) => bin[colour].p95Ms ?? 0)));
  return {
    key: "latency",
    title: "Latency",
    unit: "milliseconds: 95 of 100 answers, and half of them (thin)",
    says: `The longest 95th percentile of a stretch is ${worst("blue")} on blue and ${worst("green")} on green.`,
    ticks: box.ticks,
    paths: colours.flatMap((colour) => [
      [`line-${colour} thin`, of(colour, (bin) => bin[colour].p50Ms)] as const,
      [`line-${colour}`, of(colour, (bin) => bin[colour].p95Ms)] as const,
    ]),
    key2: colours.map((colour) => [`line-${colour}`, colour] as const),
  };
}

function rate({ bins, binMs }: Course, axis: TimeAxis): PanelOf {
  const value = (bin: Bin, colour: Colour) => (1_000 * bin[colour].ended) / binMs;
  const box = axis.panel(Math.max(1, ...bins.flatMap((bin) => colours.map((of) => value(bin, of)))));
  const most = (colour: Colour) => Math.round(Math.max(...bins.map((bin) => value(bin, colour))));
  return {
    key: "rate",
    title: "Requests that ended",
    unit: "a second",
    says: `At most ${most("blue")} a second on blue and ${most("green")} on green.`,
    ticks: box.ticks,
    paths: colours.map((colour) => [
      `line-${colour}`,
      box.line(bins.map((bin) => ({ at: middle(bins, bin), value: value(bin, colour) }))),
    ]),
    key2: colours.map((colour) => [`line-${colour}`, colour] as const),
  };
}

/** A stretch's figures stand in its middle. */
const middle = (bins: readonly Bin[], { at }: Bin): number =>
  at + ((bins[1]?.at ?? 0) - (bins[0]?.at ?? 0)) / 2;

/** Bars hold until the next one: the last until the end. */
function closed<P extends Point>(points: readonly P[], end: number): P[] {
  const last = points.at(-1);
  return last === undefined ? [] : [...points, { ...last, at: end }];
}

const sum = (values: readonly number[]): number => values.reduce((total, one) => total + one, 0);

function timeAxis(axis: TimeAxis): string {
  const labels = axis.ticks.map(
    ({ percent, label }, index) =>
      `<span class="${index % 2 === 1 ? "minor" : ""}${percent > 97 ? " last" : ""}" style="left:${percent}%">${label}</span>`,
  );
  return `<div class="plot x" aria-hidden="true"><div class="y"></div><div class="box">${labels.join("")}</div></div>`;
}

/** Lines through all panels: the first user hurt, the decision, the traffic home. */
function rescueLines(rescues: readonly Rescue[], axis: TimeAxis): string {
  const at = (moments: number | null, kind: string) =>
    moments === null ? "" : `<i class="moment ${kind}" style="left:${axis.percent(moments)}%"></i>`;
  return rescues
    .map(
      ({ firstHurtAt, decidedAt, homeAt }) =>
        at(firstHurtAt, "hurt") + at(decidedAt, "decided") + at(homeAt, "home"),
    )
    .join("");
}

const deciders = { gate: "its gate", guardian: "the guardian", other: "a person, or what stands in for one" };

function rescueWords(rescues: readonly Rescue[]): string {
  if (rescues.length === 0) return "";
  const items = rescues.map(({ from, by, firstHurtAt, decidedAt, homeAt }) => {
    const hurt =
      firstHurtAt === null ? "" : `<i class="moment hurt"></i> first user hurt at ${moment(firstHurtAt)}, `;
    const home =
      homeAt === null
        ? ""
        : `, <i class="moment home"></i> its last request ${took(homeAt - decidedAt)} later`;
    return `<li>${from} is left: ${hurt}<i class="moment decided"></i> decided by ${deciders[by]} at ${moment(decidedAt)}${home}</li>`;
  });
  return `<ul class="rescues">${items.join("")}</ul>`;
}

function figuresTable({ bins, set, binMs }: Course, scenario: string): string {
  const heads = [
    "from",
    "green set, %",
    "green seen, %",
    "split by weight",
    ...colours.flatMap((of) => [`${of}: ended`, `${of}: bad`, `${of}: median, ms`, `${of}: 95 %, ms`]),
    "bad, nobody's",
  ];
  const rows = bins.map((bin) => {
    const then = set.findLast(({ at }) => at <= bin.at + binMs / 2)?.weights.green;
    const cells = [
      then ?? "—",
      shareOf(bin) ?? "—",
      bin.split.blue + bin.split.green,
      ...colours.flatMap((of) => [bin[of].ended, bin[of].bad, bin[of].p50Ms ?? "—", bin[of].p95Ms ?? "—"]),
      bin.nobodys,
    ];
    return row(moment(bin.at), cells.map(String));
  });
  return table(`What users of ${scenario} saw, every ${took(binMs)}`, heads, rows, "numbers");
}
