export { fits } from "./fits.ts";
export { type Parsed, parseFilterPattern } from "./parse.ts";
export type { FilterPattern } from "./pattern.ts";
