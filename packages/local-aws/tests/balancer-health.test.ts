import "reaper/children";
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { connect } from "node:net";
import { createInterface } from "node:readline";
import { test, type TestContext } from "node:test";
import type { Target, TargetGroup } from "../src/balancer/types.ts";
import {
  ask,
  forward,
  freePort,
  group,
  listener,
  openStream,
  serve,
  setup,
  startRawTarget,
  startTarget,
  until,
} from "./balancer-kit.ts";

const checked: Partial<TargetGroup> = {
  healthCheck: { ...group("any").healthCheck, enabled: true, unhealthyThreshold: 3, healthyThreshold: 2 },
};

/** A target whose health can be switched; counts the checks it answered. */
async function switchable(t: TestContext) {
  const state = { status: 200, checks: 0, agents: new Set<string>() };
  const target = await startTarget(t, (request, response) => {
    if (request.url === "/health") {
      state.checks++;
      state.agents.add(request.headers["user-agent"] ?? "");
      response.statusCode = state.status;
    }
    response.end("ok");
  });
  return { ...target, state };
}

test("a new target is initial until its first check passes; then only as many failures in a row as the threshold count", async (t) => {
  const target = await switchable(t);
  const { balancer, clock } = await serve(t, [target], checked);
  const state = (): string | undefined => balancer.targetHealth("group")[0]?.state;
  const next = async (ms = 10_000): Promise<void> => {
    const checks = (): number => balancer.targetHealth("group")[0]?.checks ?? 0;
    const before = checks();
    clock.advance(ms);
    await until(() => checks() > before);
  };
  assert.equal(state(), "initial");
  assert.equal(balancer.targetHealth("group")[0]?.reason, "Elb.RegistrationInProgress");
  await next(0);
  assert.equal(state(), "healthy");
  assert.deepEqual([...target.state.agents], ["ELB-HealthChecker/2.0"]);
  target.state.status = 500;
  await next();
  await next();
  target.state.status = 200;
  await next();
  target.state.status = 503;
  await next();
  await next();
  assert.equal(state(), "healthy", "never three failures in a row so far");
  await next();
  assert.equal(state(), "unhealthy");
  const health = balancer.targetHealth("group")[0];
  assert.equal(health?.reason, "Target.ResponseCodeMismatch");
  assert.equal(health?.description, "Health checks failed with these codes: [503]");
  assert.equal(health?.since, clock.now());
  target.state.status = 200;
  await next();
  assert.equal(state(), "unhealthy", "one pass is not enough to come back");
  await next();
  assert.equal(state(), "healthy");
});

test("a check that times out and one that is refused say so", async (t) => {
  const silent = await startRawTarget(t, () => {});
  const refused = { id: "127.0.0.1", port: await freePort() };
  const { balancer, clock } = await serve(t, [silent, refused], {
    healthCheck: { ...group("any").healthCheck, enabled: true, unhealthyThreshold: 1 },
  });
  clock.advance(0);
  await until(() => balancer.targetHealth("group")[1]?.state === "unhealthy");
  clock.advance(4_999);
  assert.equal(balancer.targetHealth("group")[0]?.state, "initial");
  clock.advance(1);
  const [first, second] = balancer.targetHealth("group");
  assert.deepEqual(
    [first?.state, first?.reason, first?.description],
    ["unhealthy", "Target.Timeout", "Request timed out"],
  );
  assert.deepEqual(
    [second?.reason, second?.description],
    ["Target.FailedHealthChecks", "Health checks failed"],
  );
});

