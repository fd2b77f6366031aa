import { wrapped } from "../../domain/wrapped.ts";
import type { Ending, Tried } from "./mutant.ts";

/** A room's mutants, counted by how they ended. */
export type RoomCount = { readonly room: string; readonly rate: number | null } & Readonly<
  Record<"killed" | "survived" | "equivalent" | "untold", number>
>;

/** Endings of which nobody can tell whether the mutant was noticed. */
const isUntold = ({ ending }: { readonly ending: Ending }): boolean =>
  ending === "timed out" || ending === "red without";

/** Counts by room, in the order of the mutants. The rate is of those that were run, in percent; null: none was. */
export function countRooms(all: readonly Tried[]): RoomCount[] {
  return [...Map.groupBy(all, ({ room }) => room)].map(([room, tried]) => countOf(room, tried));
}

function countOf(room: string, tried: readonly Tried[]): RoomCount {
  const of = (ending: Ending) => tried.filter((one) => one.ending === ending).length;
  const equivalent = of("equivalent");
  const run = tried.length - equivalent;
  return {
    room,
    killed: of("killed"),
    survived: of("survived"),
    untold: tried.filter(isUntold).length,
    equivalent,
    rate: run === 0 ? null : Math.round((of("killed") / run) * 1_000) / 10,
  };
}

/** A line for each room and one for all of them; below, what survived would do to a user. */
export function renderTable(all: readonly Tried[]): string {
  const counts = [...countRooms(all), countOf("all", all)];
  const rows = counts.map((of) => [
    of.room,
    ...[of.killed, of.survived, of.untold, of.equivalent].map(String),
    of.rate === null ? "–" : `${of.rate} %`,
  ]);
  const named = ["room", "killed", "survived", "untold", "equivalent", "kill rate"];
  const line = (cells: readonly string[]) =>
    cells.map((cell, at) => (at === 0 ? cell.padEnd(12) : cell.padStart(11))).join("");
  const left = all
    .filter((one) => one.ending === "survived" || isUntold(one))
    .map(({ ending, room, does, file, tests }) =>
      wrapped(`${ending}: ${room}: ${does} (${file}, by ${tests.join(", ")})`, 0),
    );
  return [named, ...rows].map(line).concat(left).join("\n");
}

/** One document: the rooms, and each mutant with the tests that noticed it. */
export function renderJson(all: readonly Tried[], seed: number | null): string {
  const mutants = all.map(({ room, does, file, ending, by, tookMs, equivalent }) => ({
    room,
    does,
    file,
    ending,
    by,
    tookMs: Math.round(tookMs),
    ...(equivalent === undefined ? {} : { equivalent }),
  }));
  return JSON.stringify({ schema: 1, seed, rooms: countRooms(all), mutants }, null, 2);
}

/** The exit code: 1 where one survived; 3 where none did, and of one nobody can tell; else 0. */
export function exitCodeOf(all: readonly Tried[]): 0 | 1 | 3 {
  if (all.some(({ ending }) => ending === "survived")) return 1;
  return all.some(isUntold) ? 3 : 0;
}
