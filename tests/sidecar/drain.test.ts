import assert from "node:assert/strict";
import { once } from "node:events";
import { type IncomingMessage, type ServerResponse, get } from "node:http";
import test, { type TestContext } from "node:test";
import fc from "fast-check";
import { header } from "../../domain/telemetry.ts";
import { pinUrl } from "../../sidecar/affinity/pin.ts";
import { Drain, Pace } from "../../sidecar/drain/drain.ts";
import { type Flag, flagReader } from "../../sidecar/drain/flag.ts";
import { Protection } from "../../sidecar/drain/protection.ts";
import { Sessions } from "../../sidecar/drain/sessions.ts";
import { type Stream, Streams, graceMs, sliceMs } from "../../sidecar/drain/streams.ts";
import { drains, endBy, key, listen, startSidecar } from "./kit.ts";

test("streams close evenly: the largest second is at most twice the average, for any number and time", () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 5_000 }), fc.integer({ min: 2, max: 120 }), (sessions, seconds) => {
      const pace = new Pace();
      let open = sessions;
      const closed = Array.from({ length: seconds + 1 }, () => 0);
      for (let at = 0; at <= seconds * 1_000; at += sliceMs) {
        const due = pace.due(open, at, seconds * 1_000);
        open -= due;
        closed[Math.floor(at / 1_000)]! += due;
      }
      assert.equal(open, 0);
      // A second can't close part of a stream: below one a second, one is as even as it gets.
      const average = sessions / seconds;
      assert.ok(Math.max(...closed) <= Math.max(2 * average, average + 1), closed.join(" "));
    }),
  );
});

/** A response that keeps what was written to it. */
function fakeResponse(needsDrain = false) {
  const written: string[] = [];
  const response = {
    writableNeedDrain: needsDrain,
    get writableEnded() {
      return written.some((text) => text.endsWith("END"));
    },
    write: (text: string) => written.push(text) > 0,
    end: (text?: string) => written.push(`${text ?? ""}END`),
  };
  return { response: response as unknown as ServerResponse, written };
}
const streamOf = (response: ServerResponse, more: Partial<Stream> = {}): Stream => ({
  kind: "session",
  session: "s",
  response,
  between: true,
  openedAt: 0,
  lastSentAt: 0,
  lastWords: () => "",
  closing: () => undefined,
  ...more,
});

test("an idle stream gets a comment, one within an event or with a slow receiver does not", () => {
  const streams = new Streams(new Sessions({ now: () => 0, idleMs: 1_000 }));
  const [idle, within, slow, call] = [fakeResponse(), fakeResponse(), fakeResponse(true), fakeResponse()];
  streams.add(streamOf(idle.response));
  streams.add(streamOf(within.response, { between: false }));
  streams.add(streamOf(slow.response));
  streams.add(streamOf(call.response, { kind: "call" }));
  assert.equal(streams.sessions, 3);
  for (let now = 1_000; now <= 45_000; now += 1_000) streams.beat(now, 15_000);
  assert.deepEqual(idle.written, [":\n\n", ":\n\n", ":\n\n"]);
  assert.deepEqual(call.written, idle.written);
  assert.deepEqual([within.written, slow.written], [[], []]);
});

test("a busy session is closed last: with its call's answer, or when the grace after the deadline is over", () => {
  const deadline = 2 * sliceMs;
  for (const answered of [true, false]) {
    const streams = new Streams(new Sessions({ now: () => 0, idleMs: 1_000 }));
    const [busy, idle] = [fakeResponse(), fakeResponse()];
    streams.add(streamOf(busy.response, { session: "busy" }));
    streams.add(streamOf(idle.response, { session: "idle", lastSentAt: 9 }));
    let waits = true;
    const isBusy = (session: string) => waits && session === "busy";
    streams.closeSome(0, endBy(deadline), isBusy);
    streams.closeSome(sliceMs, endBy(deadline), isBusy);
    assert.deepEqual([busy.written.length, idle.written], [0, ["retry: 100\n\nEND"]]);
    for (let now = deadline; now < deadline + graceMs; now += sliceMs)
      streams.closeSome(now, endBy(deadline), isBusy);
    assert.equal(busy.written.length, 0, "its answer is still to come");
    if (answered) waits = false;
    streams.closeSome(answered ? deadline + sliceMs : deadline + graceMs, endBy(deadline), isBusy);
    assert.deepEqual(busy.written, ["retry: 100\n\nEND"]);
  }
});

