import type { Verdict } from "../../rollout/run/ports.ts";
import type { Course } from "../course/course.ts";
import type { Happening } from "../course/happenings.ts";
import type { TimeAxis } from "./axis.ts";
import { escape, idOf } from "./markup.ts";
import { moment } from "./shown.ts";

/** A verdict's sign, which tells it apart without its colour. */
export const signOf: Readonly<Record<Verdict, string>> = { pass: "✓", fail: "✗", inconclusive: "?" };

/** A step on the axis: from the beginning of its bake, extended or not, until its last verdict. */
interface StepBar {
  readonly from: number;
  readonly to: number;
  readonly weight: number;
  readonly colour: string;
  /** Null: the rollout ended before one. */
  readonly verdict: Verdict | null;
  /** Place of its verdict, or of its beginning, among the happenings. */
  readonly record: number;
}

/** What a step that has not come to a verdict ends with. */
const ends: ReadonlySet<Happening["kind"]> = new Set(["shifting", "rolling-back", "ended", "taken-over"]);

/** The steps of all rollouts, in the order in which they began: one without a verdict lasts until something ends it. */
function stepBars({ happenings, ms }: Course): StepBar[] {
  const bars: StepBar[] = [];
  let isOpen = false;
  for (const [record, { at, kind, colour = "", weight = 0, verdict = null }] of happenings.entries()) {
    const open = isOpen ? bars.at(-1) : undefined;
    const again = open !== undefined && open.weight === weight && open.colour === colour;
    if (kind === "judged" && again) bars.splice(-1, 1, { ...open, to: at, verdict, record });
    else if ((kind === "baking" && !again) || ends.has(kind)) {
      if (open?.verdict === null) bars.splice(-1, 1, { ...open, to: at });
      isOpen = kind === "baking";
      if (isOpen) bars.push({ from: at, to: ms, weight, colour, verdict: null, record });
    }
  }
  return bars;
}

/** Steps as shades behind a panel. */
export function bands(course: Course, axis: TimeAxis): string {
  return stepBars(course)
    .map(({ from, to, verdict }) => {
      const left = axis.percent(from);
      return `<i class="band ${verdict ?? "none"}" style="left:${left}%;width:${(axis.percent(to) - left).toFixed(2)}%"></i>`;
    })
    .join("");
}

/** The record of a happening, as an id in the page. */
export const recordId = (scenario: string, index: number): string => idOf("record", scenario, index);

/** What a mark shows, and in which lane; other kinds stand in the records only. */
const marks: Partial<Record<Happening["kind"], { readonly lane: number; readonly sign: string }>> = {
  told: { lane: 0, sign: "▸" },
  shifting: { lane: 1, sign: "⇄" },
  proved: { lane: 1, sign: "◎" },
  unproved: { lane: 1, sign: "⊘" },
  unprovable: { lane: 1, sign: "⊘" },
  repaired: { lane: 1, sign: "↺" },
  "rolling-back": { lane: 1, sign: "↩" },
  "taken-over": { lane: 1, sign: "↩" },
  judged: { lane: 2, sign: "" },
  waiting: { lane: 2, sign: "‖" },
  answered: { lane: 2, sign: "▷" },
  ended: { lane: 3, sign: "■" },
};

const names = ["story", "traffic", "verdicts", "ends"];
const means = [
  "▸ what the scenario did",
  "⇄ a shift, ◎ proved in traffic, ⊘ not proved, ↩ going home",
  "✓ pass, ✗ fail, ? inconclusive",
  "■ the end of a rollout",
];

/** What a mark takes of the axis, in percent: those that are nearer stand below each other. */
const markPercent = 4.5;
const rowPx = 22;
/** More marks at one moment lie on each other, and stand apart in the records. */
const mostLevels = 5;

/** Lanes of events and verdicts: each mark is a link to its record. */
export function lanes(course: Course, axis: TimeAxis, scenario: string): string {
  const inLane = (lane: number) =>
    course.happenings.flatMap((one, index) => (marks[one.kind]?.lane === lane ? [{ one, index }] : []));
  const rows = names.map((name, lane) => {
    const steps = lane === 2 ? stepsLane(course, axis, scenario) : "";
    const placed = stacked(
      inLane(lane).map(({ one, index }) => ({ one, index, left: axis.percent(one.at) })),
    );
    const depth = Math.max(1, ...placed.map(({ level }) => level + 1));
    const top = lane === 2 ? rowPx : 0;
    const links = placed.map(({ one, index, left, level }) => {
      const { verdict, kind, text, at } = one;
      const sign = verdict === undefined ? (marks[kind]?.sign ?? "") : signOf[verdict];
      const words = `${moment(at)} ${text}`;
      return `<li style="left:${left}%;top:${top + level * rowPx}px"><a class="mark ${kind} ${verdict ?? ""}" href="#${recordId(scenario, index)}" title="${escape(words)}" aria-label="${escape(words)}">${sign}</a></li>`;
    });
    return `<div class="plot lane"><div class="y">${name}</div><div class="box" style="height:${top + depth * rowPx}px">${steps}<ul>${links.join("")}</ul></div></div>`;
  });
  return `<div class="panel lanes"><p class="panel-title"><b>Events and verdicts</b></p>
<ul class="keys">${means.map((text) => `<li>${text}</li>`).join("")}</ul>
${rows.join("\n")}</div>`;
}

/** Room that a step's weight takes on a phone, in percent: where nothing follows so soon it may stick out of its bar. */
const labelPercent = 12;

function stepsLane(course: Course, axis: TimeAxis, scenario: string): string {
  const steps = stepBars(course);
  const bars = steps.map(({ from, to, weight, colour, verdict, record }, index) => {
    const left = axis.percent(from);
    const next = steps[index + 1];
    const loose = next === undefined || axis.percent(next.from) - left > labelPercent ? " loose" : "";
    const words = `${colour} at ${weight} %: ${verdict ?? "no verdict"}, from ${moment(from)} to ${moment(to)}`;
    return `<li style="left:${left}%;width:${Math.max(0.6, axis.percent(to) - left).toFixed(2)}%"><a class="step ${verdict ?? "none"}${loose}" href="#${recordId(scenario, record)}" title="${escape(words)}" aria-label="${escape(words)}">${weight} %</a></li>`;
  });
  return `<ul class="steps">${bars.join("")}</ul>`;
}

/** Each mark on the first level that is free there, from above. */
function stacked<M extends { readonly left: number }>(all: readonly M[]): (M & { readonly level: number })[] {
  const ends: number[] = [];
  return all.map((mark) => {
    const free = ends.findIndex((end) => mark.left >= end);
    const level = Math.min(mostLevels - 1, free < 0 ? ends.length : free);
    ends[level] = mark.left + markPercent;
    return { ...mark, level };
  });
}