test("sped up checks come sooner, and one that takes longer than the interval still counts", async (t) => {
  const silent = await startRawTarget(t, () => {});
  const target = await switchable(t);
  const { balancer, clock } = await serve(
    t,
    [silent, target],
    { healthCheck: { ...group("any").healthCheck, enabled: true, unhealthyThreshold: 2 } },
    { healthCheckSpeedup: 100 },
  );
  const checks = (): number[] => balancer.targetHealth("group").map((health) => health.checks);
  clock.advance(0);
  await until(() => checks()[1] === 1);
  clock.advance(100);
  await until(() => checks()[1] === 2);
  assert.equal(checks()[0], 0);
  clock.advance(1_900);
  assert.equal(checks()[0], 1, "timed out after 2 s, which no speeding up shortens");
  clock.advance(1);
  clock.advance(2_000);
  assert.equal(balancer.targetHealth("group")[0]?.state, "unhealthy");
});

test("the matcher decides which status codes are healthy, and a senseless one is refused", async (t) => {
  const target = await switchable(t);
  target.state.status = 404;
  const { balancer, clock } = await serve(t, [target], {
    healthCheck: { ...group("any").healthCheck, enabled: true, matcher: "200-299,404" },
  });
  clock.advance(0);
  await until(() => balancer.targetHealth("group")[0]?.state === "healthy");
  assert.throws(
    () =>
      balancer.putTargetGroup(group("bad", { healthCheck: { ...group("any").healthCheck, matcher: "2xx" } })),
    /"2xx" is not a matcher/,
  );
});

test("a group that no rule names is unused and not checked; at weight 0 it is checked", async (t) => {
  const target = await switchable(t);
  const { balancer, clock } = setup(t);
  balancer.putTargetGroup(group("green", checked));
  balancer.registerTarget("green", target);
  clock.advance(60_000);
  const unused = balancer.targetHealth("green")[0];
  assert.deepEqual([unused?.state, unused?.reason, target.state.checks], ["unused", "Target.NotInUse", 0]);
  await balancer.openListener(listener([], { defaultAction: forward(["green", 0], ["blue", 100]) }));
  clock.advance(0);
  await until(() => balancer.targetHealth("green")[0]?.state === "healthy");
  balancer.updateListener(listener([], { defaultAction: forward(["blue", 100]) }));
  assert.equal(balancer.targetHealth("green")[0]?.state, "unused");
});

test("unhealthy targets get nothing while one is healthy; when all are unhealthy all get traffic", async (t) => {
  const good = await switchable(t);
  const bad = await switchable(t);
  bad.state.status = 500;
  const { balancer, clock, port, log } = await serve(t, [good, bad], {
    healthCheck: { ...group("any").healthCheck, enabled: true, unhealthyThreshold: 1 },
  });
  clock.advance(0);
  await until(() => balancer.targetHealth("group").every((health) => health.state !== "initial"));
  for (let i = 0; i < 6; i++) await ask(port, "/");
  assert.ok(log.every((entry) => entry.target?.port === good.port && entry.failOpen === undefined));
  good.state.status = 500;
  clock.advance(10_000);
  await until(() => balancer.targetHealth("group").every((health) => health.state === "unhealthy"));
  for (let i = 0; i < 6; i++) assert.equal((await ask(port, "/")).status, 200);
  await until(() => log.length === 12);
  const after = log.slice(6);
  assert.deepEqual(new Set(after.map((entry) => entry.target?.port)), new Set([good.port, bad.port]));
  assert.ok(after.every((entry) => entry.failOpen));
});

test("requests go round in turn, or to whom the fewest are open on", async (t) => {
  const release: (() => void)[] = [];
  const names = ["a", "b", "c"];
  const targets = await Promise.all(
    names.map((name) =>
      startTarget(t, (request, response) => {
        if (request.url === "/stream") release.push(() => response.end());
        else response.end(name);
      }),
    ),
  );
  const turns = await serve(t, targets);
  const seen: string[] = [];
  for (let i = 0; i < 6; i++) seen.push((await ask(turns.port, "/")).body);
  assert.deepEqual(seen, ["a", "b", "c", "a", "b", "c"]);
  const least = await serve(t, targets, { algorithm: "least_outstanding_requests" });
  const streams = [1, 2, 3, 4, 5].map(() => ask(least.port, "/stream"));
  await until(() => release.length === 5);
  assert.deepEqual(
    least.balancer
      .targetHealth("group")
      .map((health) => health.inFlight)
      .sort((a, b) => a - b),
    [1, 2, 2],
  );
  assert.equal(least.balancer.inFlight("group"), 5);
  release.forEach((end) => end());
  await Promise.all(streams);
  await until(() => least.balancer.inFlight("group") === 0);
});

