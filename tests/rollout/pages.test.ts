import assert from "node:assert/strict";
import { test } from "node:test";
import { CreateRuleCommand } from "@aws-sdk/client-elastic-load-balancing-v2";
import { perColour } from "../../domain/colour.ts";
import { weightsFor } from "../../domain/weight.ts";
import { makeClients } from "../../rollout/aws/clients.ts";
import { openRule } from "../../rollout/aws/rule.ts";
import { tasksOf } from "../../rollout/aws/tasks.ts";
import { openSessions } from "../../rollout/guardian/open-sessions.ts";
import { alarmsOf } from "../../rollout/guardian/rung-alarms.ts";
import { openPlace } from "./commands-kit.ts";

/** A client that answers each call with the page that it asks for. */
const client = (pages: (input: Record<string, unknown>) => object) =>
  ({ send: async ({ input }: { input: Record<string, unknown> }) => pages(input) }) as never;

test("all tasks of a service are seen: those of every page, and more than one call describes", async () => {
  const described: number[] = [];
  const ecs = client(({ tasks, nextToken }) => {
    if (Array.isArray(tasks)) {
      described.push(tasks.length);
      return { tasks: tasks.map((taskArn: string) => ({ taskArn })) };
    }
    const from = Number(nextToken ?? 0);
    const taskArns = from === 100 ? [] : Array.from({ length: 50 }, (_, n) => `task-${from + n}`);
    return { taskArns, ...(from < 200 ? { nextToken: String(from + 50) } : {}) };
  });
  const service = { cluster: "hub", services: perColour((of) => of) };
  const found = await tasksOf({ ecs }, service, "blue", "RUNNING");
  assert.deepEqual(
    [found.length, found.at(-1)?.taskArn, described],
    [200, "task-249", [100, 100]],
    "a page may be empty and not the last",
  );
});

test("an alarm rings that is on the last page, and sessions are counted that come after an empty one", async () => {
  const named = ["hub-blue-latency", "hub-blue-error-rate"];
  const alarms = client(({ NextToken }) =>
    NextToken === "2" ? { MetricAlarms: [{ AlarmName: named[1] }] } : { MetricAlarms: [], NextToken: "2" },
  );
  assert.deepEqual(await alarmsOf(alarms, named), ["error-rate"]);
  const metrics = client(({ NextToken }) =>
    NextToken === "2"
      ? { MetricDataResults: [{ Id: "open", Values: [3, 9] }] }
      : { MetricDataResults: [{ Id: "open", Values: [] }], NextToken: "2" },
  );
  assert.equal(await openSessions(metrics, "hub", { from: 0, now: 1 }, "blue"), 3);
});

test("the weighted rule is found among a listener's rules, whichever page it is on", async () => {
  const place = await openPlace({}, 1);
  Object.assign(process.env, place.aws.env);
  const clients = makeClients({ region: "us-east-1" });
  try {
    const record = (await place.store.read())?.record;
    const inputs = record?.inputs;
    assert.ok(inputs);
    const { listenerArn, targetGroups } = inputs;
    const Conditions = [{ Field: "path-pattern", PathPatternConfig: { Values: ["/other"] } }];
    const Actions = [{ Type: "forward" as const, TargetGroupArn: targetGroups.blue }];
    for (const Priority of [1, 2])
      await place.elb.send(
        new CreateRuleCommand({ ListenerArn: listenerArn, Priority, Conditions, Actions }),
      );
    const make = {
      listenerArn,
      priority: 100,
      conditions: [{ field: "path-pattern" as const, values: ["/mcp"] }],
      tags: {},
    };
    const rule = openRule(clients, { ruleArn: null, targetGroups, make });
    const made = await rule.create(weightsFor("green", 25));
    assert.deepEqual([made.ruleArn, made.was], [place.ruleArn, weightsFor("blue", 100)]);
  } finally {
    clients.close();
    await place.close();
  }
});
