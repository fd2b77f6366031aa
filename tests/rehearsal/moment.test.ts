import assert from "node:assert/strict";
import { test } from "node:test";
import { strikeAt } from "../../rehearsal/drills/moment.ts";

type Heard = Parameters<Parameters<typeof strikeAt>[0]["stage"]["aws"]["onCall"]>[0];

/** An `up` of which calls are heard as they are told to be. */
function under() {
  const listeners = new Set<Heard>();
  const end = Promise.withResolvers<never>();
  end.promise.catch(() => undefined);
  const onCall = (hear: Heard) => {
    listeners.add(hear);
    return () => listeners.delete(hear);
  };
  const play = { pause: async () => undefined, stage: { aws: { onCall } } };
  const call = (service: string, operation: string) => {
    for (const when of ["before", "after"])
      for (const hear of listeners) hear({ service, operation, when } as Parameters<Heard>[0]);
  };
  return {
    play: play as unknown as Parameters<typeof strikeAt>[0],
    operator: { over: false, done: end.promise },
    call,
    end: () => end.reject(new Error("over")),
    heardBy: () => listeners.size,
  };
}

test("a strike at a call counts those to the balancer and the record, each before and after", async () => {
  const { play, operator, call, heardBy } = under();
  let struck = 0;
  const how = strikeAt(play, operator, { call: 3 }, () => ++struck > 0);
  call("ecs", "UpdateService");
  call("dynamodb", "GetItem");
  assert.equal(struck, 0);
  call("elasticloadbalancing", "ModifyRule");
  assert.equal(struck, 1, "struck in the call itself");
  assert.equal(await how, "before ModifyRule");
  assert.equal(heardBy(), 0);
});

test("a strike at a write hears nothing of what only reads", async () => {
  const { play, operator, call } = under();
  const how = strikeAt(play, operator, { write: 2 }, () => true);
  for (const reads of ["GetItem", "Query"]) call("dynamodb", reads);
  call("elasticloadbalancing", "DescribeRules");
  call("dynamodb", "PutItem");
  assert.equal(await how, "after PutItem");
});

test("an up that ends before its moment is not struck", async () => {
  const { play, operator, end, heardBy } = under();
  const never = () => assert.fail("struck");
  const how = strikeAt(play, operator, { call: 1 }, never);
  end();
  assert.equal(await how, null);
  assert.equal(heardBy(), 0);
  assert.equal(await strikeAt(play, { ...operator, over: true }, { ms: 60_000 }, () => false), null);
});
