import assert from "node:assert/strict";
import { test } from "node:test";
import { limits } from "../../domain/limits.ts";
import type { RolloutUnderWay, SwitchRecord } from "../../domain/record.ts";
import { weightsFor } from "../../domain/weight.ts";
import type { AlarmKind } from "../../rollout/guardian/guarding.ts";
import { tick } from "../../rollout/guardian/tick.ts";
import { applyUp } from "../../rollout/run/apply.ts";
import { takeTrafficOver } from "../../rollout/run/take-over.ts";
import { abandoned, blue, expired, green, guardian, promoted } from "./guardian-kit.ts";
import { quiet, up } from "./quiet.ts";
import { a, now, record } from "./situation.ts";

test("a duplicate or late event finds the traffic home and does nothing more", async () => {
  const start = quiet().time.now;
  const { ports, guardianPorts, model, sent, told, play } = guardian(expired(start));
  const first = await play(tick(ports, guardianPorts));
  const record1 = model.item?.record;
  const second = await play(tick(ports, guardianPorts));
  assert.deepEqual([first?.kind, second?.kind], ["rollback", "watch"]);
  assert.deepEqual([sent.map(({ green: at }) => at), told.length], [[0], 1]);
  assert.deepEqual(model.item?.record.rejected, record1?.rejected);
  assert.match(
    told[0] ?? "",
    /Traffic was rolled back: the lease of ci ran out in mid-rollout\. The balancer has blue 100 · green 0 now\.$/,
  );
});

test("two events at once move the traffic once", async () => {
  const start = quiet().time.now;
  const { ports, guardianPorts, sent, model, play } = guardian(expired(start));
  const [one, two] = await play(Promise.all([tick(ports, guardianPorts), tick(ports, guardianPorts)]));
  assert.ok(one?.kind === "rollback" || two?.kind === "rollback");
  assert.deepEqual([sent.length, model.item?.record.fence, model.rule?.weights], [1, 1, blue]);
});

test("going back past a promotion happens at most once: the window is closed by it", async () => {
  const start = quiet().time.now;
  const window = { colour: "blue" as const, release: a, taskDefinition: "task:a", until: start + 86_400_000 };
  const { ports, guardianPorts, model, sent, play } = guardian(
    { ...promoted, previous: window },
    { alarms: ["error-rate"] },
  );
  model.everLive.add(a);
  const kinds = [];
  for (let n = 0; n < 4; n++) kinds.push((await play(tick(ports, guardianPorts)))?.kind);
  assert.equal(kinds.filter((kind) => kind === "rollback").length, 1);
  assert.deepEqual([sent.length, model.item?.record.live, model.item?.record.previous], [1, "blue", null]);
});

test("heartbeat, weights and targets are published at every tick, and a failure of that moves no traffic later", async () => {
  const { ports, guardianPorts, published, play } = guardian({});
  await play(tick(ports, guardianPorts));
  await play(tick(ports, guardianPorts));
  assert.equal(published.length, 2);
  const start = quiet().time.now;
  const broken = guardian(expired(start));
  const publish = () => Promise.reject(new Error("throttled"));
  await assert.rejects(broken.play(tick(broken.ports, { ...broken.guardianPorts, publish })), /throttled/);
  assert.deepEqual(broken.model.rule?.weights, blue);
});

test("an up that took the lease in between is not disturbed", async () => {
  const start = quiet().time.now;
  const { ports, guardianPorts, model, sent, play } = guardian(expired(start));
  const look = async (of: SwitchRecord) => {
    const { item } = model;
    const lease = { owner: "up", since: model.time.now, until: model.time.now + 60_000 };
    if (item) model.item = { record: { ...item.record, lease }, version: item.version + 1 };
    return guardianPorts.look(of);
  };
  await play(tick(ports, { ...guardianPorts, look }));
  assert.deepEqual([sent, model.item?.record.lease?.owner, model.item?.record.fence], [[], "up", 0]);
});

test("a hand edit that comes between two tries of the rollback stands", async () => {
  const start = quiet().time.now;
  const { ports, guardianPorts, model, play } = guardian(expired(start));
  const edit = weightsFor("green", 40);
  const modify: typeof ports.rule.modify = () => {
    model.setRule(edit, "hand edit");
    return Promise.reject(new Error("no answer"));
  };
  const ticked = tick({ ...ports, rule: { ...ports.rule, modify } }, guardianPorts);
  await assert.rejects(play(ticked), /the live rule has blue 60 · green 40/);
  assert.deepEqual(model.rule?.weights, edit);
});

