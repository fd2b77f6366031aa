import type { Colour } from "../../domain/colour.ts";
import type { HttpAnswer, ProbeSession } from "./probe-session.ts";

/** The source of own probes: single requests, and sessions that wait for their turn. */
export interface ProbeSource {
  get(path: string, slot: Colour | null, signal: AbortSignal): Promise<HttpAnswer>;
  /** Opens a session; waits for its turn while too many are open. The caller closes it. */
  open(slot: Colour | null, signal: AbortSignal): Promise<ProbeSession>;
  /** Opens several at once, or none. */
  openTogether(count: number, slot: Colour | null, signal: AbortSignal): Promise<ProbeSession[]>;
  /** Ends every open session. */
  close(): Promise<void>;
}
