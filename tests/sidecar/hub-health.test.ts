import assert from "node:assert/strict";
import test from "node:test";
import { listen, startSidecar } from "./kit.ts";
import { saidIn } from "./lines.ts";

test("the health check is the hub's own word, and why it is not ready is said once for each change", async (t) => {
  let says = '{"state":"starting",\n"server_id":"hub"}';
  let status = 200;
  const hub = await listen(t, (_request, response) =>
    response.writeHead(status, { "content-type": "application/json", "x-secret": "s3cret" }).end(says),
  );
  const { url, lines } = await startSidecar(t, { hub: hub.port });
  const ask = async () => {
    const answer = await fetch(`${url}/.health`);
    return [answer.status, ((await answer.json()) as { status: string }).status];
  };
  const starting = [503, 'the hub is not ready: its state is "starting"'];
  assert.deepEqual([await ask(), await ask()], [starting, starting]);
  says = '{"state":"ready"}';
  assert.deepEqual(
    [await ask(), await ask()],
    [
      [200, "ready"],
      [200, "ready"],
    ],
  );
  status = 500;
  says = "x".repeat(5_000);
  assert.equal((await ask())[0], 503);
  hub.server.close();
  hub.server.closeAllConnections();
  assert.equal((await ask())[0], 503);
  const said = saidIn(lines);
  assert.deepEqual(said.slice(0, 2), [
    'the hub is not ready: its state is "starting"; its answer begins: {"state":"starting", "server_id":"hub"}',
    "the hub is ready",
  ]);
  assert.match(said[2]!, /^the hub is not ready: it answered HTTP 500; its answer begins: x{199}…$/);
  assert.match(said[3]!, /^the hub is not ready: it does not answer at \/api\/health: /);
  assert.equal(said.length, 4);
  assert.ok(!said.join("").includes("s3cret"));
});

test("a hub's own rule for being ready holds for the health check as well", async (t) => {
  let says = '{"state":"ready"}';
  const hub = await listen(t, (_request, response) => response.end(says));
  const { url } = await startSidecar(t, { hub: hub.port, settings: { ready: { path: "mcpEndpoint" } } });
  const status = async () => (await fetch(`${url}/.health`)).status;
  assert.equal(await status(), 503);
  says = '{"state":"ready","mcpEndpoint":{}}';
  assert.equal(await status(), 200);
});

test("a health answer that never ends is judged by what came of it", async (t) => {
  const hub = await listen(t, (_request, response) => {
    const more = () => {
      while (!response.destroyed && response.write("ok ".repeat(10_000)));
      if (!response.destroyed) response.once("drain", more);
    };
    more();
  });
  const { url } = await startSidecar(t, { hub: hub.port });
  assert.equal((await fetch(`${url}/.health`)).status, 200);
});
