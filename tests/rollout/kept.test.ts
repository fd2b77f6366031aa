import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { type Colour, colours, other, perColour } from "../../domain/colour.ts";
import type { SwitchRecord } from "../../domain/record.ts";
import { keepsOf } from "../../domain/request.ts";
import { weightsFor } from "../../domain/weight.ts";
import { answerOf, nothingYet } from "../../rollout/plugin/preview.ts";
import { decide } from "../../rollout/policy/decision.ts";
import { keptBy, withKept } from "../../rollout/policy/kept.ts";
import type { Decision, Situation } from "../../rollout/policy/situation.ts";
import { a, b, c, now, origin, plan, situation } from "./situation.ts";

const d = "dddddddddddd";
const was = perColour((of) => origin({}, { own: of, shared: { "hub.mcpPath": "/mcp" } }));

/** Both colours run the stack's former settings, and the config asks for others: releases c of blue and d of green. */
function newSettings(
  greenWeight: number,
  { record: over = {}, ...more }: Parameters<typeof situation>[1] = {},
): Situation {
  const { slots } = situation(0).record as SwitchRecord;
  const recorded = perColour((of) => ({ ...slots[of], origin: was[of] }));
  return situation(greenWeight, {
    releases: { blue: c, green: d },
    origins: was,
    record: { slots: recorded, ...over },
    ...more,
  });
}

/** Names of the colours that keep their release, and what is then decided. */
function kept(of: Situation): [Colour[], Decision["kind"]] {
  const found = keptBy(of);
  return [colours.filter((one) => found[one] !== null), decide(withKept(of, found)).kind];
}

const promoted: Partial<SwitchRecord> = {
  live: "green",
  weights: weightsFor("green", 100),
  previous: { colour: "blue", release: a, taskDefinition: "task:a", until: now + 3_600_000 },
};
const draining = { colour: "blue", stage: "draining", since: now - 1, deadline: now + 1_000 } as const;
const rollout: SwitchRecord["rollout"] = {
  id: "one",
  candidate: "green",
  release: b,
  asked: 100,
  rollbackTarget: weightsFor("blue", 100),
  startedAt: now - 60_000,
  tried: [],
  passed: [],
};

test("new settings of the stack reach the idle colour, which is verified, and live keeps what is recorded", () => {
  const asked = newSettings(0);
  assert.deepEqual(kept(asked), [["blue"], "verify"]);
  assert.deepEqual(kept(newSettings(100)), [["blue"], "shift"]);
  const answer = answerOf(asked, undefined, { credentials: null, today: nothingYet });
  assert.deepEqual(answer.kept, {
    blue: { release: a, taskDefinition: "task:a", origin: was.blue, says: keepsOf(answer)[0] },
    green: null,
  });
  assert.deepEqual(keepsOf(answer), [
    `blue keeps the settings of release ${a} until it is idle: it serves users`,
  ]);
  assert.equal(answer.refused, undefined);
});

test("after the promotion the way back keeps its settings for its window and its sessions, and then gets the new ones", () => {
  const green = {
    slots: {
      blue: { release: a, taskDefinition: "task:a", origin: was.blue },
      green: { release: d, taskDefinition: "task:d", origin: was.green },
    },
  };
  const after = { ...promoted, ...green };
  assert.deepEqual(kept(newSettings(100, { record: after })), [["blue"], "nothing"]);
  // One flip away, ungated, as ever.
  assert.deepEqual(kept(newSettings(0, { record: after })), [["blue"], "rollback"]);
  const over = { ...after, previous: { ...promoted.previous!, until: now } };
  assert.deepEqual(kept(newSettings(100, { record: over })), [[], "verify"]);
  const closed = { ...after, previous: null };
  assert.deepEqual(kept(newSettings(100, { record: closed })), [[], "verify"]);
  assert.deepEqual(kept(newSettings(100, { record: { ...closed, retirement: draining } })), [
    ["blue"],
    "nothing",
  ]);
  const drained = { ...draining, deadline: now };
  assert.deepEqual(kept(newSettings(100, { record: { ...closed, retirement: drained } })), [[], "verify"]);
  const replace = { ...plan, replaceRollbackTarget: true };
  assert.deepEqual(kept(newSettings(100, { record: { ...after, retirement: draining }, plan: replace })), [
    [],
    "verify",
  ]);
});

test("where both colours carry weight both keep their settings, whatever is allowed", () => {
  const both = { weights: weightsFor("green", 25) };
  const allowed = { ...plan, allowLiveChange: true, replaceRollbackTarget: true };
  assert.deepEqual(kept(newSettings(25, { record: both })), [["blue", "green"], "nothing"]);
  assert.deepEqual(kept(newSettings(25, { record: both, plan: allowed })), [["blue", "green"], "nothing"]);
  assert.deepEqual(kept(newSettings(100, { record: both })), [["blue", "green"], "shift"]);
  assert.deepEqual(kept(newSettings(0, { record: both })), [["blue", "green"], "rollback"]);
});

