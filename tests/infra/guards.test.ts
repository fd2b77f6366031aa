import assert from "node:assert/strict";
import { test } from "node:test";
import * as pulumi from "@pulumi/pulumi";
import { perColour } from "../../domain/colour.ts";
import type { SwitchRecord } from "../../domain/record.ts";
import { type SwitchPreview, switchRequest } from "../../domain/request.ts";
import { weightsFor } from "../../domain/weight.ts";
import { parseConfig } from "../../infra/config.ts";
import { guard } from "../../infra/guards.ts";
import { releaseNameOf } from "../../infra/release.ts";
import { layConfig } from "../../rehearsal/stage/config.ts";
import { decide } from "../../rollout/policy/decision.ts";
import { now, record } from "../rollout/situation.ts";
import { evaluate, production } from "./program.ts";

const blueIsLive: SwitchPreview = {
  first: false,
  live: "blue",
  weights: { blue: 100, green: 0 },
  action: "nothing",
  summary: "",
  handEdit: null,
  steps: [],
  releases: null,
  credentialsUntil: null,
  credentialsAssumed: false,
  kept: { blue: null, green: null },
  leaves: { blue: null, green: null },
  foreseen: null,
};
const refusals = (config: Record<string, unknown>, preview = blueIsLive) =>
  guard(parseConfig(layConfig({ ...production }, config)), preview, now).refusals;

const guards: [string, Record<string, unknown>, RegExp][] = [
  [
    "a plan longer than any credentials live",
    { rollout: { steps: [{ weight: 100, bake: "13h" }], warmTime: "30m" } },
    /^The plan may take .* Shorten rollout\.steps' bakes\.$/,
  ],
  [
    "a config file that makes the task definition longer than ECS takes",
    { green: { hubConfig: { text: "é".repeat(32_000) } } },
    /^green's task definition has about 6\d{4} bytes, and ECS takes 65536\. Shorten green\.hubConfig/,
  ],
  [
    "idle capacity below what the weight asks for",
    { greenWeight: 100, blue: { tasks: 6, maxTasks: 6 }, green: { tasks: 2, maxTasks: 4 } },
    /^green may have 4 tasks at most, and 100 % of blue's traffic needs 6\. Raise green\.tasks or green\.maxTasks/,
  ],
  [
    "sessions pinned for longer than their slot keeps its tasks",
    { rollout: { drainDeadline: "40m", warmTime: "30m" } },
    /^rollout\.drainDeadline is 2400 s and rollout\.warmTime 1800 s: .* Raise warmTime/,
  ],
  [
    "a step shorter than its checks' sample needs",
    {
      rollout: {
        steps: [
          { weight: 50, bake: "2s" },
          { weight: 100, bake: "15m" },
        ],
      },
    },
    /^rollout\.steps\[0\]\.bake is 2 s: too short .* Bake at least 4 s\.$/,
  ],
  [
    "a step shorter than the sample of a stricter success rate",
    { thresholds: { successRatePercent: 99.9 }, rollout: { steps: [{ weight: 100, bake: "30s" }] } },
    /^rollout\.steps\[0\]\.bake is 30 s: .* the 2995 requests that a success rate above 99\.9 % needs\. Bake at least 31 s\.$/,
  ],
  [
    "a success rate that no sample shows",
    { thresholds: { successRatePercent: 100 } },
    /^thresholds\.successRatePercent is 100: no number of answers .* Set it below 100\.$/,
  ],
];
for (const [what, config, message] of guards)
  test(`refused: ${what}`, () => {
    const found = refusals(config);
    assert.equal(found.length, 1, found.join("\n"));
    assert.match(found[0] ?? "", message);
  });

test("nothing is refused that fits exactly: capacity at its share, a drain as long as the warm time", () => {
  const exact = {
    greenWeight: 50,
    blue: { tasks: 6, maxTasks: 6 },
    green: { tasks: 2, maxTasks: 3 },
    rollout: { drainDeadline: "30m", warmTime: "30m" },
  };
  assert.deepEqual(refusals(exact), []);
});

