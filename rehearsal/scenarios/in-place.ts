import { setTimeout as sleep } from "node:timers/promises";
import { DescribeServicesCommand } from "@aws-sdk/client-ecs";
import type { RunResult } from "pulumi-engine";
import type { Colour } from "../../domain/colour.ts";
import { shortened } from "../../domain/wrapped.ts";
import type { Load } from "../clients/load.ts";
import { type Account, withAccount } from "../drills/account.ts";
import { startUp } from "../drills/operator.ts";
import { describeFailure } from "./failure.ts";
import { lightLoad } from "./loads.ts";
import { nobodyHurt, nothingLost } from "./losses.ts";
import { greenRelease } from "./releases.ts";
import { type Held, held } from "./result.ts";
import type { Play, Scenario } from "./scenario.ts";

const drainSeconds = 15;
/**
 * Clients never leave by themselves, so a deployment that waits for them ends at no time. On a machine that is busy with other
 * things one that does not takes a minute and more; after so long, in milliseconds, it is taken for one that waits.
 */
const mostMs = 240_000;

/** The scenario of releases that are replaced in slots whose users' sessions are open. */
export const inPlace: Scenario = {
  name: "in-place",
  promise:
    "A release that is replaced under open sessions tells them, and its deployment ends by their deadline.",
  usual: false,
  run: (play) => withAccount(play.stage, (account) => show(play, account)),
};

async function show(play: Play, account: Account) {
  play.stage.set({
    rollout: {
      drainDeadline: `${drainSeconds}s`,
      onFail: "keep-sessions",
      steps: [{ weight: 100, bake: "4s" }],
    },
  });
  await play.mustUp("blue goes live");
  const load = await play.startLoad({ ...lightLoad, transports: ["sse", "streamable-http"] });
  const opened = load.openSessions;
  const ofLive = { ...another(play, "blue"), rollout: { allowLiveChange: true } };
  const killed = await killedBetween(play, account, load, ofLive);
  const live = await timed(play, "the same once more", ofLive);
  const moved = load.tally.renewals.length;
  const afterLive = await leftIn(account, "blue");
  await play.mustUp("green is deployed beside it", greenRelease(play.stage.config));
  await play.mustUp("greenWeight 100", { greenWeight: 100 });
  await play.pause(2_000);
  await play.mustUp("greenWeight 0, and green keeps its sessions", { greenWeight: 0 });
  const kept = load.slots().filter((slot) => slot === "green").length;
  const back = await timed(play, "another green under its sessions", {
    ...another(play, "green"),
    rollout: { replaceRollbackTarget: true },
  });
  const afterBack = await leftIn(account, "green");
  await play.pause(2_000);
  await play.abandon();
  const { tally } = load;
  return {
    outcome: "held" as const,
    held: [
      ...killed,
      inTime("live's deployment, accepted by allowLiveChange, ends though its clients stay", live),
      held(
        "every session on live began anew on what took its place",
        moved >= opened && afterLive === 0,
        `${opened} were open, ${moved} began anew, ${afterLive} tasks of the former release are left`,
      ),
      held("a rollback left sessions on green", kept > 0, `${kept}`),
      inTime("so does green's, accepted by replaceRollbackTarget", back),
      held(
        "nothing of the former green is left",
        afterBack === 0 && (await account.record()).leaving.green === null,
        `${afterBack} tasks`,
      ),
      ...nothingLost(tally, play.drains),
      nobodyHurt(tally),
    ],
  };
}

/** A colour's release with something else that no hub minds. */
function another({ stage }: Play, of: Colour): Record<string, unknown> {
  const given = stage.config[of] as { environment?: object };
  return { [of]: { ...given, environment: { ...given.environment, REHEARSAL_RELEASE: `another ${of}` } } };
}

/** What of a call to the record's table, or to a service, is looked at. */
interface Calls {
  readonly Item?: { readonly drain?: { readonly M?: object } };
  readonly taskDefinition?: string;
}

/** The `up` is killed when it has told the sessions and has not touched the service: they move, and are served on. */
async function killedBetween(
  play: Play,
  account: Account,
  load: Load,
  config: Readonly<Record<string, unknown>>,
): Promise<Held[]> {
  const operator = await startUp(play, "another blue under its users, killed once it has told them", config);
  let touched = false;
  const stop = play.stage.aws.onCall(({ when, operation, error, input }) => {
    if (when !== "after" || error !== null) return;
    const { Item, taskDefinition } = input as Calls;
    if (operation === "UpdateService" && taskDefinition !== undefined) touched = true;
    if (operation !== "PutItem" || !("leaving" in (Item?.drain?.M ?? {}))) return;
    operator.killPlugin();
    operator.killEngine();
  });
  const over = operator.done.catch(() => undefined);
  await endsByItself(play, over);
  operator.killEngine();
  await over;
  stop();
  const told = (await account.record()).leaving.blue;
  await play.pause(drainSeconds * 1_000 + 5_000);
  const { openSessions } = load;
  return [
    held(
      "the up was killed between the word and the service",
      told !== null && !touched,
      told === null ? "nothing was told" : `release ${told.release} was told to leave`,
    ),
    held("its users are served on past the deadline", openSessions > 0, `${openSessions} sessions are open`),
  ];
}

/** How long an `up` took, and whether it came to its end while its sessions were open; else it ends with them. */
interface Timed {
  readonly ms: number;
  readonly over: boolean;
  readonly result: RunResult;
}

async function timed(play: Play, what: string, config: Readonly<Record<string, unknown>>): Promise<Timed> {
  const began = Date.now();
  const up = play.up(what, config);
  const over = await endsByItself(play, up);
  if (!over) await play.abandon();
  return { result: await up, over, ms: Date.now() - began };
}

/** Whether something ends before it is taken for what never does. */
async function endsByItself({ choices }: Play, work: Promise<unknown>): Promise<boolean> {
  const ended = new AbortController();
  const signal = AbortSignal.any([choices.signal, ended.signal]);
  try {
    return await Promise.race([work.then(() => true), sleep(mostMs, false, { signal })]);
  } finally {
    ended.abort();
  }
}

const inTime = (what: string, { ms, over, result }: Timed): Held =>
  held(
    what,
    result.ok && over,
    `the up took ${(ms / 1_000).toFixed(1)} s, of which ${drainSeconds} s are the sessions'${result.ok ? "" : `; ${shortened(describeFailure(result), 90)}`}`,
  );

/** Tasks of a former release that a slot's service still runs. */
async function leftIn(account: Account, of: Colour): Promise<number> {
  const { cluster, services } = await account.inputs();
  const { services: found } = await account.ecs.send(
    new DescribeServicesCommand({ cluster, services: [services[of]] }),
  );
  return (found?.[0]?.deployments ?? [])
    .slice(1)
    .reduce((sum, { runningCount }) => sum + (runningCount ?? 0), 0);
}
