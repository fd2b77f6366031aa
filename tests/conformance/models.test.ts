import "reaper/children";
import assert from "node:assert/strict";
import { test } from "node:test";
import { callLine } from "local-aws";
import { openProductionAccount } from "../infra/production-account.ts";
import { accepted, judgeFindings } from "./accepted-findings.ts";
import { type Judged, askModels, findModels, howMuch } from "./models.ts";

const found = findModels();
const skip = "missing" in found && `no call is judged by botocore's models: ${found.missing}`;

const ask = (lines: readonly string[]): Judged => {
  if ("missing" in found) throw new Error(found.missing);
  return askModels(found.python, { lines });
};

const call = (service: string, operation: string, input: object, output: object = {}, error = null) =>
  JSON.stringify({ service, operation, signer: "AKIA", input, output, error });
const rule = { RuleArn: "arn:rule" };
const listener = {
  Protocol: "HTTP",
  Port: 80,
  DefaultActions: [{ Type: "forward" }],
  LoadBalancerArn: "arn",
};

/** A call with one mistake in it, or in its answer, and what the models say of it. */
const mistakes: readonly [line: string, findings: string | readonly string[]][] = [
  [
    call("elasticloadbalancing", "ModifyRule", { ...rule, Action: [] }),
    "elasticloadbalancing.ModifyRule unknown input Action",
  ],
  [call("elasticloadbalancing", "ModifyRule", {}), "elasticloadbalancing.ModifyRule missing input RuleArn"],
  [
    call("elasticloadbalancing", "CreateListener", { ...listener, Protocol: "HTTP2" }),
    "elasticloadbalancing.CreateListener enum input Protocol",
  ],
  [
    call("elasticloadbalancing", "CreateListener", { ...listener, Port: 65_536 }),
    "elasticloadbalancing.CreateListener range input Port",
  ],
  [
    call("elasticloadbalancing", "CreateListener", { ...listener, Port: "80" }),
    "elasticloadbalancing.CreateListener type input Port",
  ],
  [
    call("logs", "CreateLogGroup", { logGroupName: "hub production" }),
    "logs.CreateLogGroup pattern input logGroupName",
  ],
  [
    call("ecs", "ListTasks", { desiredStatus: "GONE" }, { taskArns: [1] }),
    ["ecs.ListTasks enum input desiredStatus", "ecs.ListTasks type output taskArns[]"],
  ],
  [
    call("ecs", "DescribeServices", { services: ["a"] }, { services: [{ servicename: "a" }] }),
    "ecs.DescribeServices unknown output services[].servicename",
  ],
  [
    call("ecs", "DescribeServices", { services: ["a"] }, { services: [{ createdAt: "today" }] }),
    "ecs.DescribeServices type output services[].createdAt",
  ],
  [
    call("ecs", "DescribeServices", { services: ["a"] }, { services: [{ launchType: "MOON" }] }),
    "ecs.DescribeServices enum output services[].launchType",
  ],
  [call("ecs", "DescribeService", {}), "ecs.DescribeService unknown input "],
];

test(
  "the models see a misspelt member, a missing one, and values of another type, out of a list, a range or a pattern",
  {
    skip,
  },
  () => {
    const { findings } = ask(mistakes.map(([line]) => line));
    assert.deepEqual(
      findings.map(({ call, rule, side, at }) => `${call} ${rule} ${side} ${at}`),
      mistakes.flatMap(([, said]) => said),
    );
  },
);

test("what an error refused is nobody's mistake, and a call that is right has no finding", { skip }, () => {
  const refused = JSON.parse(call("ecs", "ListTasks", { desiredStatus: "GONE" })) as object;
  const right = call("logs", "PutLogEvents", {
    logGroupName: "/hub/production/evidence",
    logStreamName: "one",
    logEvents: [{ timestamp: 1, message: "a" }],
  });
  const { findings, calls } = ask([JSON.stringify({ ...refused, error: "InvalidParameter" }), right]);
  assert.deepEqual([findings, calls], [[], 1]);
});

test("a finding that nobody accepted fails, and so does one that is accepted and seen no more", () => {
  const finding = { call: "ecs.ListTasks", side: "input", at: "cluster", rule: "pattern" } as const;
  const list = [
    { calls: [finding.call], side: "input", at: "cluster", rule: "pattern", reason: "" },
  ] as const;
  const seen = [{ ...finding, says: "no", times: 2 }];
  assert.deepEqual(judgeFindings(seen, list), { unexpected: [], unused: [] });
  assert.deepEqual(judgeFindings(seen, []).unexpected, [
    "ecs.ListTasks: pattern input cluster: no (2 times)",
  ]);
  assert.deepEqual(judgeFindings([], list).unused, ["ecs.ListTasks: pattern input cluster"]);
});

test(
  "every call of a production stack's preview, up and destroy, and every answer to it, is as botocore's models say",
  { skip, timeout: 600_000 },
  async (context) => {
    const lines: string[] = [];
    const account = await openProductionAccount();
    try {
      account.aws.onCall((event) => event.when === "after" && lines.push(callLine(event)));
      for (const run of [
        () => account.preview({}),
        () => account.up({ production: false }),
        () => account.preview({ greenWeight: 100 }),
        () => account.destroy(),
      ]) {
        const { result } = await run();
        assert.equal(result.ok, true, JSON.stringify(result.diagnostics));
      }
    } finally {
      await account.close();
    }
    const judged = ask(lines);
    context.diagnostic(howMuch(judged));
    assert.ok(judged.calls > 300, `${judged.calls} calls`);
    const { unexpected, unused } = judgeFindings(judged.findings, accepted);
    assert.deepEqual(unexpected, [], "a call or an answer is not as its model says");
    assert.deepEqual(unused, [], "accepted-findings.ts lists what no call shows any more: take it out");
  },
);
