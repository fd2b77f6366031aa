import { deleteAll } from "./engine/deletion.ts";
import type { RunResult } from "./engine/events.ts";
import { alone, execute } from "./engine/execute.ts";
import type { EngineOptions, RefreshOptions, UpOptions } from "./engine/options.ts";
import { followProgram } from "./engine/program.ts";
import { refreshAll } from "./engine/refresh.ts";

export type { EngineEvent, RunResult } from "./engine/events.ts";
export type { EngineOptions, RefreshOptions, UpOptions } from "./engine/options.ts";
export type { ProviderSource } from "./engine/providers.ts";
export * from "./engine/provider.ts";

/** Says what {@link up} would do. Changes nothing, calls no create, update or delete. */
export function preview(options: UpOptions): Promise<RunResult> {
  return execute("preview", options, followProgram);
}

/** Makes the world what the program says, and the state what came of it. */
export function up(options: UpOptions): Promise<RunResult> {
  return alone("up", options, followProgram);
}

/** Makes the state what the world is, and changes nothing in the world. */
export function refresh(options: RefreshOptions): Promise<RunResult> {
  const begin = options.previewOnly ? execute : alone;
  return begin("refresh", options, async ({ run }) => {
    if (options.clearPendingCreates) run.options.store.snapshot.pending = [];
    await refreshAll(run);
  });
}

/** Deletes everything that the state names, without running the program. */
export function destroy(options: EngineOptions): Promise<RunResult> {
  return alone("destroy", options, async ({ run }) => {
    await deleteAll(run, [...run.options.store.snapshot.resources]);
  });
}