test("a stream stays while a message for its session is arriving", () => {
  const sessions = new Sessions({ now: () => 0, idleMs: 1_000 });
  const streams = new Streams(sessions);
  const { response, written } = fakeResponse();
  streams.add(streamOf(response, { session: "asking" }));
  streams.arriving("asking");
  streams.closeSome(0, endBy(2 * sliceMs), () => false);
  streams.closeSome(2 * sliceMs - 1, endBy(2 * sliceMs), () => false);
  assert.deepEqual(written, []);
  streams.arrived("asking");
  streams.closeSome(2 * sliceMs, endBy(2 * sliceMs), () => false);
  assert.deepEqual(written, ["retry: 100\n\nEND"]);
  assert.equal(sessions.hasEnded("asking"), true);
});

test("a message for a session whose stream was closed hears so, though the hub has not noticed", async (t) => {
  const posted: string[] = [];
  const hub = await listen(t, (request, response) => {
    if (request.method === "POST") {
      posted.push(request.url ?? "");
      response.writeHead(202).end();
      return;
    }
    response.writeHead(200, { "content-type": "text/event-stream" });
    response.write("event: endpoint\ndata: /messages?sessionId=one\n\n");
  });
  let deadline: number | null = null;
  const { url } = await startSidecar(t, { hub: hub.port, readFlag: drains(() => deadline) });
  const stream = await fetch(`${url}/mcp`);
  const reader = stream.body!.pipeThrough(new TextDecoderStream()).getReader();
  const endpoint = /data: (.*)/.exec((await reader.read()).value ?? "")?.[1];
  const post = () => fetch(`${url}${endpoint}`, { method: "POST", body: "{}" }).then(({ status }) => status);
  assert.equal(await post(), 202);
  deadline = Date.now();
  for (let ended = false; !ended;) ended = (await reader.read()).done;
  assert.equal(await post(), 404);
  assert.equal(posted.length, 1);
});

test("a flag that can't be read ends no drain and refuses nobody", async () => {
  let flag = drains(() => 5_000);
  const said: string[] = [];
  const drain = new Drain({ readFlag: () => flag(), now: () => 0, log: (text) => said.push(text) });
  assert.equal(await drain.refuses(), false);
  await drain.look();
  assert.equal(await drain.refuses(), true);
  flag = () => Promise.reject(new Error("no answer"));
  assert.equal(await drain.look(), false);
  assert.equal(drain.deadline, 5_000, "what is open still ends by then");
  assert.equal(await drain.refuses(), false, "who is sent here comes for a reason");
  assert.match(said.join(), /no answer/);
  drain.stop(4_000);
  assert.equal(await drain.refuses(), true);
});

test("a new session is refused only for what the flag says after it came", async () => {
  const looks: ((deadline: number | null) => void)[] = [];
  const readFlag = () =>
    new Promise<Flag>((resolve) => void looks.push((slot) => resolve({ slot, leaving: null })));
  const drain = new Drain({ readFlag, now: () => 0, log: () => undefined });
  const first = drain.look();
  looks[0]!(5_000);
  await first;
  const early = drain.refuses();
  // The look for the early one is under way: what it reads may be older than those who come now.
  const late = [drain.refuses(), drain.refuses()];
  looks[1]!(5_000);
  assert.equal(await early, true);
  assert.equal(looks.length, 3, "one more look for all who came during the last");
  looks[2]!(null);
  assert.deepEqual(await Promise.all(late), [false, false]);
  assert.equal(await drain.refuses(), false);
  assert.equal(looks.length, 3, "a slot that takes sessions waits for nothing");
});

test("a slot that is sent traffic again takes its first session, however lately it refused one", async (t) => {
  const hub = await slowHub(t);
  let deadline: number | null = Date.now() + 60_000;
  const { url } = await startSidecar(t, {
    hub: hub.port,
    readFlag: drains(() => deadline),
    settings: { flagMs: 50 },
  });
  for (let refused = false; !refused;) {
    const answer = await openStream(url);
    refused = answer.statusCode === 503;
    answer.destroy();
  }
  // As a way back does it: the flag first, then the rule.
  deadline = null;
  const answer = await openStream(url);
  answer.destroy();
  assert.equal(answer.statusCode, 200);
});

/** Makes the server at this port the AWS of this process. */
function recordAt(t: TestContext, port: number): void {
  const before = { ...process.env };
  t.after(() => (process.env = before));
  Object.assign(process.env, {
    AWS_REGION: "us-east-1",
    AWS_ENDPOINT_URL: `http://127.0.0.1:${port}`,
    AWS_ACCESS_KEY_ID: "none",
    AWS_SECRET_ACCESS_KEY: "none",
  });
}

test("a look at a record that does not answer ends, and so does the waiting for it", async (t) => {
  const silent = await listen(t, () => undefined);
  recordAt(t, silent.port);
  const read = flagReader({ flag: { table: "t", key: "k" }, slot: "blue", release: "r" });
  await assert.rejects(read(), /abort|timeout/i);
});

