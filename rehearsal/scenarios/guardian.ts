import {
  DescribeServicesCommand,
  DescribeTaskDefinitionCommand,
  RegisterTaskDefinitionCommand,
  UpdateServiceCommand,
} from "@aws-sdk/client-ecs";
import type { Colour } from "../../domain/colour.ts";
import { metricDimension, type MetricName } from "../../domain/telemetry.ts";
import { shortened } from "../../domain/wrapped.ts";
import { type Account, green, withAccount } from "../drills/account.ts";
import { shortSteps } from "./break-glass.ts";
import { lightLoad } from "./loads.ts";
import { noRequestLost } from "./losses.ts";
import { greenRelease } from "./releases.ts";
import { type Held, held } from "./result.ts";
import type { Play, Scenario } from "./scenario.ts";

/** Several ticks and what each takes on a busy machine, in milliseconds. */
const patienceMs = 90_000;

/** The scenario of a stack that nobody watches: the guardian alone acts. */
export const guardian: Scenario = {
  name: "guardian",
  promise:
    "With nobody at a keyboard the guardian sends a broken release home once, keeps it there, and retires slots.",
  usual: false,
  run: (play) => withAccount(play.stage, (account) => show(play, account)),
};

async function show(play: Play, account: Account) {
  await play.mustUp("blue goes live");
  const { tally } = await play.startLoad(lightLoad);
  await play.mustUp("green takes over in one step", {
    ...greenRelease(play.stage.config),
    ...shortSteps,
    greenWeight: 100,
  });
  const seen: Held[] = [];
  seen.push(...(await retires(account)));
  seen.push(...(await pagesForAnotherTarget(play, account)));
  seen.push(...(await rollsBackOnce(play, account)));
  seen.push(noRequestLost(tally, "no request is lost by what the guardian does"));
  // From here on somebody sends new sessions to a slot that drains, which refuses them.
  seen.push(...(await reasserts(play, account)));
  await play.stopLoad();
  return { outcome: "rolled-back" as const, held: seen };
}

/** Blue lost its traffic: it drains, stays warm, and goes down to its idle count; no step early. */
async function retires(account: Account): Promise<Held[]> {
  const steps: { stage: string; at: number; deadline: number; tasks: number }[] = [];
  await account.until("blue is retired", patienceMs, async () => {
    const { retirement } = await account.record();
    if (retirement !== null && steps.at(-1)?.stage !== retirement.stage)
      steps.push({ ...retirement, at: retirement.since, tasks: await desired(account, "blue") });
    return retirement?.stage === "idle";
  });
  const [draining, warm, idle] = steps;
  await account.until("blue is scaled down", patienceMs, async () => (await desired(account, "blue")) === 1);
  return [
    held(
      "the slot that lost its traffic drains, stays warm, then gets its idle count",
      steps.map(({ stage }) => stage).join() === "draining,warm,idle" &&
        (idle?.at ?? 0) >= (warm?.deadline ?? Infinity),
      steps
        .map(
          ({ stage, at, tasks: count }) =>
            `${stage} +${Math.round((at - (draining?.at ?? 0)) / 1_000)} s with ${count} tasks`,
        )
        .join(", "),
    ),
  ];
}

/** Blue's service runs another task definition than the one that was live: no rollback on a guess. */
async function pagesForAnotherTarget(play: Play, account: Account): Promise<Held[]> {
  const { cluster, services, taskDefinitions } = await account.inputs();
  const other = await copyDefinition(account, taskDefinitions.blue);
  await deploy(account, cluster, services.blue, other);
  play.say("blue's service runs another task definition, and green's error rate rises");
  await ring(play, account, "green");
  await account.until("the guardian pages", patienceMs, () =>
    Promise.resolve(account.pages().some((page) => page.includes("which was live before"))),
  );
  const page = account.pages().find((one) => one.includes("which was live before")) ?? "";
  const rule = await account.rule();
  await deploy(account, cluster, services.blue, taskDefinitions.blue);
  return [
    held(
      "it pages instead of moving while the rollback target runs another task definition",
      rule?.weights.green === 100 && page.includes(other),
      `green ${rule?.weights.green}; ${shortened(page, 100)}`,
    ),
  ];
}