for (const [what, over, alarms] of [
  ["a rollout at 100 % that died", { ...abandoned, weights: green }, []],
  ["a promotion whose window is open", promoted, ["error-rate"]],
] as const satisfies [string, Partial<SwitchRecord>, AlarmKind[]][])
  test(`a deployment into the previous slot between look and change keeps the traffic where it is: ${what}`, async () => {
    const start = quiet().time.now;
    const window = promoted.previous ? { ...promoted.previous, until: start + 86_400_000 } : null;
    const { lease: held = null } = "lease" in over ? expired(start) : {};
    const found = { ...over, lease: held, previous: held ? null : window };
    const { ports, guardianPorts, model, sent, told, play } = guardian(found, { alarms });
    const running = () => Promise.resolve(["task:x"]);
    await assert.rejects(
      play(tick(ports, { ...guardianPorts, running })),
      /blue runs task:x instead of task:a, which was live before/,
    );
    assert.deepEqual([sent, model.rule?.weights], [[], green]);
    const { weights, live, rollout, rejected, lease } = model.item?.record ?? record();
    const before = record(found);
    assert.deepEqual(
      [weights, live, rollout, rejected, lease],
      [before.weights, before.live, before.rollout, before.rejected, before.lease],
      "the claim is given back",
    );
    const look = async (of: SwitchRecord) => ({
      ...(await guardianPorts.look(of)),
      running: { blue: ["task:x"], green: ["task:b"] },
    });
    await play(tick(ports, { ...guardianPorts, look, running }));
    assert.match(told.join(), /The traffic needs a person: .*blue runs task:x/);
  });

test("a late write is not undone towards a slot somebody deployed into since the look", async () => {
  const start = quiet().time.now;
  const reassert = { weights: blue, until: start + 60_000, instead: [green] };
  const { ports, guardianPorts, model, sent, play } = guardian({ reassert });
  model.setRule(green, "late");
  const running = () => Promise.resolve(["task:x"]);
  await assert.rejects(play(tick(ports, { ...guardianPorts, running })), /blue runs task:x/);
  assert.deepEqual([sent, model.rule?.weights], [[], green]);
  assert.equal(model.item?.record.lease, null);
});

test("a step asked for again after the guardian put a rollback back is not proved by answers from before that", async () => {
  const start = quiet().time.now;
  const five = weightsFor("green", 5);
  const reassert = { weights: blue, until: start + 600_000, instead: [five] };
  const { ports, guardianPorts, model, events, play } = guardian({ reassert });
  model.setRule(five, "late");
  model.propagationMs = 20_000;
  assert.equal((await play(tick(ports, guardianPorts)))?.kind, "reassert");
  assert.deepEqual(model.item?.record.unseen?.before, [five]);
  await play(applyUp(ports, up(5), new AbortController().signal));
  const proved = events.find((event) => event.kind === "proved");
  assert.ok(proved?.kind === "proved" && proved.tookMs >= 19_900, "answers from before proved it");
  assert.deepEqual(
    model.violations.filter((text) => text.includes("called proved")),
    [],
  );
});

test("a retired slot is scaled down under a lease of the guardian's own", async () => {
  const start = quiet().time.now;
  const retirement = { colour: "green", stage: "warm", since: start - 60_000, deadline: start - 1 } as const;
  const { ports, guardianPorts, model, play } = guardian({ retirement });
  const holders: (boolean | undefined)[] = [];
  const capacity: typeof ports.capacity = {
    ...ports.capacity,
    settle: (of, tasks, timeoutMs) => {
      holders.push(model.item?.record.lease?.owner.startsWith("the guardian"));
      return ports.capacity.settle(of, tasks, timeoutMs);
    },
  };
  await play(tick({ ...ports, capacity }, guardianPorts));
  assert.deepEqual(
    [holders, model.slots.green.tasks, model.item?.record.retirement?.stage, model.item?.record.lease],
    [[true], 1, "idle", null],
  );
});

