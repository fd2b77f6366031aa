import type { CheckContext } from "./check.ts";
import type { Reading } from "./reading.ts";

/** What every gate is judged with. */
export interface GateOptions {
  context: CheckContext;
  /** Names of built-in checks and of configured commands; unknown ones throw. */
  checks: readonly string[];
  /** Those of them that are judged and told, and decide nothing; left out: none. */
  advisory?: readonly string[];
  /** Told of a reading when its verdict is new, and of every check's last one. */
  onReading?: (reading: Reading) => void;
  signal?: AbortSignal;
}