test("a look at a record goes on while AWS throttles it", async (t) => {
  let left = 6;
  const record = await listen(t, (request, response) => {
    request.resume();
    const throttled = left-- > 0;
    response.writeHead(throttled ? 400 : 200, { "content-type": "application/x-amz-json-1.0" });
    response.end(
      JSON.stringify(
        throttled
          ? { __type: "com.amazonaws.dynamodb.v20120810#ThrottlingException", message: "Rate exceeded" }
          : { Item: { drain: { M: { blue: { S: "2026-01-01T00:00:00Z" } } } } },
      ),
    );
  });
  recordAt(t, record.port);
  const read = flagReader({ flag: { table: "t", key: "k" }, slot: "blue", release: "r" });
  assert.deepEqual(await read(), { slot: Date.UTC(2026, 0, 1), leaving: null });
});

test("a record's copy that is behind drains nobody, and keeps nobody out once the drain is over", async (t) => {
  const at = "2026-01-01T00:00:00Z";
  const flag = { record: "", copy: "" };
  const asked: boolean[] = [];
  const record = await listen(t, async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const { ConsistentRead: isConsistent } = JSON.parse(Buffer.concat(chunks).toString()) as {
      ConsistentRead: boolean;
    };
    asked.push(isConsistent);
    response.writeHead(200, { "content-type": "application/x-amz-json-1.0" });
    const blue = { S: isConsistent ? flag.record : flag.copy };
    response.end(JSON.stringify({ Item: { drain: { M: { blue } } } }));
  });
  recordAt(t, record.port);
  const read = flagReader({ flag: { table: "t", key: "k" }, slot: "blue", release: "r" });
  const look = async (of: Partial<typeof flag>) => {
    Object.assign(flag, of);
    asked.length = 0;
    const { slot } = await read();
    return [slot !== null, ...asked];
  };
  assert.deepEqual(await look({}), [false, false], "nothing drains: the cheap read alone");
  assert.deepEqual(await look({ record: at }), [false, false], "the next look will see it");
  assert.deepEqual(await look({ copy: at }), [true, false, true]);
  assert.deepEqual(await look({ copy: "" }), [true, true], "a copy that is behind ends no drain");
  assert.deepEqual(await look({ record: "", copy: at }), [false, true], "nor does one begin it anew");
  assert.deepEqual(await look({}), [false, false, true]);
  assert.deepEqual(await look({ copy: "" }), [false, false]);
});

/** Scale-in protection by an agent at this port, with a clock that stands, and what it says. */
function protectionBy(port: number) {
  const clock = { now: 0 };
  const said: string[] = [];
  const protection = new Protection({
    agentUri: `http://127.0.0.1:${port}`,
    now: () => clock.now,
    log: (text) => said.push(text),
  });
  return { protection, said, clock };
}

test("scale-in protection is set with the first session, renewed, and cleared", async (t) => {
  const asked: unknown[] = [];
  const { port } = await listen(t, async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    asked.push(JSON.parse(Buffer.concat(chunks).toString()));
    response.statusCode = asked.length === 1 ? 500 : 200;
    response.end("{}");
  });
  const { protection, said, clock } = protectionBy(port);
  await protection.update(false);
  assert.equal(asked.length, 0);
  await protection.update(true);
  assert.match(said.join(), /answered 500/);
  for (clock.now = 2_000; clock.now < 300_000; clock.now += 2_000) await protection.update(true);
  await protection.update(false);
  await protection.update(false);
  const on = { ProtectionEnabled: true, ExpiresInMinutes: 10 };
  assert.deepEqual(asked, [on, on, on, { ProtectionEnabled: false }]);
});

test("a protection that ECS refuses with a status of 200 is none: it is told once, and asked for again", async (t) => {
  let refused = true;
  let asked = 0;
  const { port } = await listen(t, (_request, response) => {
    asked++;
    const failure = { Arn: "arn:task", Detail: null, Reason: "DEPLOYMENT_BLOCKED" };
    response.end(JSON.stringify(refused ? { failure } : { protection: { ProtectionEnabled: true } }));
  });
  const { protection, said, clock } = protectionBy(port);
  for (; clock.now < 10_000; clock.now += 2_000) await protection.update(true);
  assert.deepEqual([asked, said], [5, ["scale-in protection could not be set: DEPLOYMENT_BLOCKED"]]);
  refused = false;
  for (; clock.now < 20_000; clock.now += 2_000) await protection.update(true);
  assert.equal(asked, 6);
});

/** A hub with SSE streams and calls that end when they are told to. */
async function slowHub(t: TestContext) {
  const calls: ServerResponse[] = [];
  const hub = await listen(t, (request, response) => {
    if (request.url === "/api/health") return response.end('{"state":"ready"}');
    if (request.method === "POST") return void calls.push(response);
    response.writeHead(200, { "content-type": "text/event-stream" });
    return response.write("event: endpoint\ndata: /messages?sessionId=a\n\n");
  });
  return { port: hub.port, calls };
}

