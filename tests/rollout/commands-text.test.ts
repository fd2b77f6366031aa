import assert from "node:assert/strict";
import { readFileSync, readdirSync } from "node:fs";
import { userInfo } from "node:os";
import { type TestContext, describe, test } from "node:test";
import { fileURLToPath } from "node:url";
import { DeleteRuleCommand } from "@aws-sdk/client-elastic-load-balancing-v2";
import type { SwitchRecord } from "../../domain/record.ts";
import { weightsFor } from "../../domain/weight.ts";
import { type Ran, runCommand } from "../../rehearsal/drills/command.ts";
import { type Place, openPlace, shiftElsewhere, stack } from "./commands-kit.ts";
import { a, b, now } from "./situation.ts";

/** An hour from now, in milliseconds since 1970: later than any test ends. */
const later = Date.now() + 3_600_000;

/** What frees the stack of a CLI that was killed. */
const unlock =
  "If the next pulumi command says that the stack is locked, and nobody runs one: pulumi cancel --yes --stack production";

/** A moment as the text has it. */
const iso = (ms: number) => new Date(ms).toISOString().replace(/\.\d+Z$/, "Z");

async function open(t: TestContext): Promise<Place> {
  const place = await openPlace();
  t.after(() => place.close());
  return place;
}

const type = (
  { aws }: Place,
  name: "rollback" | "status" | "abort" | "approve",
  ...more: string[]
): Promise<Ran> => runCommand(aws, name, ["--stack", stack, ...more]);

/** The row of `status` with that name. */
const row = ({ out }: Ran, name: string) =>
  out
    .split("\n")
    .find((line) => line.startsWith(name.padEnd(16)))
    ?.slice(16);

/** The one JSON document that a command printed, and nothing beside it. */
function documentOf({ out, err }: Ran): Record<string, unknown> {
  assert.equal(err, "");
  return JSON.parse(out) as Record<string, unknown>;
}

/** Green went live, and blue is its rollback target. */
async function promote(place: Place): Promise<void> {
  const previous: SwitchRecord["previous"] = {
    colour: "blue",
    release: a,
    taskDefinition: "task:a",
    until: later,
  };
  await place.edit((record) => ({ ...record, live: "green", weights: weightsFor("green", 100), previous }));
  await place.setRule(weightsFor("green", 100));
}

/** An `up` elsewhere has a quarter of the traffic on green. */
const shift = (place: Place): Promise<void> =>
  shiftElsewhere(place, { owner: "ci job 7", since: now, until: later });

describe("status tells a person where the traffic is", () => {
  test("while nothing happens", async (t) => {
    const place = await open(t);
    await place.serve("blue");
    const { code, out, err } = await type(place, "status");
    assert.deepEqual([code, err], [0, ""]);
    assert.deepEqual(out.split("\n"), [
      "live            blue since 2026-02-28T12:00:00Z",
      "weights         blue 100 · green 0",
      `blue            release ${a}, 1 healthy target`,
      `green           release ${b}, 0 healthy targets`,
      "lease           free",
      "rollback target none",
      "last rollout    none",
      "next up         no traffic moves",
      `a dead lock     ${unlock}`,
      "",
    ]);
  });

  test("while a rollout is under way, after all that can have been before", async (t) => {
    const place = await open(t);
    await shift(place);
    await place.edit((record) => ({
      ...record,
      previous: { colour: "green", release: "cccc", taskDefinition: "task:c", until: later },
      rejected: ["1", "2", "3", "4"].map((release) => ({ release, why: `gate ${release} failed`, at: now })),
      drain: { blue: null, green: later },
      last: {
        id: "r0",
        outcome: "promoted",
        why: "every gate passed",
        at: iso(now),
        evidence: "",
        evidenceDigest: "",
      },
    }));
    const { code, out, err } = await type(place, "status");
    assert.deepEqual([code, err], [0, ""]);
    const holds = `ci job 7 holds the lease since 2026-03-01T12:00:00Z, until ${iso(later)} unless renewed`;
    assert.deepEqual(out.split("\n"), [
      "live            blue since 2026-02-28T12:00:00Z",
      "weights         blue 75 · green 25",
      `blue            release ${a}, 0 healthy targets`,
      `green           release ${b}, 0 healthy targets, draining`,
      `lease           ci job 7 since 2026-03-01T12:00:00Z, until ${iso(later)} unless renewed`,
      `rollback target green (cccc) until ${iso(later)}`,
      "rejected        2 at 2026-03-01T12:00:00Z: gate 2 failed",
      "rejected        3 at 2026-03-01T12:00:00Z: gate 3 failed",
      "rejected        4 at 2026-03-01T12:00:00Z: gate 4 failed",
      "last rollout    promoted at 2026-03-01T12:00:00Z: every gate passed",
      `next up         A rollout is already under way: ${holds}. Wait for it, or stop it with: npm run abort -- --stack production`,
      `a dead lock     ${unlock}`,
      "",
    ]);
  });

  test("and ends with 1 while the rule is not what was recorded, or is gone", async (t) => {
    const place = await open(t);
    await place.setRule(weightsFor("green", 10));
    const edited = await type(place, "status");
    assert.equal(edited.code, 1);
    assert.equal(row(edited, "weights"), "blue 90 · green 10  recorded: blue 100 · green 0");
    assert.equal((await type(place, "status", "--json")).code, 1);
    await place.elb.send(new DeleteRuleCommand({ RuleArn: place.ruleArn }));
    const gone = await type(place, "status");
    assert.equal(gone.code, 1);
    assert.equal(row(gone, "weights"), "the weighted rule is gone");
  });

  test("and ends with 3 and the reason when it cannot be looked at", async (t) => {
    const place = await open(t);
    await place.edit((record) => ({
      ...record,
      inputs: record.inputs && {
        ...record.inputs,
        targetGroups: { ...record.inputs.targetGroups, green: "arn:none" },
      },
    }));
    const { code, out, err } = await type(place, "status");
    assert.deepEqual([code, out], [3, ""]);
    assert.match(err, /^error: .*arn:none.*\n$/);
  });
});

