import { NoCli, type FoundCli, findCli, pinnedVersion } from "pulumi-engine/cli";
import { UsageError } from "../domain/usage-error.ts";
import type { Scenario } from "./scenarios/index.ts";
import { CliEngine } from "./stage/cli-engine.ts";
import type { EngineName, OpenEngine } from "./stage/engine.ts";

/** The engine that a rehearsal is played with, as its flags choose it. */
export interface EngineChoice {
  readonly name: EngineName;
  /** Left out: the embedded one. */
  readonly openEngine?: OpenEngine;
  /** What there is to say of it before it is used. */
  readonly note?: string;
}

/** The engine of this name; throws UsageError for any other. */
export function engineNamed(name = "embedded"): EngineName {
  if (name === "embedded" || name === "pulumi") return name;
  throw new UsageError(`--engine is "${name}"; there are: embedded, pulumi`);
}

/**
 * The engine of a rehearsal, found. Throws UsageError where flags do not go together. @param file where the CLI is, when it is
 * neither on PATH nor built here
 */
export function chooseEngine(name: EngineName, file?: string): EngineChoice {
  if (name === "embedded" && file !== undefined)
    throw new UsageError("--pulumi names a CLI, which only --engine pulumi uses");
  if (name === "embedded") return { name };
  const { file: executable, version, pinned } = cliAt(file);
  const openEngine = CliEngine.opener(executable);
  const said = `Pulumi CLI ${version} at ${executable}`;
  return { name, openEngine, note: pinned ? said : `${said}; this is tried with ${pinnedVersion()}` };
}

function cliAt(file: string | undefined): FoundCli {
  try {
    return findCli(file);
  } catch (error) {
    if (!(error instanceof NoCli)) throw error;
    throw new UsageError(
      `${error.message}. Type: npm run build:pulumi   (with Go, ten minutes; or name one with --pulumi FILE)`,
      null,
      { cause: error },
    );
  }
}

/** Whether an engine plays a scenario. */
export const plays = (engine: EngineName, { engines = ["embedded"] }: Pick<Scenario, "engines">): boolean =>
  engines.includes(engine);
