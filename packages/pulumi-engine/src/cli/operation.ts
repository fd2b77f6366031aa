import type { Counted, Diagnostic, EngineEvent, RunResult } from "../engine/events.ts";
import { type EventStream, hearEvents } from "./event-stream.ts";
import { type CliEvent, translated } from "./events.ts";
import type { Ended, Launch } from "./launch.ts";
import { type Started, startedBy } from "./running.ts";

type OnEvent = (event: EngineEvent) => void;

/** How an operation of the CLI ended, with what it printed. */
export interface CliResult extends Omit<RunResult, "outputs">, Ended {}

/** What was heard of an operation so far. */
interface Heard {
  readonly diagnostics: Diagnostic[];
  changes: Record<string, number>;
  /** URNs whose refresh a preview has begun. */
  readonly looks: Set<string>;
}

/** An operation of the CLI under way. */
export class CliRun {
  readonly #launch: Launch;
  readonly #heard: Heard;
  readonly #began = Date.now();
  #signalled = false;
  #over = false;
  /** Ends when the CLI does. A failed operation is a result, no rejection. */
  readonly done: Promise<CliResult>;

  private constructor(stream: EventStream, launched: Launch, heard: Heard) {
    this.#launch = launched;
    this.#heard = heard;
    this.done = launched.ended
      .then((ended) => this.#result(ended))
      .finally(() => {
        this.#over = true;
        stream.close();
      });
    this.done.catch(() => undefined); // whoever waits for it hears of it
  }

  /** @param begin starts the CLI, which sends its events to the address given */
  static async start(onEvent: OnEvent | undefined, begin: (eventLog: string) => Launch): Promise<CliRun> {
    const heard: Heard = { diagnostics: [], changes: {}, looks: new Set() };
    const stream = await hearEvents((event) => hear(heard, event, onEvent));
    return new CliRun(stream, begin(stream.address), heard);
  }

  get over(): boolean {
    return this.#over;
  }

  get pid(): number {
    return this.#launch.pid;
  }

  /** Sends the CLI a signal, and nobody else. SIGINT is Ctrl-C: a plugin has a process group of its own. */
  signal(signal: NodeJS.Signals): void {
    if (this.#over) return;
    this.#signalled = true;
    this.#launch.signal(signal);
  }

  /** The plugin of a package; undefined while it does not run. */
  plugin(pkg: string): Started | undefined {
    return startedBy(this.pid).find(({ command }) => command.includes(`pulumi-resource-${pkg}`));
  }

  #result(ended: Ended): CliResult {
    const ok = ended.code === 0;
    const said = this.#heard.diagnostics.some(({ severity }) => severity === "error");
    // What it refuses before it has an engine it tells on stderr alone.
    const alone: Diagnostic[] = ok || said ? [] : [{ severity: "error", message: ended.err.trim() }];
    return {
      ...ended,
      ok,
      // A signal ended it: that is no code of its own.
      exitCode: ended.code ?? 1,
      cancelled: this.#signalled && !ok,
      changes: counted(this.#heard.changes),
      diagnostics: [...this.#heard.diagnostics, ...alone],
      durationMs: Date.now() - this.#began,
    };
  }
}

function hear(heard: Heard, event: CliEvent, onEvent: OnEvent | undefined): void {
  if (event.summaryEvent) heard.changes = event.summaryEvent.resourceChanges;
  const known = translated(event, heard.looks);
  if (known === null) return;
  if (known.kind === "log" && !known.ephemeral) {
    const { severity, message, urn } = known;
    if (severity === "warning" || severity === "error")
      heard.diagnostics.push({ severity, message, ...(urn === undefined ? {} : { urn }) });
  }
  onEvent?.(known);
}

function counted(changes: Readonly<Record<string, number>>): Record<Counted, number> {
  const { same = 0, create = 0, update = 0, replace = 0, delete: deleted = 0, read = 0 } = changes;
  return { same, create, update, replace, delete: deleted, read };
}