test("refused: a rollout whose credentials end before its bakes do, and warned of: one that may outlast them", () => {
  const steps = [5, 25, 50, 100].map((weight) => ({ weight, bake: { min: 60_000, max: 300_000 } }));
  const walking = (minutes: number, over: Partial<SwitchPreview> = {}) => {
    const preview = { ...blueIsLive, steps, credentialsUntil: now + minutes * 60_000, ...over };
    const { refusals: refused, warnings } = guard(parseConfig({ ...production }), preview, now);
    return { refused, warnings: warnings.filter((one) => one.includes("its credentials end")) };
  };
  // 10 minutes to scale, four times 5 and 5 and 1, a proof at the end; and home two minutes before the end.
  assert.deepEqual(walking(57), { refused: [], warnings: [] });
  const may = walking(56);
  assert.deepEqual([may.refused, may.warnings.length], [[], 1]);
  assert.match(
    may.warnings[0] ?? "",
    /^This up may take 0\.9 h, and its credentials end at .*Z, in 0\.9 h: were it not over by then, everybody goes home in time\. Take a session of 2 h/,
  );
  assert.deepEqual(walking(22).refused, [], "four bakes of 5 minutes, and two to go home");
  const { refused, warnings } = walking(21);
  assert.deepEqual([refused.length, warnings], [1, []]);
  assert.equal(
    refused[0],
    `This up takes about 0.3 h, and its credentials end at ${new Date(now + 21 * 60_000).toISOString().replace(".000", "")}, in 0.4 h. Take a session of 2 h: the roles of this stack allow 12 h. In a workflow write "role-duration-seconds: 7200" where the role is taken, and in a step before it, so that its end is known, run: echo "AWS_CREDENTIAL_EXPIRATION=$(date -u -d '+7200 seconds' +%FT%TZ)" >> "$GITHUB_ENV"`,
  );
  assert.match(
    walking(21, { credentialsAssumed: true }).refused[0] ?? "",
    /in 0\.4 h, as far as anybody can tell: they are a session's, and nobody says when it ends\. Take/,
  );
  assert.deepEqual(walking(1, { steps: [] }).refused, [], "an up that moves nothing is over in time");
});

test("warned of: a rollout that may still be under way when a freeze begins, and only then", () => {
  const steps = [100].map((weight) => ({ weight, bake: { min: 60_000, max: 300_000 } }));
  const warned = (beginsIn: number, of = steps) => {
    const time = (ms: number) => new Date(now + ms).toISOString();
    const freezes = [{ name: "the holidays", from: time(beginsIn), until: time(beginsIn + 60_000) }];
    const config = parseConfig(layConfig({ ...production }, { rollout: { freezes } }));
    return guard(config, { ...blueIsLive, steps: of }, now).warnings.filter((one) => one.includes("freeze"));
  };
  // 10 minutes to scale, 5 and 5 and 1, and a proof.
  assert.equal(warned(22 * 60_000).length, 1);
  assert.deepEqual(warned(23 * 60_000), []);
  assert.deepEqual(warned(60_000, []), []);
  assert.deepEqual(warned(-30_000), [], "one that is on is the switch's to refuse");
});

const malformed: [string, Record<string, unknown>, RegExp][] = [
  ["an image by tag in production", { blue: { image: "hub:latest" } }, /blue\.image.*by digest only/s],
];
for (const [what, config, message] of malformed)
  test(`refused: ${what}`, () => {
    assert.throws(() => parseConfig(layConfig({ ...production }, config)), message);
  });

test("refused: internet-facing without authentication", () => {
  const { tokenSecret: _without, ...sidecar } = production["sidecar"] as Record<string, unknown>;
  assert.throws(
    () => parseConfig({ ...production, sidecar }),
    /access\.internetFacing.*no authentication of its own: set sidecar\.tokenSecret/s,
  );
});

/** The CLI prints a RunError's sentence, and of any other error that it was unhandled, with its stack. */
const isSentence = (says: string | RegExp) => (error: unknown) => {
  assert.ok(pulumi.RunError.isInstance(error), String(error));
  if (typeof says === "string") assert.equal(error.message, says);
  else assert.match(error.message, says);
  return true;
};

