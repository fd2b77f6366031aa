import assert from "node:assert/strict";
import { test } from "node:test";
import { limits } from "../../domain/limits.ts";
import { leaseHeld } from "../../domain/record.ts";
import { tick } from "../../rollout/guardian/tick.ts";
import type { Ports } from "../../rollout/run/ports.ts";
import { blue, expired, guardian } from "./guardian-kit.ts";
import { quiet } from "./quiet.ts";

const functionMs = 50_000;

/** A guardian over an abandoned rollout that is ended `functionMs` after it was called, and what it told at which moment. */
function called(functionMsGiven = functionMs) {
  const made = guardian(expired(quiet().time.now));
  const { time } = made;
  const endsAt = time.now + functionMsGiven;
  const told: { readonly at: number; readonly text: string }[] = [];
  const guardianPorts = {
    ...made.guardianPorts,
    left: () => endsAt - time.now,
    page: async (subject: string, text: string) =>
      void told.push({ at: time.now, text: `${subject}: ${text}` }),
  };
  return { ...made, guardianPorts, told, endsAt };
}

const three = ["10.0.0.1", "10.0.0.2", "10.0.0.3"];

/** A balancer nobody can reach: each request ends after 5 s, as a real one does. */
function unreachable({ time }: ReturnType<typeof called>, asked: number[] = []): Ports["traffic"] {
  return {
    namesSlots: true,
    addresses: async () => three,
    async ask(_address, signal) {
      asked.push(time.now);
      await time.sleep(5_000, signal);
      throw new Error("no answer within 5 s");
    },
  };
}

test("three unreachable addresses: the traffic is home, a person is told first, and the lease is back before the function ends", async () => {
  const at = called();
  const asked: number[] = [];
  const look: typeof at.guardianPorts.look = async (of) => {
    await at.time.sleep(20_000);
    return at.guardianPorts.look(of);
  };
  const ports = { ...at.ports, traffic: unreachable(at, asked) };
  const decided = await at.play(tick(ports, { ...at.guardianPorts, look }));
  assert.equal(decided?.kind, "rollback");
  assert.deepEqual(at.model.rule?.weights, blue);
  assert.ok(at.time.now <= at.endsAt - limits.guardianReserveMs, `${at.endsAt - at.time.now} ms are left`);
  assert.equal(at.model.item?.record.lease, null);
  const [first, second] = at.told;
  assert.match(first?.text ?? "", /^Traffic was rolled back: .*The balancer has blue 100 · green 0 now\.$/);
  assert.ok((first?.at ?? Infinity) <= (asked[0] ?? 0), "it was proved before anybody was told");
  assert.match(second?.text ?? "", /^A rollback is not seen in traffic: .*10\.0\.0\.3 failed \(no answer/);
});

test("a proof has what is left: with 12 s nothing is asked for long, and the record is written all the same", async () => {
  const at = called(12_000);
  await at.play(tick({ ...at.ports, traffic: unreachable(at) }, at.guardianPorts));
  assert.ok(at.time.now < at.endsAt - limits.guardianReserveMs);
  assert.deepEqual([at.model.rule?.weights, at.model.item?.record.lease], [blue, null]);
  assert.match(at.told[1]?.text ?? "", /no answer in the time that was left/);
});

test("a topic that takes no page holds up neither the proof nor the lease", async () => {
  const at = called();
  const page = () => new Promise<never>(() => undefined);
  await assert.rejects(
    at.play(tick(at.ports, { ...at.guardianPorts, page })),
    /the time of this tick is over/,
  );
  assert.deepEqual([at.model.rule?.weights, at.model.item?.record.lease], [blue, null]);
  assert.ok(at.time.now < at.endsAt);
});

test("a rule change that hangs is given up with the tick, nothing is sent afterwards, and the lease has ended", async () => {
  const at = called();
  let sent = 0;
  const modify = () => {
    sent++;
    return at.ports.clock.sleep(limits.modifyTimeoutMs).then(() => {
      throw new Error("no answer");
    });
  };
  const ports = { ...at.ports, rule: { ...at.ports.rule, modify } };
  await assert.rejects(at.play(tick(ports, at.guardianPorts)), { name: "OutOfTime" });
  assert.ok(at.time.now < at.endsAt, "the function was ended from outside");
  const record = at.model.item?.record;
  assert.ok(record?.lease, "whoever comes next hears that it was not seen to its end");
  assert.equal(leaseHeld(record, at.time.now), null);
  const before = sent;
  await at.play(at.time.sleep(300_000));
  assert.equal(sent, before);
});

test("what stopped a tick's work holds up nobody for the rest of its lease", async () => {
  const start = quiet().time.now;
  const retirement = { colour: "green", stage: "warm", since: start - 60_000, deadline: start - 1 } as const;
  const { ports, guardianPorts, model, time, play } = guardian({ retirement });
  const capacity = { ...ports.capacity, settle: () => new Promise<never>(() => undefined) };
  await assert.rejects(play(tick({ ...ports, capacity }, guardianPorts)), { name: "OutOfTime" });
  const record = model.item?.record;
  assert.ok(record);
  assert.deepEqual([leaseHeld(record, time.now), record.retirement], [null, retirement]);
});

test("what a stopped tick still had in mind is not begun: a lease whose work was not seen to its end is not given back as done", async () => {
  const at = called();
  const capacity = { ...at.ports.capacity, raise: () => new Promise<never>(() => undefined) };
  await assert.rejects(at.play(tick({ ...at.ports, capacity }, at.guardianPorts)), { name: "OutOfTime" });
  const record = at.model.item?.record;
  assert.ok(record?.lease, "it was written after the time was over");
  assert.equal(leaseHeld(record, at.time.now), null);
});
