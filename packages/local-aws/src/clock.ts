/** A handle of a timer that was set; only its own clock can clear it. */
export type Timer = unknown;

/** Time as an argument. Milliseconds everywhere; `now` counts since 1970. Tests pass one whose time they move. */
export interface Clock {
  now(): number;
  setTimeout(run: () => void, ms: number): Timer;
  clearTimeout(timer: Timer): void;
}

/** The machine's own time. Its timers keep the process alive until they ran or were cleared. */
export const systemClock: Clock = {
  now: () => Date.now(),
  setTimeout: (run, ms) => setTimeout(run, ms),
  clearTimeout: (timer) => clearTimeout(timer as NodeJS.Timeout),
};