test("a deregistered target gets nothing new, keeps its streams until the delay is over, and is then cut and gone", async (t) => {
  const streaming = await startTarget(t, (_request, response) => {
    response.write("hello");
  });
  const other = await startTarget(t, (_request, response) => response.end("other"));
  const { balancer, clock, port, log } = await serve(t, [streaming], { deregistrationDelayMs: 30_000 });
  const stream = await openStream(port, "/mcp");
  const second = await openStream(port, "/mcp");
  await until(() => balancer.inFlight("group") === 2);
  balancer.registerTarget("group", other);
  balancer.deregisterTarget("group", streaming);
  assert.equal(balancer.targetHealth("group")[0]?.state, "draining");
  assert.equal(balancer.targetHealth("group")[0]?.reason, "Target.DeregistrationInProgress");
  for (let i = 0; i < 4; i++) assert.equal((await ask(port, "/")).body, "other");
  clock.advance(29_999);
  await until(() => stream.text === "hello");
  assert.equal(stream.ended, null);
  clock.advance(1);
  await until(() => stream.ended === "broken");
  await until(() => second.ended === "broken");
  assert.deepEqual(
    balancer.targetHealth("group").map((health) => health.target.port),
    [other.port],
  );
  await until(() => log.length === 6);
  assert.ok(
    log
      .filter((entry) => entry.target?.port === streaming.port)
      .every((entry) => entry.ending === "deregistered"),
  );
});

test("a request without an answer when the delay of its target ends gets 502", async (t) => {
  const slow = await startTarget(t, () => {});
  const { balancer, clock, port, log } = await serve(t, [slow], { deregistrationDelayMs: 1_000 });
  const answer = ask(port, "/");
  await until(() => balancer.inFlight("group") === 1);
  balancer.deregisterTarget("group", slow);
  clock.advance(1_000);
  assert.equal((await answer).status, 502);
  await until(() => log.length === 1);
  assert.match(log[0]?.why ?? "", /deregistration delay/);
});

test("a group whose last target drains answers 503, and a target registered again while draining serves again", async (t) => {
  const target = await startTarget(t, (_request, response) => response.end("ok"));
  const { balancer, clock, port } = await serve(t, [target], { deregistrationDelayMs: 1_000 });
  balancer.deregisterTarget("group", target);
  assert.equal((await ask(port, "/")).status, 503);
  balancer.registerTarget("group", target);
  assert.equal((await ask(port, "/")).status, 200);
  clock.advance(1_000);
  assert.equal(balancer.targetHealth("group")[0]?.state, "healthy");
});

test("no answer within the idle timeout gives 504; a stream that is silent that long is cut, one that speaks is not", async (t) => {
  let write: ((text: string) => void) | undefined;
  const target = await startTarget(t, (request, response) => {
    if (request.url === "/silent") return;
    response.write("first");
    write = (text) => void response.write(text);
  });
  const { balancer, clock, port, log } = await serve(t, [target]);
  const silent = ask(port, "/silent");
  await until(() => balancer.inFlight("group") === 1);
  clock.advance(60_000);
  assert.equal((await silent).status, 504);
  await until(() => log.length === 1);
  assert.deepEqual([log[0]?.balancerStatus, log[0]?.durationMs], [504, 60_000]);
  const stream = await openStream(port, "/mcp");
  await until(() => stream.text === "first");
  for (const beat of ["1", "2", "3"]) {
    clock.advance(59_000);
    write?.(beat);
    await until(() => stream.text.endsWith(beat));
  }
  clock.advance(59_999);
  assert.equal(stream.ended, null);
  clock.advance(1);
  await until(() => stream.ended === "broken");
  await until(() => log.length === 2);
  assert.deepEqual([log[1]?.ending, log[1]?.status], ["idle-timeout", 200]);
});

