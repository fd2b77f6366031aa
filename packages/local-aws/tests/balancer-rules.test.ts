import assert from "node:assert/strict";
import { Agent } from "node:http";
import { test, type TestContext } from "node:test";
import fc from "fast-check";
import { chooseGroup } from "../src/balancer/routes.ts";
import type { Condition, ForwardAction, Rule } from "../src/balancer/types.ts";
import { fitsWildcard } from "../src/balancer/wildcard.ts";
import { seeded } from "../src/random.ts";
import { ask, forward, group, listener, setup, startTarget, until, type Setup } from "./balancer-kit.ts";
import { binomialBand } from "./binomial.ts";

const blueGreen = ["blue", "green"] as const;

/** Two groups, each with a target that answers with its name. */
async function twoSlots(
  t: TestContext,
  rules: Rule[],
  made: Setup = setup(t),
): Promise<Setup & { port: number }> {
  for (const name of blueGreen) {
    made.balancer.putTargetGroup(group(name));
    made.balancer.registerTarget(name, await startTarget(t, (_request, response) => response.end(name)));
  }
  return { ...made, port: await made.balancer.openListener(listener(rules)) };
}

function fixed(text: string, priority: number, ...conditions: Condition[]): Rule {
  return {
    arn: text,
    priority,
    conditions,
    action: { type: "fixed-response", status: 200, contentType: "text/plain", body: text },
  };
}

test("the rule with the lowest priority number wins, however the rules are listed; none gives the default action", async (t) => {
  const { balancer, log } = setup(t);
  const port = await balancer.openListener(
    listener([
      fixed("second", 20, { field: "path-pattern", values: ["/mcp*"] }),
      fixed("first", 10, { field: "path-pattern", values: ["/mcp"] }),
    ]),
  );
  assert.equal((await ask(port, "/mcp")).body, "first");
  assert.equal((await ask(port, "/mcp/messages")).body, "second");
  const none = await ask(port, "/api/config");
  assert.deepEqual([none.status, none.body], [404, "no rule"]);
  assert.deepEqual(
    log.map((entry) => entry.rule),
    ["first", "second", "default"],
  );
});

test("a rule holds when every condition has one value that fits", async (t) => {
  const { balancer } = setup(t);
  const cases: [Condition, string, Record<string, string>, boolean][] = [
    [{ field: "path-pattern", values: ["/a", "/b"] }, "/b", {}, true],
    [{ field: "path-pattern", values: ["/mcp/*"] }, "/MCP/x", {}, false],
    [{ field: "path-pattern", values: ["/mcp?"] }, "/mcp", {}, false],
    [{ field: "path-pattern", values: ["/mcp"] }, "/mcp?a=/other", {}, true],
    [{ field: "path-pattern", values: [], expressions: ["^(/a|/b)$"] }, "/b?x=1", {}, true],
    [{ field: "path-pattern", values: [], expressions: ["^(/a|/b)$"] }, "/b/c", {}, false],
    [{ field: "path-pattern", values: [], expressions: ["^(/a|/b)$"] }, "/B", {}, false],
    [{ field: "path-pattern", values: [], expressions: ["/b"] }, "/a/b/c", {}, true],
    [{ field: "path-pattern", values: [], expressions: ["slot"] }, "/x?slot=blue", {}, false],
    [{ field: "query-string", values: [{ key: "slot", value: "blue" }] }, "/x?a=1&SLOT=Blue", {}, true],
    [{ field: "query-string", values: [{ key: "slot", value: "blue" }] }, "/x?slot=bluegreen", {}, false],
    [{ field: "query-string", values: [{ key: "slot", value: "blue" }] }, "/x?xslot=blue", {}, false],
    [{ field: "query-string", values: [{ value: "bl*" }] }, "/x?any=blue", {}, true],
    [{ field: "query-string", values: [{ key: "slot", value: "blue" }] }, "/slot=blue", {}, false],
    [
      { field: "http-header", headerName: "Mcp-Session-Id", values: ["blue.*"] },
      "/",
      { "mcp-session-id": "BLUE.42" },
      true,
    ],
    [
      { field: "http-header", headerName: "mcp-session-id", values: ["blue.*"] },
      "/",
      { "mcp-session-id": "green.42" },
      false,
    ],
    [{ field: "http-header", headerName: "mcp-session-id", values: ["*"] }, "/", {}, false],
    [{ field: "host-header", values: ["*.example.com"] }, "/", { host: "Hub.Example.com:8080" }, true],
    [{ field: "host-header", values: ["*.example.com"] }, "/", { host: "example.com" }, false],
    [{ field: "http-request-method", values: ["POST"] }, "/", {}, false],
    [{ field: "http-request-method", values: ["GET", "HEAD"] }, "/", {}, true],
    [{ field: "source-ip", values: ["127.0.0.0/8"] }, "/", {}, true],
    [{ field: "source-ip", values: ["10.0.0.0/8", "192.0.2.1/32"] }, "/", {}, false],
  ];
  const port = await balancer.openListener(listener([]));
  for (const [condition, path, headers, holds] of cases) {
    balancer.updateListener(listener([fixed("hit", 1, condition)]));
    const answer = await ask(port, path, { headers });
    assert.equal(
      answer.body === "hit",
      holds,
      `${JSON.stringify(condition)} on ${path} ${JSON.stringify(headers)}`,
    );
  }
  const both: Condition[] = [
    { field: "path-pattern", values: ["/a"] },
    { field: "http-header", headerName: "x-probe-slot", values: ["green"] },
  ];
  balancer.updateListener(listener([fixed("hit", 1, ...both)]));
  assert.equal((await ask(port, "/a")).status, 404);
  assert.equal((await ask(port, "/a", { headers: { "x-probe-slot": "green" } })).body, "hit");
});

