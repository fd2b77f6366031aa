import type { OpenContext } from "../core/wiring.ts";

/** What is being checked: a stack as its switch recorded it, or a bare address. */
export interface Target {
  name: string;
  context: OpenContext;
}