function openStream(url: string): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    get(`${url}/mcp`, (answer) => {
      answer.resume();
      resolve(answer);
    }).on("error", reject);
  });
}

test("SIGTERM: health stays green, new sessions go to the peer, calls in flight finish, streams end", async (t) => {
  const hub = await slowHub(t);
  const peer = await startSidecar(t, { hub: (await slowHub(t)).port });
  const { sidecar, url, port } = await startSidecar(t, { hub: hub.port, settings: { stopMs: 1_500 } });
  const home = { slot: "blue", task: `127.0.0.1:${port}` };
  const call = (at: string) =>
    fetch(at + pinUrl("/messages?sessionId=a", home, key, "/messages"), { method: "POST", body: "{}" });
  const inFlight = call(url);
  const viaPeer = call(peer.url);
  while (hub.calls.length < 2) await new Promise((resolve) => setTimeout(resolve, 5));
  const stream = await openStream(url);
  const stopped = sidecar.stop();
  assert.equal((await fetch(`${url}/.health`)).status, 200);
  const refused = await fetch(`${url}/mcp`);
  assert.deepEqual([refused.status, refused.headers.get("retry-after")], [503, "1"]);
  assert.ok(
    refused.headers.has(header.refused),
    "whoever probes the slot is told that the hub was never asked",
  );
  // A pin of the peer's tells where it is.
  const other = { slot: "blue", task: `127.0.0.1:${peer.port}` };
  const left = new AbortController();
  void fetch(url + pinUrl("/messages?sessionId=b", other, key, "/messages"), {
    method: "POST",
    body: "{}",
    signal: left.signal,
  }).catch(() => {});
  await new Promise((resolve) => setTimeout(resolve, 50));
  const moved = await openStream(url);
  assert.equal(moved.headers[header.task], other.task);
  moved.destroy();
  left.abort();
  for (const response of hub.calls) response.end("done");
  assert.equal(await (await inFlight).text(), "done");
  assert.equal(await (await viaPeer).text(), "done");
  if (!stream.readableEnded) await once(stream, "end");
  await stopped;
});

test("bytes wait for a slow reader instead of filling memory", async (t) => {
  let sent = 0;
  const size = 32 * 1024 * 1024;
  const { port } = await listen(t, (_request, response) => {
    response.writeHead(200, { "content-type": "text/event-stream" });
    const chunk = Buffer.from(`: ${"x".repeat(65_533)}\n\n`);
    const more = (): void => {
      while (sent < size) {
        sent += chunk.length;
        if (!response.write(chunk)) return void response.once("drain", more);
      }
      response.end();
    };
    more();
  });
  const { url } = await startSidecar(t, { hub: port });
  const answer = await new Promise<IncomingMessage>((resolve) => void get(`${url}/mcp`, resolve));
  answer.pause();
  let before = -1;
  while (before !== sent) {
    before = sent;
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
  assert.ok(sent < size / 2, `${sent} bytes left the hub while nobody read`);
  let got = 0;
  for await (const chunk of answer) got += (chunk as Buffer).length;
  assert.ok(got >= size, `${got} bytes arrived`);
});

test("a call that waits on an SSE session's stream hears the stream's end under its own id", async (t) => {
  let came = 0;
  const hub = await listen(t, (request, response) => {
    if (request.method === "POST") {
      came++;
      response.writeHead(202).end();
      return;
    }
    response.writeHead(200, { "content-type": "text/event-stream" });
    response.write("event: endpoint\ndata: /messages?sessionId=one\n\n");
  });
  let deadline: number | null = null;
  const { url } = await startSidecar(t, { hub: hub.port, readFlag: drains(() => deadline) });
  const reader = (await fetch(`${url}/mcp`)).body!.pipeThrough(new TextDecoderStream()).getReader();
  const endpoint = /data: (.*)/.exec((await reader.read()).value ?? "")?.[1];
  for (const id of [7, "seven"])
    await fetch(`${url}${endpoint}`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ jsonrpc: "2.0", id, method: "tools/call", params: { name: "slow" } }),
    });
  assert.equal(came, 2);
  deadline = Date.now() - graceMs;
  let text = "";
  for (let part = await reader.read(); !part.done; part = await reader.read()) text += part.value;
  const errors = [...text.matchAll(/^data: (.*)$/gm)].map(([, data = ""]) => JSON.parse(data) as object);
  const message = "The server ends this connection before its answer";
  assert.deepEqual(
    errors,
    [7, "seven"].map((id) => ({ jsonrpc: "2.0", id, error: { code: -32_000, message } })),
  );
});