/** The alarm still rings, and the rollback target is what it was: back, once. */
async function rollsBackOnce(play: Play, account: Account): Promise<Held[]> {
  const changes = account.countRuleChanges();
  await ring(play, account, "green");
  await account.shows(green(0), patienceMs);
  play.say("blue's error rate rises too");
  await ring(play, account, "blue");
  await play.pause(15_000);
  const count = changes();
  const record = await account.record();
  const rule = await account.rule();
  return [
    held(
      "an alarm inside the rollback window sends traffic home, at most once",
      count === 1 && rule?.weights.green === 0 && record.live === "blue" && record.previous === null,
      `${count} rule change, ${record.live} is live; ${record.fencedBy?.why}`,
    ),
    held(
      "it tells a person first, and proves the way home through the internal balancer, from inside the VPC",
      account.pages().some((page) => page.includes("was rolled back")) &&
        !account.pages().some((page) => page.includes("is not seen in traffic")) &&
        record.unseen === null,
      account.pages().find((page) => page.includes("is not seen in traffic")) ?? "no second page",
    ),
  ];
}

/** A write that comes late is undone for ten minutes; after that it is somebody's hand edit. */
async function reasserts(play: Play, account: Account): Promise<Held[]> {
  play.say("a late write arrives, twice");
  const undone: number[] = [];
  for (let n = 0; n < 2; n++) {
    await account.setRule(green(100));
    await play.pause(500);
    const began = Date.now();
    await account.shows(green(0), patienceMs);
    undone.push(Date.now() - began);
  }
  const { reassert } = await account.record();
  const restMs = (reassert?.until ?? 0) - Date.now();
  play.say("ten minutes pass, and the same change is made by hand");
  await account.edit((record) => ({
    ...record,
    reassert: record.reassert && { ...record.reassert, until: Date.now() },
  }));
  const before = account.pages().length;
  await account.setRule(green(100));
  await account.until("the guardian pages", patienceMs, () =>
    Promise.resolve(
      account
        .pages()
        .slice(before)
        .some((page) => page.includes("hand edit")),
    ),
  );
  const rule = await account.rule();
  const reopenedMs = await account.until("green takes new sessions again", patienceMs, async () => {
    const { drain } = await account.record();
    return drain.green === null;
  });
  return [
    held(
      "a late write is undone, as often as it comes, for ten minutes",
      restMs > 0 && restMs <= 600_000,
      `undone after ${undone.join(" and ")} ms, for another ${Math.round(restMs / 1_000)} s`,
    ),
    held(
      "after that it is a hand edit: it pages and leaves it",
      rule?.weights.green === 100,
      shortened(account.pages().at(-1) ?? "no page", 120),
    ),
    held(
      "the slot that got weight by hand takes new sessions again",
      reopenedMs < patienceMs,
      `${reopenedMs} ms after the page`,
    ),
  ];
}

/** Three minutes of requests that were all faults of the server: what an alarm of the error rate judges. */
async function ring(play: Play, account: Account, colour: Colour): Promise<void> {
  const { metrics } = play.stage.aws.cloudwatch;
  const { metricNamespace: namespace } = await account.inputs();
  const now = Date.now();
  for (const at of [now - 120_000, now - 60_000, now]) {
    const put = (name: MetricName, value: number) =>
      metrics.put({ namespace, name, dimensions: { [metricDimension]: colour } }, at, value);
    put("Requests", 100_000);
    put("ServerFaults", 100_000);
  }
}

async function desired(account: Account, of: Colour): Promise<number> {
  const { cluster, services } = await account.inputs();
  const found = await account.ecs.send(new DescribeServicesCommand({ cluster, services: [services[of]] }));
  return found.services?.[0]?.desiredCount ?? 0;
}

async function copyDefinition(account: Account, arn: string): Promise<string> {
  const { taskDefinition } = await account.ecs.send(
    new DescribeTaskDefinitionCommand({ taskDefinition: arn }),
  );
  const { family, containerDefinitions, taskRoleArn, executionRoleArn, networkMode, cpu, memory, volumes } =
    taskDefinition ?? {};
  const made = await account.ecs.send(
    new RegisterTaskDefinitionCommand({
      family,
      containerDefinitions,
      taskRoleArn,
      executionRoleArn,
      networkMode,
      cpu,
      memory,
      volumes,
      requiresCompatibilities: ["FARGATE"],
    }),
  );
  return made.taskDefinition?.taskDefinitionArn as string;
}

/** Another task definition in a service, and nothing but it running. */
async function deploy(
  account: Account,
  cluster: string,
  service: string,
  taskDefinition: string,
): Promise<void> {
  await account.ecs.send(new UpdateServiceCommand({ cluster, service, taskDefinition }));
  await account.until(`${service} runs ${taskDefinition}`, patienceMs, async () => {
    const found = await account.ecs.send(new DescribeServicesCommand({ cluster, services: [service] }));
    const [first, ...rest] = found.services?.[0]?.deployments ?? [];
    return rest.length === 0 && (first?.runningCount ?? 0) > 0 && first?.runningCount === first?.desiredCount;
  });
}
