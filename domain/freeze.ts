import { z } from "zod";
import { moment } from "./moment.ts";

const days = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"] as const;
const minutesOfDay = 24 * 60;
const minutesOfWeek = days.length * minutesOfDay;
const weeklyShape =
  /^(Mon|Tue|Wed|Thu|Fri|Sat|Sun) (\d\d):(\d\d) - (Mon|Tue|Wed|Thu|Fri|Sat|Sun) (\d\d):(\d\d)$/;

const when = moment("must be a date and a time with an offset, such as 2026-12-24T12:00:00+01:00");
const name = z.string().min(1).describe("What people call it.");

const weekly = z.strictObject({
  name,
  weekly: z
    .string()
    .refine(
      (text) => minutesIn(text) !== null,
      "must be two times of the week, such as Fri 16:00 - Mon 08:00",
    )
    .describe("From and until when in each week, such as `Fri 16:00 - Mon 08:00`."),
  zone: z
    .string()
    .refine(isZone, "must be a time zone by its IANA name, such as Europe/Berlin")
    .describe("Whose clock that is, such as `Europe/Berlin`."),
});
const once = z
  .strictObject({ name, from: when.describe("When it begins."), until: when.describe("When it ends.") })
  .refine(({ from, until }) => Date.parse(from) < Date.parse(until), {
    path: ["until"],
    message: "is not after from",
  });

/** A time in which no traffic moves to a candidate: every week, or once. */
export const freeze = z.union([weekly, once]);
/** A freeze, every week or once. */
export type Freeze = z.infer<typeof freeze>;

/** Why traffic may move all the same, until when: an exception that is forgotten ends by itself. */
export const throughFreeze = z.strictObject({
  until: when.describe("When the exception ends."),
  why: z.string().min(10, "says too little for whoever reads it later").describe("Why; it is recorded."),
});

/** A freeze that is on, and when it ends, in milliseconds since 1970. */
export interface Frozen {
  readonly name: string;
  readonly until: number;
}

/** The freeze that is on at a moment, the one that ends last where there are several; null: none. */
export function frozenAt(freezes: readonly Freeze[], now: number): Frozen | null {
  const on = freezes.flatMap((of) => {
    const until = "weekly" in of ? endOfWeekly(of, now) : endOfOnce(of, now);
    return until === null ? [] : [{ name: of.name, until }];
  });
  return on.toSorted((a, b) => b.until - a.until)[0] ?? null;
}

/** The first freeze that begins between two moments, to the minute; null: none does. */
export function nextFreeze(freezes: readonly Freeze[], from: number, to: number): Frozen | null {
  if (freezes.length === 0) return null;
  for (let at = from; at <= to; at += 60_000) {
    const frozen = frozenAt(freezes, at);
    if (frozen !== null) return frozen;
  }
  return null;
}

function endOfOnce({ from, until }: z.infer<typeof once>, now: number): number | null {
  const end = Date.parse(until);
  return Date.parse(from) <= now && now < end ? end : null;
}

function endOfWeekly({ weekly: text, zone }: z.infer<typeof weekly>, now: number): number | null {
  const { from, until } = minutesIn(text) as Minutes;
  const at = minuteOfWeek(now, zone);
  const length = cyclic(until - from);
  if (cyclic(at - from) >= length) return null;
  const left = cyclic(until - at) * 60_000;
  const end = now - (now % 60_000) + left;
  // Where the clock is changed before then, the hour between is taken out again, or put in.
  const off = cyclic(minuteOfWeek(end, zone) - until + minutesOfWeek / 2) - minutesOfWeek / 2;
  return end - off * 60_000;
}

interface Minutes {
  readonly from: number;
  readonly until: number;
}

/** Both ends in minutes from the beginning of Monday; null: the text is no such time, or the two are one. */
function minutesIn(text: string): Minutes | null {
  const [, day = "", hour, minute, lastDay = "", lastHour, lastMinute] = weeklyShape.exec(text) ?? [];
  const from = minuteOf(day, Number(hour), Number(minute));
  const until = minuteOf(lastDay, Number(lastHour), Number(lastMinute));
  return from === null || until === null || from === until ? null : { from, until };
}

function minuteOf(day: string, hour: number, minute: number): number | null {
  const index = (days as readonly string[]).indexOf(day);
  return index >= 0 && hour < 24 && minute < 60 ? index * minutesOfDay + hour * 60 + minute : null;
}

/** Whole minutes since Monday began on the clocks of a zone. */
function minuteOfWeek(now: number, zone: string): number {
  const format = new Intl.DateTimeFormat("en-US", {
    timeZone: zone,
    weekday: "short",
    hour: "2-digit",
    minute: "2-digit",
    hourCycle: "h23",
  });
  const parts = Object.fromEntries(format.formatToParts(now).map(({ type, value }) => [type, value]));
  const { weekday = "", hour, minute } = parts;
  return minuteOf(weekday, Number(hour), Number(minute)) as number;
}

const cyclic = (minutes: number): number => ((minutes % minutesOfWeek) + minutesOfWeek) % minutesOfWeek;

function isZone(text: string): boolean {
  try {
    return new Intl.DateTimeFormat("en-US", { timeZone: text }).resolvedOptions().timeZone !== "";
  } catch {
    return false;
  }
}
