import { Engine } from "./engine.ts";
import type { OutputValue, RunResult, Verb } from "./events.ts";
import { obey } from "./obey.ts";
import type { RefreshOptions, UpOptions } from "./options.ts";
import { reportPending } from "./pending.ts";
import { isSecret, plain } from "./properties.ts";
import type { Run } from "./run.ts";
import { lock } from "./state/lock.ts";
import type { Snapshot } from "./state/resource.ts";
import { STACK_TYPE } from "./urn.ts";

/** What a verb does once everything is there. */
export type Work = (engine: Engine) => Promise<void>;

type AnyOptions = UpOptions & RefreshOptions;

/** Runs a verb that writes the state, as the only run on it. */
export async function alone(verb: Verb, options: AnyOptions, work: Work): Promise<RunResult> {
  const notices: string[] = [];
  const unlock = await lock(options.stateFile, {
    verb,
    now: options.now ?? Date.now,
    onTakeover: ({ pid, verb: was, since }) =>
      notices.push(`Took over the lock of "${was}": its process ${pid}, at work since ${since}, has died.`),
  });
  try {
    return await execute(verb, options, work, notices);
  } finally {
    await unlock();
  }
}

/** One run from its first event to its last, whatever happens in between. */
export async function execute(
  verb: Verb,
  options: AnyOptions,
  work: Work,
  notices: string[] = [],
): Promise<RunResult> {
  const now = options.now ?? Date.now;
  const begun = now();
  const engine = await Engine.open(verb, options);
  const { run } = engine;
  const { emit, store, project, stack } = run.options;
  emit({ kind: "begin", verb, project, stack });
  const release = obeySignals(engine);
  try {
    for (const notice of notices) run.diagnose("warning", notice);
    reportPending(run);
    await work(engine);
    await run.idle();
    await store.save();
  } catch (error) {
    run.fail(error);
  } finally {
    release();
    await engine.close();
  }
  const unexpected = options.expectNoChanges === true && !run.failed && changed(run);
  if (unexpected)
    run.diagnose("error", `no changes were expected for ${named[verb]} but changes were proposed`);
  const exitCode = run.isAbandoned ? 8 : run.failed ? 1 : unexpected ? 7 : 0;
  const result: RunResult = {
    ok: exitCode === 0,
    exitCode,
    cancelled: run.cancelled,
    changes: run.changes,
    outputs: stackOutputs(store.snapshot),
    diagnostics: run.diagnostics,
    durationMs: now() - begun,
  };
  emit({ kind: "end", verb, result });
  return result;
}

/** What the CLI calls its commands in messages. */
const named: Record<Verb, string> = {
  preview: "preview",
  up: "update",
  refresh: "refresh",
  destroy: "destroy",
};

function changed({ changes }: Run): boolean {
  return (["create", "update", "replace", "delete"] as const).some((op) => changes[op] > 0);
}

/** The first signal cancels the run, the second kills what it started. Answers a function that stops listening. */
function obeySignals({ run, options, children }: Engine): () => void {
  const stops = [
    obey(options.signal, () => run.cancel()),
    obey(options.killSignal, () => {
      run.abandon();
      children.kill();
    }),
  ];
  return () => {
    for (const stop of stops) stop();
  };
}

function stackOutputs(snapshot: Snapshot): Record<string, OutputValue> {
  const outputs = snapshot.resources.find(({ type }) => type === STACK_TYPE)?.outputs ?? {};
  return Object.fromEntries(
    Object.entries(outputs).map(([key, value]) => [key, { value: plain(value), secret: isSecret(value) }]),
  );
}
