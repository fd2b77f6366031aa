import assert from "node:assert/strict";
import { test } from "node:test";
import { ListTasksCommand } from "@aws-sdk/client-ecs";
import { Account } from "local-aws/testing";
import { Clients } from "pulumi-engine/providers";
import type { Verdict } from "../../checks/core/verdict.ts";
import { type Colour, colours, perColour } from "../../domain/colour.ts";
import type { Asked, Ending } from "../../domain/outcome.ts";
import { metricDimension } from "../../domain/telemetry.ts";
import { slotAlarms } from "../../infra/alarms.ts";
import type { SwitchClients } from "../../rollout/aws/clients.ts";
import { guard } from "../../rollout/guardian/decision.ts";
import { openGuardianPorts } from "../../rollout/guardian/observation.ts";
import { realClock } from "../../rollout/run/open-ports.ts";
import type { Ports } from "../../rollout/run/ports.ts";
import { inputsFor } from "../../simulation/inputs.ts";
import { contract, limits, naming, putAlarm, reportOf } from "../infra/alarm-room.ts";
import { green, promoted, rule } from "./guardian-kit.ts";
import { a, b, plan, record } from "./situation.ts";

const analysis: Asked = { method: "tools/call", tool: contract.tool };
const otherTool: Asked = { method: "tools/call", tool: "files__read" };
const says = (text: string): Ending => ({
  kind: "answer",
  status: 200,
  answer: { result: { content: [{ type: "text", text }] } },
});
const minute = (asked: Asked, ending: Ending, tookMs = 300) =>
  Array.from({ length: 30 }, () => ({ asked, ending, tookMs }));

const hung = minute(analysis, { kind: "overdue" }, contract.analysisMs);
const llmFails = minute(analysis, says('{"error":"LLM rate limit"}'));
const slow = minute(analysis, { kind: "withdrawn" }, 7_000);
const toolFails = [
  ...minute(analysis, says('{"categories":["files"],"error":null}')),
  ...minute(otherTool, says('{"error":"no such file"}')),
];

/** What the guardian observes, and which slots it probed, after minutes in which `ill` had such requests; green is live. */
async function seen(
  ill: Colour,
  requests: Parameters<typeof reportOf>[0],
  verdict: Verdict | Error | "none" = "fail",
  left = 50_000,
) {
  await using account = await Account.open();
  Object.assign(process.env, account.aws.env);
  await putAlarms(account);
  report(account, ill, requests);
  account.aws.cloudwatch.judgeAlarms();
  const probed: Colour[] = [];
  const inputs = {
    ...inputsFor(plan, 100, { blue: a, green: b }, undefined),
    metricNamespace: naming.namespace,
    alarms: perColour((colour) => slotAlarms(naming, colour, limits).map(({ name }) => name)),
  };
  const guardianPorts = openGuardianPorts(
    portsOf(probed, verdict),
    tasksOf({ blue: "task:a", green: "task:b" }),
    inputs,
    () => left,
  );
  try {
    const now = realClock.now();
    const previous = promoted.previous && { ...promoted.previous, until: now + 3_600_000 };
    const of = record({ ...promoted, previous });
    const observation = await guardianPorts.look(of);
    return { alarms: observation.alarms, probed, decided: guard(of, rule(green), observation) };
  } finally {
    guardianPorts.close();
  }
}

async function putAlarms(account: Account): Promise<void> {
  const aws = new Clients(account.settings());
  for (const planned of colours.flatMap((colour) => slotAlarms(naming, colour, limits)))
    await putAlarm(planned, aws);
  (await aws.cloudwatch()).destroy();
}

/** The four whole minutes before this one, so that it does not matter when in it the alarms are judged. */
function report(account: Account, of: Colour, requests: Parameters<typeof reportOf>[0]): void {
  const thisMinute = Math.floor(realClock.now() / 60_000) * 60_000;
  for (let n = 0; n <= 4; n++)
    for (const [name, values] of Object.entries(reportOf(requests)))
      for (const value of [values].flat())
        account.aws.cloudwatch.metrics.put(
          { namespace: naming.namespace, name, dimensions: { [metricDimension]: of } },
          thisMinute - n * 60_000,
          value,
        );
}

function portsOf(probed: Colour[], verdict: Verdict | Error | "none"): Ports {
  const candidate: Ports["gate"]["candidate"] = async (of) => {
    probed.push(of);
    if (verdict instanceof Error) throw verdict;
    if (verdict === "none") return new Promise<never>(() => undefined);
    return { verdict, why: "", firstBadAt: null, decidedAt: 0 };
  };
  return {
    clock: realClock,
    capacity: { healthy: async () => 2 },
    gate: { candidate },
  } as unknown as Ports;
}

function tasksOf(running: Readonly<Record<Colour, string>>): SwitchClients {
  const send = async (command: ListTasksCommand | { input: { tasks: string[] } }) =>
    command instanceof ListTasksCommand
      ? { taskArns: [colours.find((colour) => command.input.serviceName?.endsWith(colour))] }
      : { tasks: command.input.tasks.map((of) => ({ taskDefinitionArn: running[of as Colour] })) };
  return { ecs: { send } } as unknown as SwitchClients;
}

test("a live slot whose analysis tool hangs is left by its faults, and no probe of the previous slot is waited for", async () => {
  const { alarms, probed, decided } = await seen("green", hung, "fail");
  assert.deepEqual([alarms, probed, decided.kind], [["error-rate", "latency"], [], "rollback"]);
  assert.match(decided.why, /^error-rate, latency in ALARM for green inside its rollback window$/);
});

for (const [kind, requests] of [
  ["llm-failures", llmFails],
  ["latency", slow],
] as const)
  test(`${kind} of the live slot move the traffic only when the previous slot's own gate passes`, async () => {
    for (const [verdict, does] of [
      ["pass", "rollback"],
      ["fail", "page"],
      ["inconclusive", "page"],
      [new Error("no way there"), "page"],
    ] as const) {
      const { alarms, probed, decided } = await seen("green", requests, verdict);
      assert.deepEqual([alarms, probed, decided.kind], [[kind], ["blue"], does], String(verdict));
    }
  });

test("tool errors of the live slot, and whatever the other slot's users see, ring nothing and probe nothing", async () => {
  for (const [of, requests] of [
    ["green", toolFails],
    ["blue", hung],
    ["blue", llmFails],
  ] as const) {
    const { alarms, probed, decided } = await seen(of, requests, "pass");
    assert.deepEqual([alarms, probed, decided.kind], [[], [], "watch"]);
  }
});

test("a probe that never ends takes half of the time that is left, and a person is told with the other half", async () => {
  const { probed, decided } = await seen("green", llmFails, "none", 100);
  assert.deepEqual([probed, decided.kind], [["blue"], "page"]);
});
