import type { CheckContext } from "../core/check.ts";

/** Everything the command line touches outside the checks. */
export interface Terminal {
  out: (text: string) => void;
  err: (text: string) => void;
  coloured: boolean;
  environment: NodeJS.ProcessEnv;
  signal: AbortSignal;
  now: () => number;
  sleep: CheckContext["sleep"];
  readFile: (path: string) => Promise<string>;
  /** Rejects where a file of this path could not be written. */
  mayWrite: (path: string) => Promise<void>;
  writeFile: (path: string, text: string) => Promise<void>;
}
