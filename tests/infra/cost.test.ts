import assert from "node:assert/strict";
import { test } from "node:test";
import { type HubConfig, parseConfig } from "../../infra/config.ts";
import { describeCost, monthlyCostOf } from "../../infra/cost.ts";
import { prices } from "../../infra/prices.ts";
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
  assert.equal(item("logs"), 2.5);
});

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
  assert.equal(before.usd, after.usd);
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