for (const answered of [true, false])
  test(`a slot that break-glass gave its traffic back while it was being scaled down is raised again, ${answered ? "at once" : "also when the call's answer was lost"}`, async () => {
    const start = quiet().time.now;
    const retirement = {
      colour: "green",
      stage: "warm",
      since: start - 60_000,
      deadline: start - 1,
    } as const;
    const { ports, guardianPorts, model, play } = guardian({ retirement });
    const capacity: typeof ports.capacity = {
      ...ports.capacity,
      settle: async (of, tasks, timeoutMs) => {
        const to = { to: green, rejected: null };
        await takeTrafficOver(ports, () => to, { who: "somebody", why: "by hand" }, null);
        await ports.capacity.settle(of, tasks, timeoutMs);
        if (!answered) throw new Error("no answer");
      },
    };
    const ticked = play(tick({ ...ports, capacity }, guardianPorts));
    await (answered ? ticked : assert.rejects(ticked, /no answer/));
    assert.deepEqual([model.rule?.weights, model.slots.green.tasks], [green, 2]);
  });

test("a hand edit that gives weight to a draining slot lets it take new sessions again, and pages", async () => {
  const { ports, guardianPorts, model, told, play } = guardian({
    ...promoted,
    drain: { blue: now + 60_000, green: null },
    retirement: { colour: "blue", stage: "draining", since: now, deadline: now + 60_000 },
  });
  model.setRule(weightsFor("green", 70), "hand edit");
  const kinds = [];
  for (let n = 0; n < 2; n++) kinds.push((await play(tick(ports, guardianPorts)))?.kind);
  assert.deepEqual(kinds, ["reopen", "page"]);
  assert.deepEqual(model.item?.record.drain, { blue: null, green: null });
  assert.equal(
    model.item?.record.retirement?.stage,
    "draining",
    "it is still retired when the edit is undone",
  );
  assert.deepEqual(model.rule?.weights, weightsFor("green", 70));
  assert.match(told[0] ?? "", /a hand edit is never overwritten. blue was being retired/);
});

test("what was paged is not paged again within the hour, and at once when it comes back after it was well", async () => {
  const { ports, guardianPorts, model, told, time, play } = guardian({});
  const minutes = async (count: number) => {
    for (let n = 0; n < count; n++) {
      await play(tick(ports, guardianPorts));
      await play(ports.clock.sleep(60_000));
    }
  };
  model.setRule(weightsFor("green", 33), "hand edit");
  await minutes(59);
  assert.equal(told.length, 1);
  await minutes(5);
  assert.equal(told.length, 2, `an hour later once more, at ${time.now}`);
  model.setRule(blue, "hand edit");
  await minutes(1);
  assert.equal(model.item?.record.paged, null);
  model.setRule(weightsFor("green", 33), "hand edit");
  await minutes(2);
  assert.equal(told.length, 3);
});

test("a pause whose time is over ends once: everybody is home, nothing is rejected, and the slot is retired", async () => {
  const start = quiet().time.now;
  const waits = {
    weight: 25,
    since: start - 2,
    until: start - 1,
    otherwise: "rollback" as const,
    answer: null,
  };
  const rollout = { ...(abandoned.rollout as RolloutUnderWay), passed: [25], waits };
  const { ports, guardianPorts, model, sent, told, play } = guardian({ ...abandoned, lease: null, rollout });
  const kinds = [];
  for (let n = 0; n < 3; n++) kinds.push((await play(tick(ports, guardianPorts)))?.kind);
  const left = model.item?.record;
  assert.deepEqual([kinds[0], sent.length, model.rule?.weights], ["rollback", 1, blue]);
  assert.deepEqual([left?.rejected, left?.rollout, left?.retirement?.colour], [[], null, "green"]);
  assert.match(
    told[0] ?? "",
    /Traffic was rolled back: green waited for approval at 25 %: nobody answered until/,
  );
});

test("what is held past its time is told once, not every hour", async () => {
  const start = quiet().time.now;
  const waits = { weight: 25, since: start - 2, until: start - 1, otherwise: "hold" as const, answer: null };
  const rollout = { ...(abandoned.rollout as RolloutUnderWay), passed: [25], waits };
  const { ports, guardianPorts, sent, told, play, time } = guardian({ ...abandoned, lease: null, rollout });
  for (let n = 0; n < 3; n++) {
    await play(tick(ports, guardianPorts));
    await time.run(time.now + 2 * limits.pageAgainMs, () => undefined);
  }
  assert.deepEqual([sent.length, told.length], [0, 1]);
  assert.match(
    told[0] ?? "",
    /green still has 25 %: nobody answered until .*, and it is held until somebody does/,
  );
});