describe("a command that moves traffic tells a person what it did", () => {
  const proved = /^proved: blue 0 · green 100 → blue 100 · green 0 in \d+\.\d s\. blue is live\.$/m;

  test("rollback, and status what it leaves behind", async (t) => {
    const place = await open(t);
    await Promise.all([place.serve("blue"), place.serve("green")]);
    await promote(place);
    const { code, out, err } = await type(place, "rollback", "--why", "checkout times out");
    assert.deepEqual([code, err], [0, ""], out);
    assert.match(out, proved);
    assert.equal(out.trimEnd().split("\n").at(-1), unlock);
    // No service of ECS runs here, which is no reason to stay: who looks on is told.
    assert.match(out, /^ {2}blue: raising blue to 2 tasks failed: .*service\/hub\/blue$/m);
    const after = await type(place, "status");
    assert.equal(after.code, 0);
    assert.match(row(after, "live") ?? "", /^blue since /);
    assert.match(row(after, "green") ?? "", /, 1 healthy target, draining$/);
    const rejected = row(after, "rejected") ?? "";
    assert.ok(rejected.startsWith(`${b} at `), rejected);
    assert.ok(rejected.endsWith(`: checkout times out (${userInfo().username} by hand)`), rejected);
  });

  test("rollback --json, in one document", async (t) => {
    const place = await open(t);
    await Promise.all([place.serve("blue"), place.serve("green")]);
    await promote(place);
    const ran = await type(place, "rollback", "--json");
    assert.equal(ran.code, 0, ran.err);
    const { tookMs, ...said } = documentOf(ran);
    assert.equal(typeof tookMs, "number");
    assert.deepEqual(said, {
      rule: place.ruleArn,
      from: { blue: 0, green: 100 },
      weights: { blue: 100, green: 0 },
      live: "blue",
      writes: 1,
      proved: true,
    });
  });

  test("abort, of a rollout elsewhere", async (t) => {
    const place = await open(t);
    await Promise.all([place.serve("blue"), place.serve("green")]);
    await shift(place);
    const { code, out, err } = await type(place, "abort", "--why", "wrong image");
    assert.deepEqual([code, err], [0, ""], out);
    assert.match(out, /^proved: blue 75 · green 25 → blue 100 · green 0 in \d+\.\d s\. blue is live\.$/m);
    assert.match(row(await type(place, "status"), "rejected") ?? "", /: wrong image \(/);
  });

  test("abort --json, in one document", async (t) => {
    const place = await open(t);
    await Promise.all([place.serve("blue"), place.serve("green")]);
    await shift(place);
    const ran = await type(place, "abort", "--json");
    assert.equal(ran.code, 0, ran.err);
    const { from, live, proved: seen } = documentOf(ran);
    assert.deepEqual([from, live, seen], [{ blue: 75, green: 25 }, "blue", true]);
  });

  test("and ends with 3 when no answer shows it, saying what answered and where to look", async (t) => {
    const place = await open(t);
    await place.serve("blue", "green");
    await promote(place);
    await place.edit((record) => ({
      ...record,
      inputs: record.inputs && { ...record.inputs, plan: { ...record.inputs.plan, proofTimeout: 1 } },
    }));
    const { code, out, err } = await type(place, "rollback");
    assert.deepEqual([code, err], [3, ""], out);
    assert.match(out, /^not proved: blue 0 · green 100 → blue 100 · green 0 in \d+\.\d s\. blue is live\.$/m);
    assert.match(
      out,
      /^127\.0\.0\.1 answered green \d+ of \d+ times; .* npm run status -- --stack production$/m,
    );
  });

  test("and ends with 2 and one sentence when there is nothing to do, or nobody there to serve", async (t) => {
    const place = await open(t);
    const idle = await type(place, "rollback");
    assert.deepEqual([idle.code, idle.out], [2, ""]);
    assert.match(idle.err, /^error: blue already serves everything .*\n$/);
    await shift(place);
    const dead = await type(place, "abort");
    assert.deepEqual([dead.code, dead.out], [2, ""]);
    assert.match(
      dead.err,
      /^error: blue has no healthy target, .* aws ecs update-service --cluster hub .*\n$/,
    );
  });
});

test("every command that a sentence of the rollout names can be typed as it stands, with its stack", () => {
  const folder = fileURLToPath(import.meta.resolve("../../rollout/"));
  const files = readdirSync(folder, { recursive: true, encoding: "utf8" }).filter((name) =>
    name.endsWith(".ts"),
  );
  const short = files.filter((name) =>
    /npm run (status|abort|rollback)(?! -- )/.test(readFileSync(`${folder}${name}`, "utf8")),
  );
  assert.ok(files.length > 40, "these are the files of the rollout");
  assert.deepEqual(short, []);
});

/** A rollout waits at a quarter of the traffic; an `up` that is there holds the lease. */
async function waits(place: Place, { isThere, until = later }: { isThere: boolean; until?: number }) {
  await shift(place);
  await place.edit(({ rollout, lease, ...record }) => ({
    ...record,
    lease: isThere ? lease : null,
    rollout: rollout && {
      ...rollout,
      passed: [25],
      waits: { weight: 25, since: now, until, otherwise: "rollback", answer: null },
    },
  }));
  place.writes();
}

describe("approve tells what it recorded, and who goes on", () => {
  const me = "arn:aws:iam::123456789012:user/rehearsal";
  const answerIn = async ({ store }: Place) => (await store.read())?.record.rollout?.waits?.answer;

  test("to a person, while an up waits: one conditional write, by the identity that AWS knows", async (t) => {
    const place = await open(t);
    await waits(place, { isThere: true });
    const before = await type(place, "status");
    assert.equal(
      row(before, "approval"),
      `paused at 25 % since 2026-03-01T12:00:00Z, waits for approval until ${iso(later)}, else everybody goes home (npm run approve -- --stack production)`,
    );
    const asked = new Set<string>();
    const stop = place.aws.onCall(({ operation }) => asked.add(operation));
    const { code, out, err } = await type(place, "approve", "--weight", "25", "--why", "nothing unusual");
    stop();
    assert.deepEqual([...asked].toSorted(), ["GetCallerIdentity", "GetItem", "PutItem"], "what it needs");
    assert.deepEqual([code, err], [0, ""]);
    const [first, recorded, next, ...rest] = out.split("\n");
    assert.equal(first, `approved: what follows 25 % of green, release ${b}.`);
    assert.match(recorded ?? "", new RegExp(`^Recorded: approved by ${me} at .*: nothing unusual\\.$`));
    assert.deepEqual([next, rest], ["The up of ci job 7 sees it within seconds.", [""]]);
    assert.deepEqual(place.writes(), ["PutItem"]);
    const answer = await answerIn(place);
    assert.deepEqual([answer?.approved, answer?.by, answer?.why], [true, me, "nothing unusual"]);
    const twice = await type(place, "approve");
    assert.deepEqual([twice.code, place.writes()], [2, []]);
    assert.match(twice.err, /^error: Nothing is left to answer: green at 25 %: approved by arn:/);
  });

  test("to a machine, with nobody there, and what a no leads to", async (t) => {
    const place = await open(t);
    await waits(place, { isThere: false });
    const other = await type(place, "approve", "--weight", "50");
    assert.deepEqual([other.code, other.out], [2, ""]);
    assert.match(other.err, /--weight is 50, and what waits for approval is green at 25 % .*npm run status/);
    const said = documentOf(await type(place, "approve", "--json"));
    assert.deepEqual(
      [said["candidate"], said["release"], said["weight"], said["upWaits"]],
      ["green", b, 25, false],
    );
    assert.equal((said["answer"] as { by: string }).by, me);

    await waits(place, { isThere: false });
    const { code, out } = await type(place, "approve", "--reject");
    assert.equal(code, 0);
    assert.match(
      out,
      /^turned down: what follows 25 % of green, .*\nRecorded: turned down by .*\nNo up waits for it: the guardian sends the traffic home/,
    );
    assert.equal((await answerIn(place))?.approved, false);
  });

  test("once its time is over, that nothing is left to answer", async (t) => {
    const place = await open(t);
    await waits(place, { isThere: false, until: now + 1 });
    const { code, err } = await type(place, "approve");
    assert.equal(code, 2);
    assert.match(
      err,
      /Nothing is left to answer: green at 25 %: nobody answered until .*, and everybody goes home/,
    );
    assert.deepEqual(place.writes(), []);
  });
});
