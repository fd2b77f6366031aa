import { mkdtemp, rm } from "node:fs/promises";
import { join } from "node:path";
import type { Reaper } from "reaper";
import { freePort } from "../../rehearsal/stage/index.ts";
import type { Wanted } from "../hubs/install.ts";
import { run } from "../hubs/run.ts";
import { type Started, start } from "../hubs/start.ts";
import { type Difference, type Outcomes, differences, passed, readOutcomes } from "./outcomes.ts";

/** A server that the suite is run against. */
export interface Suited extends Wanted {
  /** What starts it in its folder; `{port}` stands for its port. */
  readonly command: readonly string[];
  readonly mcpPath: string;
}

/** How the suite went, without and with a sidecar between. */
export interface Compared {
  readonly server: string;
  readonly scenarios: number;
  /** Scenarios without a failure when nothing is between. */
  readonly passedDirect: number;
  readonly passedThrough: number;
  /** Scenarios that differed at first, and not when they were played once more. */
  readonly unsteady: readonly string[];
  readonly differences: readonly Difference[];
}

/** Where everything is. */
export interface Places {
  /** The server's folder. */
  readonly folder: string;
  /** The suite's. */
  readonly suite: string;
  readonly repository: string;
  readonly reaper: Reaper;
}

/** For one run of the whole suite, in milliseconds. */
const longestSuiteMs = 300_000;

/** Runs the suite against a server, then through a sidecar in front of it. What differs is played once more, for some checks are of times. */
export async function compare(server: Suited, places: Places): Promise<Compared> {
  const { folder, reaper } = places;
  const hubPort = await freePort();
  const hub = await start(server.command, { folder, port: hubPort, reaper });
  const sidecar = await startSidecar(server, hubPort, places);
  try {
    const both = (scenario?: string) => playBoth([hub, sidecar], server, places, scenario);
    const [direct, through] = await both();
    const first = differences(direct, through);
    const again = await Promise.all(first.map(({ scenario }) => both(scenario)));
    const still = again.flatMap(([one, other]) => differences(one, other));
    const unsteady = first.map(({ scenario }) => scenario);
    return {
      server: server.name,
      scenarios: direct.size,
      passedDirect: passed(direct),
      passedThrough: passed(through),
      unsteady: unsteady.filter((name) => !still.some(({ scenario }) => scenario === name)),
      differences: still,
    };
  } finally {
    await sidecar.stop();
    await hub.stop();
  }
}

/** The sidecar as its container starts it. Host passes as it came: what the server makes of it is compared too. */
async function startSidecar(
  { mcpPath }: Suited,
  hubPort: number,
  { folder, repository, reaper }: Places,
): Promise<Started> {
  const port = await freePort();
  const env = {
    SIDECAR_LISTEN: `127.0.0.1:${port}`,
    SIDECAR_HUB: `127.0.0.1:${hubPort}`,
    SIDECAR_SLOT: "blue",
    SIDECAR_RELEASE: "suite",
    SIDECAR_NAMESPACE: "McpHub/hub/suite",
    SIDECAR_SIGNING_KEY: "the-key-of-the-suite",
    SIDECAR_CONFIG: JSON.stringify({ mcpPath, host: "public" }),
  };
  const command = [process.execPath, "sidecar/main.ts"];
  return await start(command, { folder, port, reaper, cwd: repository, env, log: "sidecar.log" });
}

async function playBoth(
  [hub, sidecar]: readonly [Started, Started],
  { mcpPath }: Suited,
  places: Places,
  scenario?: string,
): Promise<[Outcomes, Outcomes]> {
  const direct = await playSuite(hub.url + mcpPath, places, scenario);
  return [direct, await playSuite(sidecar.url + mcpPath, places, scenario)];
}

/** Plays all scenarios, or one. Throws where the suite wrote nothing. */
async function playSuite(url: string, { folder, suite }: Places, scenario?: string): Promise<Outcomes> {
  const out = await mkdtemp(join(folder, "suite-"));
  const which = scenario === undefined ? ["--suite", "all"] : ["--scenario", scenario];
  const words = ["node_modules/.bin/conformance", "server", "--url", url, ...which, "-o", out];
  const { code, lines } = await run(words, { cwd: suite, timeoutMs: longestSuiteMs });
  const outcomes = readOutcomes(out);
  await rm(out, { recursive: true });
  if (outcomes.size === 0)
    throw new Error(`the suite ended with ${code} and wrote no results: ${lines.slice(-3).join(" ")}`);
  return outcomes;
}
