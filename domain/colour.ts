import { z } from "zod";

/** The two fixed identities. Roles (live, candidate) swap; colours never do. */
export const colours = ["blue", "green"] as const;
/** The schema of a colour. */
export const colour = z.enum(colours);
/** A colour: blue or green. */
export type Colour = z.infer<typeof colour>;

/** One value for each colour. */
export type PerColour<T> = Record<Colour, T>;

/** The other colour. */
export function other(of: Colour): Colour {
  return of === "blue" ? "green" : "blue";
}

/** Builds a value per colour; the callback runs for blue first. */
export function perColour<T>(make: (of: Colour) => T): PerColour<T> {
  return { blue: make("blue"), green: make("green") };
}
