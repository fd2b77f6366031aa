import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { type TestContext, test } from "node:test";
import fc from "fast-check";
import { backOffMs, shortBackOffMs } from "../../domain/back-off.ts";
import { limits } from "../../domain/limits.ts";
import { makeClients } from "../../rollout/aws/clients.ts";
import { makeStore } from "../../rollout/record/store.ts";
import { makeGate } from "../../rollout/run/gate.ts";
import { withRetries, urgently } from "../../rollout/run/retry.ts";
import { quiet, up } from "./quiet.ts";

test("no wait is longer than 2 s, and none in a rollback than half a second or than elsewhere", () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 40 }),
      fc.double({ min: 0, max: 1, noNaN: true }),
      (tries, random) => {
        const [usual, short] = [backOffMs(tries, random), shortBackOffMs(tries, random)];
        assert.ok(0 <= short && short <= usual && usual <= 2_000 && short <= 500);
      },
    ),
  );
});

test("a call in a rollback is tried twice as often as another, with half a second between at most", async () => {
  const took = await Promise.all(
    [withRetries, urgently].map(async (insist) => {
      const { ports, time, play } = quiet();
      const start = time.now;
      let tries = 0;
      const refused = () => {
        tries++;
        return Promise.reject(new Error("Rate exceeded"));
      };
      await assert.rejects(play(insist({ ...ports, random: () => 1 }, refused)), /Rate exceeded/);
      return { tries, ms: time.now - start };
    }),
  );
  assert.deepEqual(took, [
    { tries: limits.callTries, ms: 200 + 400 + 800 + 1_600 + 2_000 },
    { tries: limits.urgentTries, ms: 200 + 400 + 9 * 500 },
  ]);
});

/** An AWS that refuses so many calls and then answers with what is given. Returns how many came. */
async function refusing(
  t: TestContext,
  times: number,
  answer: object,
): Promise<{ readonly came: () => number }> {
  let came = 0;
  const aws = createServer((request, response) => {
    request.resume();
    const refused = came++ < times;
    response.writeHead(refused ? 400 : 200, { "content-type": "application/x-amz-json-1.0" });
    const refusal = { __type: "com.amazonaws#AccessDeniedException", message: "not for you" };
    response.end(JSON.stringify(refused ? refusal : answer));
  });
  await once(aws.listen(0, "127.0.0.1"), "listening");
  const before = { ...process.env };
  Object.assign(process.env, {
    AWS_ENDPOINT_URL: `http://127.0.0.1:${(aws.address() as AddressInfo).port}`,
    AWS_ACCESS_KEY_ID: "test",
    AWS_SECRET_ACCESS_KEY: "test",
  });
  t.after(() => {
    process.env = before;
    aws.closeAllConnections();
    aws.close();
  });
  return { came: () => came };
}

test("what AWS refuses is told with the operation that was refused", async (t) => {
  const { came } = await refusing(t, 1, {});
  const clients = makeClients({ region: "us-east-1" });
  t.after(() => clients.close());
  await assert.rejects(makeStore(clients.dynamodb, "hub-switch", "test").read(), {
    name: "AccessDeniedException",
    message: "GetItem: not for you",
  });
  assert.equal(came(), 1, "no other try makes it allowed");
});

test("a gate that could not read its secret reads it at the next look", async (t) => {
  await refusing(t, 1, { SecretString: "0123456789abcdef0123456789abcdef" });
  const inputs = up(100).inputs;
  const hub = { ...inputs.hub, signingSecret: "hub/signing" };
  const plan = { ...inputs.plan, candidateGate: [] };
  const gate = makeGate({ ...inputs, hub, plan }, {}, () => undefined);
  t.after(() => gate.close());
  const look = () => gate.candidate("green", true, new AbortController().signal);
  await assert.rejects(look(), { name: "AccessDeniedException" });
  assert.equal((await look()).verdict, "inconclusive", "it was asked for no check");
});
