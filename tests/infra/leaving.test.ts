import assert from "node:assert/strict";
import { before, describe, test } from "node:test";
import { type Evaluation, evaluate } from "./program.ts";

const type = "trafficswitch:index:LeavingReleases";
const says = "sessions on blue's release 0f1e2d3c4b5a6978, which leaves, are ended within 30m";

describe("a release that is replaced under open sessions", () => {
  let made: Evaluation;
  before(async () => {
    const leaves = { blue: { ms: 1_800_000, says }, green: null };
    const live = { first: false, live: "blue", weights: { blue: 100, green: 0 } } as const;
    made = await evaluate({ rollout: { allowLiveChange: true } }, { preview: { ...live, leaves } });
  });
  const service = (of: string) => made.one("aws:ecs/service:Service", of);

  test("is told to them before either service changes, by whoever moves traffic, once there is a record to tell it in", () => {
    const leaving = made.one(type);
    for (const colour of ["blue", "green"])
      assert.ok(service(colour).dependencies.includes(`${type} leaving`), `${colour} does not wait for it`);
    for (const before of ["aws:dynamodb/table:Table switch", "aws:iam/rolePolicy:RolePolicy switch"])
      assert.ok(leaving.dependencies.includes(before), leaving.dependencies.join("\n"));
    const traffic = made.one("trafficswitch:index:TrafficSwitch").inputs;
    for (const same of ["table", "stack", "region", "roleArn", "releases"])
      assert.deepEqual(leaving.inputs[same], traffic[same], same);
    assert.equal(leaving.inputs["drainDeadline"], 1_800_000);
  });

  test("gives its deployment the time that its sessions have, and then as much as any other; the other slot's has that alone", () => {
    assert.equal(service("blue").updateWithin, `${30 * 60 + 20 * 60}s`);
    assert.equal(service("green").updateWithin, "");
  });
});
