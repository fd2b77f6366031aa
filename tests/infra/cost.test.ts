import assert from "node:assert/strict";
import { test } from "node:test";
import { lineBudget } from "../../domain/line-budget.ts";
import { metricNamespaceOf } from "../../domain/telemetry.ts";
import { type HubConfig, parseConfig } from "../../infra/config.ts";
import { linesAt, recordBytes } from "../../infra/cost-load.ts";
import { describeCost, monthlyCostOf } from "../../infra/cost.ts";
import { prices } from "../../infra/prices.ts";
import { AccessLog } from "../../sidecar/observe/access-log.ts";
import { Metrics } from "../../sidecar/observe/metrics.ts";
import { Waiting, WatchedSession } from "../../sidecar/observe/waiting.ts";
import { busySlot } from "../../tools/bench/reading-slot.ts";
import { costPage, readCostPage } from "../../tools/docs/cost-table.ts";

/** Two tasks of half a vCPU and 1 GB in each colour, on x86: the size whose figures were worked out by hand. */
const config = (more: Readonly<Record<string, unknown>> = {}): HubConfig =>
  parseConfig({
    blue: { image: "hub:1", tasks: 2, cpu: 512, memory: 1024, architecture: "X86_64" },
    sidecar: { signingSecret: "hub/signing", tokenSecret: "hub/tokens" },
    domain: { name: "hub.example.com", zone: "example.com" },
    access: { internetFacing: true },
    ...more,
  });
const costOf = (more: Readonly<Record<string, unknown>> = {}) => monthlyCostOf(config(more), "us-east-1");
const item = (name: string, cost = costOf()) => cost.items.find((one) => one.item === name)?.usd;

// us-east-1, 730 hours, worked out by hand from the list prices.
test("the figures are those worked out by hand: 18.02 a task, 36 for the idle colour, 18 saved", () => {
  const cost = costOf();
  assert.equal(item("blue"), 36.04);
  assert.equal(item("green, idle"), 36.04);
  assert.equal(cost.idleColourUsd, 36.04);
  assert.equal(cost.retiringSavesUsd, 18.02);
  assert.equal(item("load balancer"), 17.89);
  assert.equal(item("public addresses"), 7.3);
  assert.equal(item("NAT gateway"), 36.5);
  assert.equal(item("secrets"), 0.8);
  assert.equal(item("dashboard"), 3);
  assert.equal(item("hub's log"), 2.5);
  assert.equal(item("drain flag"), 0.66);
});

test("a month at a thousand requests a second costs a fifteenth for logs of what a line for each request would", () => {
  const logs = [10, 100, 1_000].map(
    (load) => item("sidecars' logs", monthlyCostOf(config(), "us-east-1", load)) ?? 0,
  );
  const [few, some, many] = logs as [number, number, number];
  assert.ok(few < some && some < many && many < 30, logs.join(", "));
  // A line of 355 bytes and 26 more for each of them: 1 TB.
  const lineEach = (1_000 * (recordBytes.access + 26) * 730 * 3_600 * 0.5) / 1e9;
  assert.ok(lineEach > 490 && many < lineEach / 15, `${many} of ${lineEach}`);
});

test("the sizes that the figures come from are those of real lines", () => {
  for (const load of [10, 100, 1_000]) {
    const slot = busySlot(2, lineBudget);
    for (let second = 0; second < 8; second += 1) slot.second(load);
    const before = slot.lines.length;
    for (let second = 0; second < 60; second += 1) slot.second(load);
    const texts = slot.lines.slice(before).map(({ text }) => text);
    const { requests, counts } = linesAt(load / 2);
    const of = (type: string) => texts.filter((text) => text.startsWith(`{"type":"${type}"`));
    const mean = (lines: readonly string[]) =>
      lines.reduce((sum, { length }) => sum + length, 0) / lines.length;
    near(of("access").length / 120, requests, `lines of requests at ${load}`);
    near(mean(of("access")), counts > 0 ? recordBytes.busyAccess : recordBytes.access, `bytes at ${load}`);
    assert.equal(of("counts").length / 120, counts);
    if (counts > 0) assert.ok(mean(of("counts")) <= recordBytes.counts * 1.1, `${mean(of("counts"))}`);
  }
});

