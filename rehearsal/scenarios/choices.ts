import type { Images } from "local-aws";
import type { Pace } from "../pace.ts";
import type { OpenEngine } from "../stage/engine.ts";
import type { Stage } from "../stage/index.ts";
import type { LoadAsked } from "./loads.ts";
import type { ScenarioResult } from "./result.ts";

/** What the user of a rehearsal chose. */
export interface Choices {
  readonly images: Images;
  readonly config: Readonly<Record<string, unknown>>;
  readonly random: () => number;
  /** A line of progress. */
  readonly say: (text: string) => void;
  /** Aborted: the scenario stops, tears down and rejects. */
  readonly signal: AbortSignal;
  /** Called before the stage of a scenario is closed; null: the scenario could not be played. */
  readonly onEnd?: (stage: Stage, result: ScenarioResult | null) => Promise<void>;
  /** What deploys; left out: the embedded engine. */
  readonly openEngine?: OpenEngine;
  /** How much is asked of the hub, where somebody wants it otherwise than usual. */
  readonly load: LoadAsked;
  readonly pace: Pace;
  /** Which part of a scenario in parts is played: the `index`-th, from 0, of `of`. */
  readonly shard: { readonly index: number; readonly of: number };
}
