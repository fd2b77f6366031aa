import { scaleLinear, scaleUtc } from "d3-scale";
import { area, curveStepAfter, line } from "d3-shape";

/** Width of a drawing in its own units: it is stretched to whatever room there is. */
const width = 1_000;
/** Its height, in the same way. */
const height = 100;

/** A point in time with a value; null: there is none, and the line is broken. */
export interface Point {
  readonly at: number;
  readonly value: number | null;
}

/** A tick of an axis: where, in percent of its length, and its label. */
export interface Tick {
  readonly percent: number;
  readonly label: string;
}

/** A picture's axis of time, from 0 to `ms`, which every panel of it shares. */
export class TimeAxis {
  readonly #x;

  constructor(ms: number) {
    this.#x = scaleUtc([0, Math.max(1, ms)], [0, width]);
  }

  /** Where a moment is, in percent of the axis. */
  percent(at: number): number {
    return round(Math.min(100, Math.max(0, (100 * this.#x(at)) / width)));
  }

  /** Moments that a clock has marks at, labelled as minutes and seconds. */
  get ticks(): Tick[] {
    return this.#x.ticks(8).map((tick) => {
      const seconds = tick.getTime() / 1_000;
      const label = `${Math.floor(seconds / 60)}:${String(Math.floor(seconds % 60)).padStart(2, "0")}`;
      return { percent: this.percent(tick.getTime()), label };
    });
  }

  /** The drawings of one panel, whose values go from 0 to `most`. */
  panel(most: number): Panel {
    return new Panel((at) => round(this.#x(at)), most);
  }
}

/** What of a panel is drawn: paths in a box of 1000 to 100 units, which stretches. */
export class Panel {
  readonly #at: (at: number) => number;
  readonly #y;

  constructor(at: (at: number) => number, most: number) {
    this.#at = at;
    this.#y = scaleLinear([0, Math.max(most, Number.MIN_VALUE)], [height, 0]).nice(4);
  }

  /** Values with a mark, from below. */
  get ticks(): Tick[] {
    const format = this.#y.tickFormat(4);
    return this.#y.ticks(4).map((value) => ({
      percent: round(100 - (100 * this.#y(value)) / height),
      label: format(value),
    }));
  }

  /** A line from point to point; `steps`: each value holds until the next. */
  line(points: readonly Point[], steps = false): string {
    const draw = line<Point>(
      (of) => this.#at(of.at),
      (of) => round(this.#y(of.value ?? 0)),
    ).defined(({ value }) => value !== null);
    return (steps ? draw.curve(curveStepAfter) : draw)([...points]) ?? "";
  }

  /** Bars from one value to another, each from its moment until the next. */
  bars(points: readonly (Point & { readonly from: number })[]): string {
    const draw = area<Point & { readonly from: number }>(
      (of) => this.#at(of.at),
      (of) => round(this.#y(of.from)),
      (of) => round(this.#y(of.from + (of.value ?? 0))),
    ).curve(curveStepAfter);
    return draw([...points]) ?? "";
  }
}

const round = (value: number): number => Math.round(value * 100) / 100;
