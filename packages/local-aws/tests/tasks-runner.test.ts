import assert from "node:assert/strict";
import { existsSync, mkdtempSync, rmSync, statSync } from "node:fs";
import { createServer, type AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { FakeClock, ask, until } from "./balancer-kit.ts";
import { container, isAlive, runnerFor, script, stopped, taskOf } from "./tasks-kit.ts";

const forever = script("setInterval(() => {}, 1000)");

test("a container gets its port, its config file, and an environment in which container ports are host ports", async (t) => {
  const images = {
    hub: {
      ...script(
        `require("node:http").createServer((q, r) => r.end(JSON.stringify({
           argv: process.argv.slice(1), env: process.env,
           config: require("node:fs").readFileSync(process.argv[3], "utf8")}))).listen(Number(process.argv[1]), "127.0.0.1",
           () => console.log("listening"))`,
        "{port}",
        "--config",
        "{config}",
      ),
      env: { FROM_IMAGE: "image", BOTH: "image" },
    },
    sidecar: forever,
  };
  process.env["SECRET_OF_THE_LAPTOP"] = "1";
  t.after(() => delete process.env["SECRET_OF_THE_LAPTOP"]);
  const { runner, folder } = runnerFor(t, images);
  const up = Promise.withResolvers<void>();
  const hub = container("hub", {
    containerPorts: [37373],
    environment: { HUB_CONFIG: '{"mcpServers":{}}', BOTH: "container", PEER: "0.0.0.0:8080,127.0.0.1:80" },
    log: () => up.resolve(),
  });
  const sidecar = container("sidecar", { containerPorts: [8080] });
  const task = await runner.start(taskOf(hub, sidecar));
  await up.promise;
  const port = task.hostPort("hub", 37373);
  const seen = JSON.parse((await ask(port, "/")).body) as {
    argv: string[];
    env: Record<string, string>;
    config: string;
  };
  assert.equal(seen.argv[0], String(port));
  assert.equal(seen.config, '{"mcpServers":{}}');
  assert.equal(seen.env["FROM_IMAGE"], "image");
  assert.equal(seen.env["BOTH"], "container");
  assert.equal(seen.env["PEER"], `127.0.0.1:${task.hostPort("sidecar", 8080)},127.0.0.1:80`);
  assert.equal(seen.env["ECS_CONTAINER_METADATA_URI_V4"], "http://127.0.0.1:1/meta");
  assert.equal(seen.env["ECS_AGENT_URI"], "http://127.0.0.1:1/agent");
  assert.equal(seen.env["SECRET_OF_THE_LAPTOP"], undefined, "a container sees its own environment only");
  const config = `${folder}/task-1/hub-config.json`;
  assert.equal(statSync(config).mode & 0o777, 0o600);
  await runner.stop(task, "done");
  assert.equal(existsSync(config), false);
});

test("two tasks of one image get different ports", async (t) => {
  const { runner } = runnerFor(t, { hub: forever });
  const hub = container("hub", { containerPorts: [80] });
  const one = await runner.start({ ...taskOf(hub), id: "one" });
  const two = await runner.start({ ...taskOf(hub), id: "two" });
  assert.notEqual(one.hostPort("hub", 80), two.hostPort("hub", 80));
});

test("containers start when what they depend on has started, succeeded, ended or is healthy, and not before", async (t) => {
  const order: string[] = [];
  const home = mkdtempSync(join(tmpdir(), "tasks-ready-"));
  t.after(() => rmSync(home, { recursive: true, force: true }));
  // Healthy only once it has said so, however slowly this machine starts it.
  const ready = join(home, "ready");
  const { runner } = runnerFor(t, {
    init: script("console.log('up')"),
    failing: script("process.exit(3)"),
    hub: script(
      "console.log('up'); require('node:fs').writeFileSync(process.argv[1], ''); setInterval(() => {}, 1000)",
      ready,
    ),
    app: script("console.log('up'); setInterval(() => {}, 1000)"),
  });
  const log = (name: string) => (): void => void order.push(name);
  const task = await runner.start(
    taskOf(
      container("app", {
        log: log("app"),
        dependsOn: [
          { name: "init", condition: "SUCCESS" },
          { name: "failing", condition: "COMPLETE" },
          { name: "hub", condition: "HEALTHY" },
        ],
      }),
      container("init", { essential: false, log: log("init") }),
      container("failing", { essential: false }),
      container("hub", {
        dependsOn: [{ name: "init", condition: "SUCCESS" }],
        log: log("hub"),
        healthCheck: {
          command: ["CMD", "test", "-f", ready],
          intervalMs: 20,
          timeoutMs: 5_000,
          retries: 1_000,
          startPeriodMs: 0,
        },
      }),
    ),
  );
  assert.equal(task.state, "PENDING");
  await until(() => order.length === 3);
  assert.deepEqual(order, ["init", "hub", "app"]);
  assert.equal(task.state, "RUNNING");
  assert.equal(task.containers.find((one) => one.name === "hub")?.health, "HEALTHY");
});

test("a dependency that can no longer be met fails the task with a reason", async (t) => {
  const { runner } = runnerFor(t, { init: script("process.exit(1)"), app: forever });
  const task = await runner.start(
    taskOf(
      container("init", { essential: false }),
      container("app", { dependsOn: [{ name: "init", condition: "SUCCESS" }] }),
    ),
  );
  await stopped(task);
  assert.equal(task.stopCode, "TaskFailedToStart");
  assert.match(task.stoppedReason ?? "", /app waits for init to be SUCCESS/);
});

test("a container health check that keeps failing makes it unhealthy, after the start period only", async (t) => {
  const clock = new FakeClock();
  const { runner } = runnerFor(t, { hub: forever }, clock);
  const task = await runner.start(
    taskOf(
      container("hub", {
        healthCheck: {
          command: ["CMD-SHELL", "exit 1"],
          intervalMs: 10,
          timeoutMs: 5_000,
          retries: 1,
          startPeriodMs: 20,
        },
      }),
    ),
  );
  const health = (): string | undefined => task.containers[0]?.health;
  clock.advance(10);
  await new Promise((resolve) => setTimeout(resolve, 100));
  assert.equal(health(), "UNKNOWN");
  while (health() === "UNKNOWN") {
    clock.advance(10);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  assert.equal(health(), "UNHEALTHY");
});

test("stopping goes from dependants to dependencies, each with SIGTERM first", async (t) => {
  const polite = script(
    `process.on("SIGTERM", () => { console.log("term"); setTimeout(() => process.exit(0), 50) });
     console.log("up"); setInterval(() => {}, 1000)`,
  );
  const { runner } = runnerFor(t, { hub: polite, sidecar: polite });
  const lines: string[] = [];
  const log =
    (name: string) =>
    (_stream: string, line: string): void =>
      void lines.push(`${name} ${line}`);
  const task = await runner.start(
    taskOf(
      container("hub", { log: log("hub") }),
      container("sidecar", { dependsOn: [{ name: "hub", condition: "START" }], log: log("sidecar") }),
    ),
  );
  await until(() => lines.length === 2);
  const states: string[] = [];
  task.onChange((now) => states.push(now.containers.map((one) => one.state).join(" ")));
  await runner.stop(task, "Scaling activity", "ServiceSchedulerInitiated");
  assert.deepEqual(lines.slice(2), ["sidecar term", "hub term"]);
  assert.ok(states.includes("RUNNING STOPPED"), "the hub ran on until the sidecar was gone");
  assert.deepEqual(
    [task.state, task.stopCode, task.stoppedReason],
    ["STOPPED", "ServiceSchedulerInitiated", "Scaling activity"],
  );
  assert.deepEqual(
    task.containers.map((one) => one.exitCode),
    [0, 0],
  );
});

test("what ignores SIGTERM is killed with its whole group when the stop timeout is over, not before", async (t) => {
  const clock = new FakeClock();
  const { runner } = runnerFor(
    t,
    {
      hub: script(
        `process.on("SIGTERM", () => console.log("ignored"));
         const child = require("node:child_process").spawn(process.execPath, ["-e", "setInterval(() => {}, 1000)"], {stdio: "inherit"});
         console.log(child.pid); setInterval(() => {}, 1000)`,
      ),
    },
    clock,
  );
  const lines: string[] = [];
  const task = await runner.start(
    taskOf(container("hub", { stopTimeoutMs: 30_000, log: (_s, line) => lines.push(line) })),
  );
  await until(() => lines.length === 1);
  const [pid, grandchild] = [task.containers[0]?.pid as number, Number(lines[0])];
  const end = runner.stop(task, "done");
  await until(() => lines.length === 2);
  clock.advance(29_999);
  assert.ok(isAlive(pid));
  clock.advance(1);
  await end;
  assert.equal(task.containers[0]?.exitCode, 137);
  await until(() => !isAlive(grandchild));
});

test("the end of an essential container stops the task and keeps its last lines; of another it does not", async (t) => {
  const { runner } = runnerFor(t, {
    hub: script(
      "for (let i = 1; i <= 300; i++) console.log('line ' + i); console.error('out of luck'); process.exitCode = 7",
    ),
    helper: script(""),
    sidecar: forever,
  });
  const task = await runner.start(
    taskOf(container("sidecar"), container("helper", { essential: false }), container("hub")),
  );
  await stopped(task);
  assert.deepEqual(
    [task.stopCode, task.stoppedReason],
    ["EssentialContainerExited", "Essential container in task exited"],
  );
  assert.equal(task.containers[2]?.exitCode, 7);
  const last = task.lastLines("hub", 1_000);
  assert.equal(last.length, 200, "memory is bounded");
  assert.ok(last.includes("out of luck"));
  assert.deepEqual(task.lastLines("hub", 0), []);
});

test("an image that is not in the file, a program that is not there and a port that is not declared fail the task in words", async (t) => {
  const { runner } = runnerFor(t, {
    known: forever,
    missing: { command: ["/nowhere/hub"] },
    portless: { command: ["node", "{port}"] },
  });
  const cases: [string, RegExp][] = [
    [
      "unknown",
      /image unknown of container unknown is not in the images file; it has known, missing, portless/,
    ],
    ["missing", /CannotStartContainerError: spawn \/nowhere\/hub ENOENT/],
    ["portless", /has \{port\}, but container portless declares no port/],
  ];
  for (const [image, reason] of cases) {
    const task = await runner.start(taskOf(container("known"), container(image)));
    await stopped(task);
    assert.equal(task.stopCode, "TaskFailedToStart");
    assert.match(task.stoppedReason ?? "", reason);
  }
});

test("a port that somebody took in between is told as such, and another task gets another one", async (t) => {
  const listen = script(
    `require("node:net").createServer().listen(Number(process.argv[1]), "127.0.0.1", () => console.log("listening"))`,
    "{port}",
  );
  const { runner } = runnerFor(t, { hub: listen, wait: script("setTimeout(() => {}, 200)") });
  const up = Promise.withResolvers<void>();
  const spec = taskOf(
    container("wait", { essential: false }),
    container("hub", {
      containerPorts: [80],
      dependsOn: [{ name: "wait", condition: "COMPLETE" }],
      log: (_stream, line) => line === "listening" && up.resolve(),
    }),
  );
  const task = await runner.start(spec);
  const thief = createServer().listen(task.hostPort("hub", 80), "127.0.0.1");
  t.after(() => thief.close());
  await stopped(task);
  assert.equal(task.stopCode, "TaskFailedToStart");
  assert.match(task.stoppedReason ?? "", /hub found its port taken by another process: .*EADDRINUSE/);
  const again = await runner.start(spec);
  await up.promise;
  assert.notEqual(again.hostPort("hub", 80), (thief.address() as AddressInfo).port);
});

test("containers that wait for each other or for nobody are refused", async (t) => {
  const { runner } = runnerFor(t, { a: forever, b: forever });
  const on = (name: string) => ({ dependsOn: [{ name, condition: "START" as const }] });
  await assert.rejects(runner.start(taskOf(container("a", on("b")), container("b", on("a")))), /a → b → a/);
  await assert.rejects(runner.start(taskOf(container("a", on("x")))), /depends on x, which it does not have/);
});

test("killing everything leaves no process and no folder", async (t) => {
  const { runner, folder } = runnerFor(t, {
    hub: script("process.on('SIGTERM', () => {}); console.log('up'); setInterval(() => {}, 1000)"),
  });
  const pids: number[] = [];
  for (const id of ["one", "two", "three"]) {
    const task = await runner.start({ ...taskOf(container("hub")), id });
    pids.push(task.containers[0]?.pid as number);
  }
  await runner.close();
  assert.deepEqual(pids.filter(isAlive), []);
  assert.equal(existsSync(folder), false);
});

test("output without line ends, in pieces and in other alphabets arrives as lines", async (t) => {
  const { runner } = runnerFor(t, {
    hub: script(
      `const bytes = Buffer.from("grün\\r\\n\\nend"); for (const b of bytes) require("node:fs").writeSync(1, Buffer.from([b]));`,
    ),
  });
  const lines: string[] = [];
  const task = await runner.start(taskOf(container("hub", { log: (_stream, line) => lines.push(line) })));
  await stopped(task);
  assert.deepEqual(lines, ["grün", "", "end"]);
});