for (const dryRun of [true, false])
  test(`a refusal comes before anything is registered, ${dryRun ? "in a preview" : "without a preview"}`, async () => {
    const registered: string[] = [];
    const world = { dryRun, onRegister: (name: string) => registered.push(name) };
    const refused = /drainDeadline is 2400 s/;
    await assert.rejects(
      evaluate({ rollout: { drainDeadline: "40m" } }, { ...world, preview: blueIsLive }),
      refused,
    );
    const why = new Error(
      "blue is live and its release would change under its users. Put it into green instead.",
    );
    await assert.rejects(evaluate({}, { ...world, preview: why }), isSentence(why.message));
    const unasked = (): never => {
      throw Object.assign(new Error("expired"), { details: "the credentials have expired" });
    };
    await assert.rejects(
      evaluate({}, { ...world, preview: unasked }),
      isSentence(/^What is live could not be read, so nothing was touched: .*the credentials have expired/),
    );
    const nobody = (token: string) => (token.endsWith("getCallerIdentity") ? "no\n  credentials" : null);
    await assert.rejects(
      evaluate({}, { ...world, preview: blueIsLive, refuses: nobody }),
      isSentence(/^AWS does not say which account this is, so nothing was touched: .*no credentials\. See /),
    );
    assert.deepEqual(registered, []);
  });

const otherImage = { image: `ghcr.io/example/mcp-hub@sha256:${"e".repeat(64)}` };
const names = "from [0-9a-f]{16} to [0-9a-f]{16}";

/** What the account says beside blue being live with the example's releases, what is asked, and the refusal. */
const ofState: [what: string, over: (green: string) => Partial<SwitchRecord>, config: object, RegExp][] = [
  [
    "a change of the live slot's release",
    () => ({}),
    { blue: otherImage },
    new RegExp(
      `blue is live and its release would change ${names} under its users\\. Put the new release into green instead, or set rollout\\.allowLiveChange\\.`,
    ),
  ],
  [
    "another release in the rollback target, inside its window",
    (green) => ({
      previous: { colour: "green", release: green, taskDefinition: "task:b", until: now + 3_600_000 },
    }),
    { green: otherImage },
    /green is what a rollback returns to for another 1h \(until .*\)\. Wait, or set rollout\.replaceRollbackTarget\./,
  ],
  [
    "a release that was rejected",
    (green) => ({ rejected: [{ release: green, why: "latency: p95 is 2400 ms", at: now - 60_000 }] }),
    { greenWeight: 100 },
    /Release [0-9a-f]{16} of green was rejected at .*: latency: p95 is 2400 ms\. Change the release, or set rollout\.retry to "[0-9a-f]{16}" to try it again\./,
  ],
  ...(["blue", "green"] as const).map((colour): (typeof ofState)[number] => [
    `another release of ${colour} while both colours carry weight`,
    () => ({ weights: weightsFor("green", 25) }),
    { greenWeight: 25, [colour]: otherImage },
    /Both colours carry traffic \(blue 75 · green 25\), so neither release may change\. Set greenWeight to 0 or 100 first\./,
  ]),
];
for (const [what, over, config, message] of ofState)
  for (const dryRun of [true, false])
    test(`refused ${dryRun ? "in a preview" : "without a preview"}: ${what}`, async () => {
      const parsed = parseConfig(production);
      const { blue, green } = perColour((colour) => releaseNameOf(parsed, colour));
      const found = record({
        slots: {
          blue: { release: blue, taskDefinition: "a" },
          green: { release: green, taskDefinition: "b" },
        },
        ...over(green),
      });
      const rule = { weights: found.weights, foreign: [] };
      const registered: string[] = [];
      const decided = evaluate(config as Record<string, unknown>, {
        dryRun,
        onRegister: (name) => registered.push(name),
        preview(asked) {
          const decision = decide({ now, record: found, rule, request: switchRequest.parse(asked) });
          assert.ok(decision.kind === "refuse", decision.kind);
          return new Error(decision.why);
        },
      });
      await assert.rejects(decided, message);
      assert.deepEqual(registered, []);
    });