test("wildcards fit exactly what the regular expression they stand for fits", () => {
  const letter = fc.constantFrom("a", "b", "*", "?", "/");
  fc.assert(
    fc.property(
      fc.array(letter, { maxLength: 8 }),
      fc.array(fc.constantFrom("a", "b", "/"), { maxLength: 10 }),
      (p, s) => {
        const expression = p.map((c) => (c === "*" ? ".*" : c === "?" ? "." : c)).join("");
        const text = s.join("");
        assert.equal(fitsWildcard(p.join(""), text), new RegExp(`^${expression}$`, "s").test(text));
      },
    ),
    { numRuns: 2_000 },
  );
});

test("a pattern full of wildcards does not stall on a long path", () => {
  const started = process.cpuUsage();
  assert.equal(fitsWildcard("*a*a*a*a*b", "a".repeat(60_000)), false);
  assert.ok(process.cpuUsage(started).user < 2_000_000);
});

test("weights split traffic within the 99.9 % binomial band, and 0 means never", () => {
  const weights = [
    [5, 95],
    [1, 2],
    [100, 0],
    [0, 100],
    [499, 500],
  ] as const;
  const random = seeded(7);
  for (const [blue, green] of weights) {
    const draws = 20_000;
    const action = forward(["blue", blue], ["green", green]) as ForwardAction;
    let hits = 0;
    for (let i = 0; i < draws; i++) if (chooseGroup(action, random) === "blue") hits++;
    const band = binomialBand(draws, blue / (blue + green));
    assert.ok(
      hits >= band.low && hits <= band.high,
      `${blue}:${green} gave ${hits} of ${draws}, not ${band.low}–${band.high}`,
    );
  }
});

test("each request is drawn anew, also on one client connection", async (t) => {
  const draws = 2_000;
  const weighted: Rule = {
    arn: "weighted",
    priority: 100,
    conditions: [],
    action: forward(["blue", 25], ["green", 75]),
  };
  const { port, log } = await twoSlots(t, [weighted], setup(t, { random: seeded(1) }));
  const agent = new Agent({ keepAlive: true, maxSockets: 4 });
  t.after(() => agent.destroy());
  const answers = await Promise.all(Array.from({ length: draws }, () => ask(port, "/", { agent })));
  const blue = answers.filter((answer) => answer.body === "blue").length;
  const band = binomialBand(draws, 0.25);
  assert.ok(blue >= band.low && blue <= band.high, `${blue} of ${draws}, not ${band.low}–${band.high}`);
  assert.equal(
    log.filter((entry) => entry.group === "blue").length,
    blue,
    "the access log names the same groups",
  );
});

test("weights that are all 0 and a group without targets give 503", async (t) => {
  for (const action of [
    forward(["empty", 0], ["other", 0]),
    forward(["empty", 1]),
    forward(["missing", 1]),
  ]) {
    const one = setup(t);
    one.balancer.putTargetGroup(group("empty"));
    const port = await one.balancer.openListener(listener([], { defaultAction: action }));
    assert.equal((await ask(port, "/")).status, 503);
    assert.equal(one.log[0]?.balancerStatus, 503);
  }
});

test("a change of rules reaches traffic after the propagation delay, in order, and not before", async (t) => {
  const { port, balancer, clock } = await twoSlots(t, [
    { arn: "rule", priority: 1, conditions: [], action: forward(["blue", 100], ["green", 0]) },
  ]);
  const to = (name: string): void =>
    balancer.updateListener(
      listener([{ arn: "rule", priority: 1, conditions: [], action: forward([name, 1]) }]),
    );
  balancer.setPropagationDelay(5_000);
  to("green");
  clock.advance(4_999);
  assert.equal((await ask(port, "/")).body, "blue");
  clock.advance(1);
  assert.equal((await ask(port, "/")).body, "green");
  to("blue");
  balancer.setPropagationDelay(0);
  to("green");
  to("blue");
  assert.equal((await ask(port, "/")).body, "green", "a later change does not overtake an earlier one");
  clock.advance(5_000);
  assert.equal((await ask(port, "/")).body, "blue");
});

test("a request under way keeps its target when the rules change", async (t) => {
  let answer: (() => void) | undefined;
  const { port, balancer } = await twoSlots(t, []);
  balancer.putTargetGroup(group("slow"));
  const slow = await startTarget(t, (_request, response) => {
    answer = () => response.end("slow");
  });
  balancer.registerTarget("slow", slow);
  balancer.updateListener(listener([], { defaultAction: forward(["slow", 1]) }));
  const pending = ask(port, "/");
  await until(() => answer !== undefined);
  balancer.updateListener(listener([], { defaultAction: forward(["green", 1]) }));
  assert.equal((await ask(port, "/")).body, "green");
  answer?.();
  assert.equal((await pending).body, "slow");
});

test("a redirect keeps what it does not name and fills in what it does", async (t) => {
  const { balancer } = setup(t);
  const port = await balancer.openListener(
    listener([], {
      defaultAction: { type: "redirect", status: 301, protocol: "HTTPS", port: "443", path: "/v2/#{path}" },
    }),
  );
  const answer = await ask(port, "/mcp?slot=blue", { headers: { host: "hub.example.com:80" } });
  assert.equal(answer.status, 301);
  assert.equal(answer.headers.location, "https://hub.example.com:443/v2/mcp?slot=blue");
});

test("a taken port is told by its code", async (t) => {
  const one = setup(t);
  const port = await one.balancer.openListener(listener([]));
  const other = setup(t);
  await assert.rejects(other.balancer.openListener(listener([], { port })), { code: "EADDRINUSE" });
});