test("a changed idle timeout holds for streams that are open already", async (t) => {
  const target = await startTarget(t, (_request, response) => void response.write("x"));
  const { balancer, clock, port } = await serve(t, [target]);
  const stream = await openStream(port, "/");
  balancer.updateListener(
    listener([], { defaultAction: forward(["group", 1]), attributes: { idleTimeoutMs: 4_000_000 } }),
  );
  clock.advance(3_999_000);
  assert.equal(stream.ended, null);
  clock.advance(1_001);
  await until(() => stream.ended === "broken");
});

test("an upload that stops in the middle gets 408", async (t) => {
  let uploaded = "";
  const target = await startTarget(t, (request) => {
    request.on("data", (data: Buffer) => (uploaded += data.toString()));
    // The balancer cuts it in the end.
    request.on("error", () => undefined);
  });
  const { balancer, clock, port } = await serve(t, [target]);
  const socket = connect(port, "127.0.0.1");
  socket.write("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 10\r\n\r\nhalf");
  let answer = "";
  socket.on("data", (data: Buffer) => (answer += data.toString()));
  await until(() => uploaded === "half");
  assert.equal(balancer.inFlight("group"), 1);
  clock.advance(60_000);
  await until(() => answer.includes("408"));
  await until(() => socket.closed || socket.readableEnded);
});

test("a target that cannot be connected to in time gives 504", async (t) => {
  const deaf = await startDeafTarget(t);
  const { clock, port, balancer, log } = await serve(t, [deaf]);
  const answer = ask(port, "/");
  await until(() => balancer.inFlight("group") === 1);
  clock.advance(9_999);
  assert.equal(balancer.inFlight("group"), 1);
  clock.advance(1);
  assert.equal((await answer).status, 504);
  await until(() => log.length === 1);
  assert.match(log[0]?.why ?? "", /connecting to 127\.0\.0\.1:\d+ took more than 10000 ms/);
});

/** Listens and never accepts; its queue is filled, so that further connections hang while connecting. */
async function startDeafTarget(t: TestContext): Promise<Target> {
  const child = spawn(
    process.execPath,
    [
      "-e",
      `const server = require("node:net").createServer().listen(0, "127.0.0.1", 1, () => {
         require("node:fs").writeSync(1, server.address().port + "\\n");
         Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);
       })`,
    ],
    { stdio: ["ignore", "pipe", "inherit"] },
  );
  t.after(() => child.kill("SIGKILL"));
  const [line] = (await once(createInterface({ input: child.stdout }), "line")) as [string];
  const port = Number(line);
  const fill = Array.from({ length: 8 }, () => connect(port, "127.0.0.1").on("error", () => {}));
  t.after(() => fill.forEach((socket) => socket.destroy()));
  await until(() => fill.some((socket) => !socket.connecting));
  return { id: "127.0.0.1", port };
}

test("a target outside this machine is refused", async (t) => {
  const { balancer } = setup(t);
  balancer.putTargetGroup(group("blue"));
  assert.throws(
    () => balancer.registerTarget("blue", { id: "10.0.0.4", port: 80 }),
    /10\.0\.0\.4 is no loopback address/,
  );
});

test("closing cuts streams and pending requests, frees the port and leaves no timer", async (t) => {
  const target = await switchable(t);
  const streaming = await startTarget(t, (_request, response) => void response.write("x"));
  const { balancer, clock, port, log } = await serve(t, [target, streaming], checked);
  clock.advance(0);
  const streams = await Promise.all([openStream(port, "/a"), openStream(port, "/b")]);
  balancer.updateListener(listener([]));
  await balancer.close();
  await until(() => streams.some((stream) => stream.ended === "broken"));
  await until(() => log.length === 2);
  assert.equal(clock.pending, 0);
  await assert.rejects(ask(port, "/"), { code: "ECONNREFUSED" });
});
