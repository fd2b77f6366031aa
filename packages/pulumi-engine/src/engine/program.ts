import type { Engine } from "./engine.ts";
import { runProgram } from "./processes/runner.ts";

/** Runs the program and does what it asks for, until it is done, a step fails, or the run is cancelled. */
export async function followProgram(engine: Engine): Promise<void> {
  const { run, options, children, deployment } = engine;
  if (run.isHalted) return;
  let deletions: Promise<void> | undefined;
  engine.onProgramDone = () => (deletions ??= deployment.finish());
  const program = runProgram(children, {
    program: options.program,
    projectFolder: options.projectFolder,
    project: options.project,
    stack: options.stack,
    config: options.config,
    secretKeys: options.secretKeys ?? [],
    address: engine.address,
    parallel: run.options.parallel,
    preview: run.options.preview,
    env: engine.env,
    onLine: (message) =>
      run.options.emit({ kind: "log", severity: "info", message, ephemeral: false, source: "program" }),
  });
  try {
    const ended = await Promise.race([program.ended, run.halted.then(() => "halted" as const)]);
    if (ended === undefined) await engine.onProgramDone();
    else if (ended !== "halted") run.endWithProgram(ended);
    await run.idle();
  } catch (error) {
    run.fail(error);
  } finally {
    await program.stop();
  }
  await deployment.settle();
}
