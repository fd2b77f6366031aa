import { isAlive, type CliResult, type CliRun, type Ended } from "pulumi-engine/cli";
import type { Play } from "../scenarios/scenario.ts";
import { CliEngine } from "../stage/cli-engine.ts";

/** An `up` of the Pulumi CLI that goes on while the drill does something else. */
export interface CliOperator extends Pick<CliRun, "done" | "signal"> {
  /** What the switch said so far. */
  readonly said: readonly string[];
  /** Whether the CLI has ended. */
  readonly over: boolean;
  /** The switch's own process, as long as it runs: it may outlive the CLI. */
  switchAlive(): boolean;
}

/** Starts an `up` with the config changed, and does not wait for it. */
export async function startCliUp(
  play: Play,
  what: string,
  config: Readonly<Record<string, unknown>> = {},
): Promise<CliOperator> {
  play.stage.set(config);
  play.say(`pulumi up: ${what}`);
  const said: string[] = [];
  let plugin: number | undefined;
  const run = await CliEngine.of(play.stage).start("up", {
    onEvent(event) {
      if (event.kind === "log" && event.urn?.includes("TrafficSwitch") === true) {
        plugin ??= run.plugin("trafficswitch")?.pid;
        said.push(event.message);
      }
      play.tell(event);
    },
  });
  return {
    said,
    done: run.done,
    signal: (signal) => run.signal(signal),
    get over() {
      return run.over;
    },
    switchAlive: () => plugin !== undefined && isAlive(plugin),
  };
}

/** How an operation finds the stack file: with the stage's config written into it, or as `pulumi config set` left it. */
type StackFile = "written" | "as it is";

/** `pulumi VERB FLAGS`, told as it is typed; waits for its end. */
export async function operated(
  play: Play,
  verb: "preview" | "up" | "refresh",
  flags: readonly string[] = [],
  stackFile: StackFile = "written",
): Promise<CliResult> {
  play.say(["pulumi", verb, ...flags].join(" "));
  const engine = CliEngine.of(play.stage);
  if (stackFile === "written") await engine.writeConfig();
  const run = await engine.startAsIs(verb, { flags, onEvent: (event) => play.tell(event) });
  return await run.done;
}

/** `pulumi WORDS` of the stage's stack, told as it is typed. */
export function typed(play: Play, ...words: readonly string[]): Promise<Ended> {
  play.say(`pulumi ${words.join(" ")}`);
  return CliEngine.of(play.stage).command(words);
}

/** What the CLI printed, on one line. */
export const saidBy = ({ out, err }: Ended): string => `${out}\n${err}`.replaceAll(/\s+/g, " ").trim();