test("so are those of reports, and of lines of open requests", () => {
  const namespace = `${metricNamespaceOf("hub", "production")}/${"0".repeat(32)}`;
  const metrics = new Metrics(namespace, "green", () => 1_764_513_600_123);
  const bytes = () => metrics.report().reduce((sum, { length }) => sum + length, 0);
  near(bytes(), recordBytes.report, "a report without requests");
  const answered = (requests: number) => {
    for (let request = 0; request < requests; request += 1) {
      const slow = 500 + ((request * 7_919) % 2_000);
      metrics.value("RequestLatency", request % 10 === 0 ? slow : 5 + (request % 60));
      if (request % 10 === 0) metrics.value("AnalysisLatency", slow);
    }
  };
  answered(5 * lineBudget.full);
  near(
    bytes(),
    recordBytes.report + recordBytes.latencies,
    "a report of a task with a line for each request",
  );
  answered(2_500);
  near(bytes(), recordBytes.report + recordBytes.busyLatencies, "a report of a busy task");
  const lines: string[] = [];
  const whose = { slot: "green", task: "10.0.0.1:8080", release: "94ee94ee94ee" };
  const log = new AccessLog(
    (line) => lines.push(line),
    () => 1_764_513_600_123,
    whose,
    { tool: "t" },
  );
  const session = new WatchedSession(crypto.randomUUID(), 1_764_513_000_123, { begun: true, isOpen: true });
  const arrival = { request: 123_456, since: 1_764_513_600_000, synthetic: false, session };
  const waiting = new Waiting({ id: 7, method: "tools/call", tool: "hub__analyze_prompt" }, arrival);
  log.open({ requests: [waiting], more: 0 });
  log.open({ requests: [], more: 0 });
  const [one = "", none = ""] = lines;
  near(none.length, recordBytes.open, "a line of no open request");
  near(one.length - none.length, recordBytes.openRequest, "an open request");
});

/** Within an eighth. */
function near(seen: number, told: number, what: string): void {
  assert.ok(Math.abs(seen - told) <= 0.125 * told, `${what}: ${seen}, and ${told} is reckoned with`);
}

test("ARM costs a fifth less: 14.42 a task", () => {
  const blue = { image: "hub:1", tasks: 1, architecture: "ARM64" };
  assert.equal(item("blue", costOf({ blue })), 14.42);
});

test("the stack costs what its lines add up to", () => {
  const { items, usd } = costOf();
  const sum = items.reduce((total, line) => total + line.usd, 0);
  assert.ok(Math.abs(sum - (usd ?? 0)) < 0.01 * items.length, `${sum} is not ${usd}`);
});

test("the idle colour is the one with less weight, and its own size counts", () => {
  const green = { image: "hub:2", tasks: 4, cpu: 1024, memory: 2048, architecture: "X86_64" };
  const before = costOf({ green });
  const after = costOf({ green, greenWeight: 100 });
  assert.deepEqual([before.idleColour, before.idleColourUsd], ["green", 144.16]);
  assert.deepEqual([after.idleColour, after.idleColourUsd], ["blue", 36.04]);
  // Two tasks that are busier write more than four.
  const others = ({ items }: typeof before) =>
    items.flatMap(({ item: name, usd }) => (/^(?:blue|green|sidecars' logs)/.test(name) ? [] : [usd]));
  assert.deepEqual(others(before), others(after));
});

test("a network, an address or a secret that is not there costs nothing", () => {
  const subnets = ["subnet-1", "subnet-2"];
  const inside = costOf({
    network: { vpcId: "vpc-1", publicSubnetIds: subnets, privateSubnetIds: subnets },
    access: {},
    domain: undefined,
    sidecar: { enabled: false },
  });
  assert.equal(item("NAT gateway", inside), undefined);
  assert.equal(item("public addresses", inside), undefined);
  assert.equal(item("secrets", inside), 0);
});

test("retiring saves nothing where the idle count is the full one, and a rollout from there costs nothing more", () => {
  const cost = costOf({ rollout: { idleTasks: 2 } });
  assert.deepEqual([cost.retiringSavesUsd, cost.rolloutUsd], [0, 0]);
});

test("a region without prices says so and where to add them, and gives no figure", () => {
  const cost = monthlyCostOf(config(), "eu-south-9");
  assert.deepEqual(
    [cost.usd, cost.idleColourUsd, cost.retiringSavesUsd, cost.rolloutUsd],
    [null, null, null, null],
  );
  assert.match(describeCost(cost), /No prices are known here for eu-south-9: add them to infra\/prices\.ts/);
});

test("prices carry their date and their source", () => {
  assert.match(prices.asOf, /^20\d\d-\d\d$/);
  assert.match(prices.source, /aws\.amazon\.com/);
  assert.match(costOf().note, new RegExp(prices.asOf));
});

test("docs/cost.md is the production example's table", () => {
  assert.equal(readCostPage(), costPage(), "run: npm run docs");
});
