import type { Counted, Diagnostic, Emit, StepInfo, Verb } from "./events.ts";
import type { Providers } from "./providers.ts";
import { Slots } from "./slots.ts";
import type { PendingOperation } from "./state/resource.ts";
import type { Store } from "./state/store.ts";

/** Thrown into work that must not start, or whose answer nobody may get, because the run is ending. */
export class Halted extends Error {
  constructor() {
    super("the run is ending");
  }
}

/** A provider's process went away in the middle of an operation: nobody knows what it did. */
export class OutcomeUnknown extends Error {}

/** An error that this run has told the user already. */
const told = new WeakSet<object>();

/** What one run works on and with. */
export interface RunOptions {
  verb: Verb;
  project: string;
  stack: string;
  /** Where the program is: its relative paths begin there. */
  programFolder: string;
  config: Record<string, string>;
  parallel: number;
  preview: boolean;
  /** URNs of what the run is about; left out: everything. */
  targets?: readonly string[];
  now: () => number;
  emit: Emit;
  store: Store;
  providers: Providers;
}

/** What all parts of one run share: what it works on, how it ends, and what it counts. */
export class Run {
  readonly options: RunOptions;
  readonly changes: Record<Counted, number> = {
    same: 0,
    create: 0,
    update: 0,
    replace: 0,
    delete: 0,
    read: 0,
  };
  readonly diagnostics: Diagnostic[] = [];
  /** Resolves when the run must end early: a step failed, or the user cancelled. */
  readonly halted: Promise<void>;
  cancelled = false;
  failed = false;
  #halt: () => void = () => undefined;
  #isHalted = false;
  #abandoned = false;
  #release: () => void = () => undefined;
  readonly #released: Promise<void>;
  readonly #slots: Slots;
  readonly #atWork = new Set<Promise<unknown>>();

  constructor(options: RunOptions) {
    this.options = options;
    this.#slots = new Slots(options.parallel);
    this.halted = new Promise((resolve) => (this.#halt = resolve));
    this.#released = new Promise((resolve) => (this.#release = resolve));
  }

  /** The user would not wait for what was at work. */
  get isAbandoned(): boolean {
    return this.#abandoned;
  }

  get isHalted(): boolean {
    return this.#isHalted;
  }

  /** No further step starts; those at work may finish. */
  halt(): void {
    this.#isHalted = true;
    this.#halt();
  }

  cancel(): void {
    this.cancelled = true;
    this.failed = true;
    this.halt();
    this.options.providers.cancel();
  }

  /** Ends the run now: what is at work is left alone and stays recorded as unfinished. */
  abandon(): void {
    this.cancel();
    this.#abandoned = true;
    this.#release();
  }

  /** The program ended before it was done. `logged`: the user has been told why. */
  endWithProgram(failure: { logged: boolean; message: string }): void {
    if (!failure.logged) this.diagnose("error", failure.message);
    this.failed = true;
    this.halt();
  }

  diagnose(severity: Diagnostic["severity"], message: string, urn?: string): void {
    this.diagnostics.push({ severity, message, ...(urn === undefined ? {} : { urn }) });
    this.options.emit({
      kind: "log",
      severity,
      message,
      ...(urn === undefined ? {} : { urn }),
      ephemeral: false,
      source: "engine",
    });
  }

  /** Says in a preview what an update would refuse, and lets the preview show the rest. */
  foretell(refusal: string, urn: string): void {
    this.failed = true;
    this.diagnose("error", refusal, urn);
  }

  /** Says what went wrong with a resource and ends the run. */
  fail(error: unknown, urn?: string): void {
    if (error instanceof Halted) return;
    if (typeof error === "object" && error !== null) {
      if (told.has(error)) return;
      told.add(error);
    }
    this.failed = true;
    this.diagnose("error", error instanceof Error ? error.message : String(error), urn);
    this.halt();
  }

  /** Runs `work` when one of the parallel places is free, unless the run is ending by then. */
  async slot<T>(work: () => Promise<T>): Promise<T> {
    const task = this.#slots.use(async () => {
      if (this.#isHalted) throw new Halted();
      return work();
    });
    this.#atWork.add(task);
    try {
      return await task;
    } finally {
      this.#atWork.delete(task);
    }
  }

  /** Ends when nothing that had started is at work any more. */
  async idle(): Promise<void> {
    while (this.#atWork.size > 0 && !this.#abandoned)
      await Promise.race([Promise.allSettled(this.#atWork), this.#released]);
  }

  /**
   * One step that changes the world: what is about to happen is on disk before it starts, and what came of it before
   * anyone gets the answer. `apply` puts the result, or what a failure left, into the snapshot.
   */
  async step<T>(
    info: StepInfo,
    pending: PendingOperation,
    work: () => Promise<T>,
    apply: Apply<T>,
  ): Promise<T> {
    if (this.#isHalted) throw new Halted();
    const { emit, now, store } = this.options;
    const begun = now();
    emit({ kind: "step", phase: "started", durationMs: 0, ...info });
    store.snapshot.pending.push(pending);
    await store.save();
    try {
      const result = await work();
      if (this.#abandoned) throw new Halted();
      apply.done(result);
      await this.#forget(pending);
      emit({ kind: "step", phase: "done", durationMs: now() - begun, ...info });
      return result;
    } catch (error) {
      // Nobody waits for this any more, and the state may be another run's by now.
      if (this.#abandoned) throw new Halted();
      apply.failed?.(error);
      if (error instanceof OutcomeUnknown) await store.save();
      else await this.#forget(pending);
      emit({ kind: "step", phase: "failed", durationMs: now() - begun, ...info });
      throw error;
    }
  }

  /** A step that nothing outside sees: it is only told. */
  tell(info: StepInfo, phase: "planned" | "done"): void {
    this.options.emit({ kind: "step", phase, durationMs: 0, ...info });
  }

  async #forget(pending: PendingOperation): Promise<void> {
    const { store } = this.options;
    store.snapshot.pending = store.snapshot.pending.filter((operation) => operation !== pending);
    await store.save();
  }
}

/**
 * What becomes of the state when a step has ended: `done` after it succeeded, `failed` after it threw, before the error goes
 * on.
 */
export interface Apply<T> {
  done: (result: T) => void;
  failed?: (error: unknown) => void;
}