test("whoever allows it gives live the new settings at once", () => {
  assert.deepEqual(kept(newSettings(0, { plan: { allowLiveChange: true } })), [[], "verify"]);
});

test("a rollout that died on the former settings is gone on with, and goes home to them", () => {
  const died = { rollout, weights: weightsFor("green", 25) };
  assert.deepEqual(kept(newSettings(100, { record: died })), [["blue", "green"], "resume"]);
  assert.deepEqual(kept(newSettings(0, { record: died })), [["blue", "green"], "undo"]);
  // Nobody has met a candidate at weight 0: it gets the new ones, once its rollout is undone.
  assert.deepEqual(kept(newSettings(100, { record: { rollout } })), [["blue"], "undo"]);
  const allowed = { plan: { allowLiveChange: true } };
  assert.deepEqual(kept(newSettings(100, { record: { rollout }, ...allowed })), [["blue"], "undo"]);
});

test("a hand edit gave both colours weight: both keep their settings until a person has decided", () => {
  const rule = { weights: weightsFor("green", 30), foreign: [] };
  assert.deepEqual(kept(newSettings(0, { rule }))[0], ["blue", "green"]);
});

test("a colour's own change keeps nothing, nor does a setting that both have at once: live is refused, with the keys", () => {
  const own = { ...was, blue: { ...was.blue, own: "another" } };
  assert.deepEqual(kept(newSettings(0, { origins: own })), [[], "refuse"]);
  const paths = perColour((of) => ({ ...was[of], shared: { "hub.mcpPath": "/other" } }));
  const refused = decide(newSettings(0, { origins: paths }));
  assert.deepEqual(kept(newSettings(0, { origins: paths })), [[], "refuse"]);
  assert.match(
    (refused as { why: string }).why,
    /^hub\.mcpPath would change under blue's users: both colours have the same at once\. Put it back, or set rollout\.allowLiveChange\.$/,
  );
});

test("what AWS would make anew is refused though both colours would keep their settings", () => {
  const both = { weights: weightsFor("green", 25) };
  const grounded = (port: string) =>
    perColour((of) => origin({ "sidecar.port": port }, { own: of, shared: was[of].shared }));
  const { slots } = situation(0).record as SwitchRecord;
  const recorded = perColour((of) => ({ ...slots[of], origin: grounded("8080")[of] }));
  const ask = (port: string) =>
    kept(newSettings(25, { record: { ...both, slots: recorded }, origins: grounded(port) }));
  assert.deepEqual(ask("9090"), [[], "refuse"]);
  assert.deepEqual(ask("8080"), [["blue", "green"], "nothing"]);
});

test("nothing is kept where nothing is live, or where nobody knows what runs was made from", () => {
  const first = newSettings(0);
  assert.deepEqual(kept({ ...first, record: null, rule: null }), [[], "first"]);
  const begun = { ruleArn: null, rollout: { ...rollout, candidate: "blue" as const } };
  assert.deepEqual(kept({ ...newSettings(0, { record: begun }), rule: null }), [[], "first"]);
  const { slots } = situation(0).record as SwitchRecord;
  assert.deepEqual(kept(newSettings(0, { record: { slots } })), [[], "refuse"]);
});

test("no colour that carries weight, and no way back, ever gets another release by settings of the stack alone", () => {
  const weight = fc.constantFrom(0, 25, 100);
  fc.assert(
    fc.property(
      fc.constantFrom(...colours),
      weight,
      weight,
      fc.boolean(),
      fc.boolean(),
      fc.boolean(),
      (live, share, greenWeight, inWindow, drains, died) => {
        const idle = other(live);
        const over: Partial<SwitchRecord> = {
          live,
          weights: weightsFor(idle, share === 100 ? 0 : share),
          previous: inWindow
            ? { colour: idle, release: idle === "blue" ? a : b, taskDefinition: "task", until: now + 1 }
            : null,
          retirement: drains ? { ...draining, colour: idle } : null,
          rollout: died ? { ...rollout, candidate: idle, rollbackTarget: weightsFor(live, 100) } : null,
        };
        const asked = newSettings(greenWeight, { record: over });
        const effective = withKept(asked, keptBy(asked));
        const { slots, weights } = effective.record as SwitchRecord;
        for (const of of colours)
          if (of === live || weights[of] > 0 || inWindow || drains)
            assert.equal(effective.request.releases[of], slots[of].release, of);
        const decision = decide(effective);
        assert.notEqual(decision.kind, "refuse", "why" in decision ? decision.why : "");
      },
    ),
  );
});
