import assert from "node:assert/strict";
import { test } from "node:test";
import { Comparison } from "./compare.ts";
import { deviations, judge } from "./deviations.ts";

const differing = (ours: unknown, theirs: unknown, names = new Map<string, string>()) =>
  new Comparison("elb.Describe", names).compare(ours, theirs).map(({ at }) => at);

test("made-up names may differ and are learned; every other field may not", () => {
  const names = new Map<string, string>();
  const arn = (id: string) => `arn:aws:elasticloadbalancing:us-east-1:123456789012:targetgroup/blue/${id}`;
  const groups = (id: string, Weight: number) => ({ Groups: [{ TargetGroupArn: arn(id), Weight }] });
  assert.deepEqual(differing(groups("0123456789abcdef", 5), groups("fedcba9876543210", 5), names), []);
  assert.equal(names.get(arn("0123456789abcdef")), arn("fedcba9876543210"));
  assert.deepEqual(differing(groups("0123456789abcdef", 5), groups("fedcba9876543210", 6), names), [
    "elb.Describe Groups[].Weight",
  ]);
});

test("a made-up name of another form is a difference: another kind, too short, another alphabet", () => {
  const group = "arn:aws:elasticloadbalancing:us-east-1:123456789012:targetgroup/blue";
  const cases: [ours: string, theirs: string, differ: boolean][] = [
    [`${group}/0123456789abcdef`, `${group}/fedcba9876543210`, false],
    [`${group}/0123456789abcdef`, `${group}/fedcba98765432`, true],
    [`${group}/0123456789abcdef`, `${group.replace("targetgroup", "listener")}/fedcba9876543210`, true],
    [`${group}/0123456789abcdef`, "fedcba9876543210", true],
    ["sgr-0123456789abcdef0", "sg-0123456789abcdef1", true],
    ["AROA0123456789ABCDEF", "AROA0123456789ABCDEG", false],
    ["AROA0123456789ABCDEF", "AROA0123456789abcdef", true],
    ["0b7e1c3a-1111-4111-8111-111111111111", "0b7e1c3a-2222-4222-8222-222222222222", false],
    ["0b7e1c3a-1111-4111-8111-111111111111", "0b7e1c3a22224222", true],
  ];
  for (const [ours, theirs, differ] of cases)
    assert.equal(differing({ Id: ours }, { Id: theirs }).length, differ ? 1 : 0, `${ours} ${theirs}`);
});

test("a field that one side lacks, a member too few and another attribute are differences; order and emptiness are not", () => {
  assert.deepEqual(differing({ Name: "a" }, {}), ["elb.Describe Name"]);
  assert.deepEqual(differing({ Names: ["a", "b"] }, { Names: ["a"] }), ["elb.Describe Names[]"]);
  assert.deepEqual(differing({ Names: ["b", "a"], Empty: [] }, { Names: ["a", "b"] }), []);
  const attribute = (Value: string) => ({ Attributes: [{ Key: "idle", Value }] });
  assert.deepEqual(differing(attribute("60"), attribute("120")), ["elb.Describe Attributes.idle"]);
});

test("a difference that is not listed is unexpected, and an entry that is not seen is unused", () => {
  const stranger = { at: "elb.Describe Name", ours: 1, theirs: 2 };
  const { unexpected, unused } = judge([stranger]);
  assert.deepEqual(unexpected, [stranger]);
  const listed = deviations.reduce((sum, { in: calls, fields }) => sum + calls.length * fields.length, 0);
  assert.equal(unused.length, listed);
  for (const { reason } of deviations) assert.ok(reason.length > 15, reason);
});
