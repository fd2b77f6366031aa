import { flushCompileCache } from "node:module";
import { join } from "node:path";
import * as pulumi from "@pulumi/pulumi";
import { connectEngine } from "./engine.ts";
import { Lifeline } from "./lifeline.ts";
import { tellProgress } from "./progress.ts";
import { trafficSwitch } from "./provider.ts";
import { Work } from "./work.ts";

/** The traffic switch as a Pulumi provider. The engine's address is the last argument that is no flag. */
const engine = connectEngine(process.argv.slice(2).findLast((argument) => !argument.startsWith("-")));
const lifeline = new Lifeline(engine);
const work = new Work(() => lifeline.called());
const provider = trafficSwitch(tellProgress(engine), work);

/** Who reads them may be gone before the traffic is home. What is said then nobody hears, and that is no error. */
function surviveDeadStreams(): void {
  // Without a listener Pulumi's own handler would write about each failed write, for ever.
  for (const stream of [process.stdout, process.stderr]) stream.on("error", () => undefined);
}

/** From the last answer to the end of the process, in milliseconds: it must have left. */
const answerMs = 250;

/**
 * The first signal stops what is under way, which then answers, and with that the process ends: an engine that asked it to, as the
 * Pulumi CLI does at a second Ctrl-C, waits for it. The second of its kind ends it at once.
 */
function stopOnSignals(): void {
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const)
    process.once(signal, () => {
      if (work.idle) process.exit(0);
      work.cancel(`the switch's process got ${signal}, so the rollout was cancelled`);
      void work.over().then(() => setTimeout(() => process.exit(0), answerMs));
    });
}

async function endWithEngine(): Promise<void> {
  await lifeline.gone;
  work.cancel("whoever ran this up is gone, so the rollout was cancelled");
  await work.over();
  process.exit(0);
}

surviveDeadStreams();
stopOnSignals();
void endWithEngine();
// The CLI starts it in the folder of the program. Relative paths of the stack config (evidence, own commands) begin where
// Pulumi.yaml stands, whoever starts it.
process.chdir(join(import.meta.dirname, "../.."));
await pulumi.provider.main(provider, process.argv.slice(2));
// A plugin ends by a signal, at which Node would drop what it has compiled for the next one.
flushCompileCache();
