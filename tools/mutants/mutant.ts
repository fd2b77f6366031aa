/** A defect made by hand: one place of the shipped code, put in another way. */
export interface Mutant {
  /** What it would do to a user, in a sentence; its name as well. */
  readonly does: string;
  /** File below the repository. */
  readonly file: string;
  /** Text that occurs exactly once in it. */
  readonly before: string;
  readonly after: string;
  /** Test files below the repository that reach the file; at least one of their tests must fail. */
  readonly tests: readonly string[];
  /** Why no test can notice it: nothing behaves in another way. Such a mutant is listed and not run. */
  readonly equivalent?: string;
}

/** A mutant with the name of its room. */
export interface RoomMutant extends Mutant {
  readonly room: string;
}

/**
 * How it ended; `timed out`: its tests did not end in time, and none of them had failed; `red without`: they fail by themselves, so
 * whether they notice it nobody can tell.
 */
export type Ending = "killed" | "survived" | "timed out" | "red without" | "equivalent";

/** A mutant after its tests. */
export interface Tried extends RoomMutant {
  readonly ending: Ending;
  /** The tests that failed. */
  readonly by: readonly string[];
  readonly tookMs: number;
}

/** The file's text with the defect; null: its place is not there exactly once. */
export function mutated(text: string, { before, after }: Mutant): string | null {
  return text.split(before).length === 2 ? text.replace(before, () => after) : null;
}
