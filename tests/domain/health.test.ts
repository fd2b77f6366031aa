import assert from "node:assert/strict";
import test from "node:test";
import fc from "fast-check";
import { beginningOf, judgeHealth } from "../../domain/health.ts";
import type { ReadyRule } from "../../domain/hub.ts";

/** As mcp-hub 4.2.1 answers, before and after it is up. */
const hubOf = (state: string, more: object = {}) =>
  JSON.stringify({
    status: "ok",
    state,
    server_id: "mcp-hub",
    servers: [{ status: "disconnected" }],
    ...more,
  });
const json = "application/json";

interface Row {
  readonly body: string;
  readonly type?: string;
  readonly status?: number;
  readonly rule?: ReadyRule;
  /** Why it is not ready; left out: it is. */
  readonly not?: RegExp;
}

const endpoint: ReadyRule = { path: "mcpEndpoint" };
const rows: readonly Row[] = [
  { body: hubOf("ready", { mcpEndpoint: {} }) },
  { body: hubOf("starting"), not: /^its state is "starting"$/ },
  { body: hubOf("restarting"), not: /^its state is "restarting"$/ },
  { body: hubOf("error"), not: /^its state is "error"$/ },
  { body: hubOf("stopping"), not: /"stopping"/ },
  { body: hubOf("stopped"), not: /"stopped"/ },
  { body: '{"state":"ready","status":"degraded"}', not: /^its status is "degraded"$/ },
  { body: '{"status":"healthy"}' },
  { body: '{"status":"UP"}' },
  { body: '{"status":"UP","components":{"db":{"status":"DOWN"}}}' },
  { body: '{"status":"pass"}', type: "application/health+json" },
  { body: '{"status":"warn"}', type: "application/health+json" },
  { body: '{"status":"Ready"}' },
  { body: '{"health":"green"}' },
  { body: '{"health":{"status":"DOWN"}}', not: /^its health\.status is "DOWN"$/ },
  { body: '{"health":{"database":"down"}}' },
  { body: '{"status":"OUT_OF_SERVICE"}', not: /"OUT_OF_SERVICE"/ },
  { body: '{"status":"not-ready"}', not: /"not-ready"/ },
  { body: '{"status":"Not yet ready"}', not: /"Not yet ready"/ },
  { body: '{"status":"unhealthy"}', not: /"unhealthy"/ },
  { body: '{"status":"fail"}', not: /"fail"/ },
  { body: '{"status":"failover-standby"}' },
  { body: '{"status":"Shutting down"}', not: /"Shutting down"/ },
  { body: '{"status":503}', not: /^its status is 503$/ },
  { body: '{"status":200}' },
  { body: '{"status":399}' },
  { body: '{"status":400}', not: /^its status is 400$/ },
  { body: '{"status":500}', not: /^its status is 500$/ },
  { body: '{"status":599}', not: /^its status is 599$/ },
  { body: '{"status":600}' },
  { body: '{"ready":false}', not: /^its ready is false$/ },
  { body: '{"ok":true}' },
  { body: '{"healthy":false,"status":"ok"}', not: /^its healthy is false$/ },
  { body: '{"uptime":12,"version":"1.2.3"}' },
  { body: "{}" },
  { body: "[]" },
  { body: "null" },
  { body: "true" },
  { body: "false", not: /^it says false$/ },
  { body: '"ok"' },
  { body: '"starting"', not: /^it says "starting"$/ },
  { body: "pong", type: "text/plain" },
  { body: "OK", type: "" },
  { body: "Healthy", type: "text/plain; charset=utf-8" },
  { body: "DOWN: the database", type: "text/plain", not: /^it says "DOWN: the database"$/ },
  { body: "downstream is fine", type: "text/plain" },
  { body: "no", type: "text/plain", not: /^it says "no"$/ },
  { body: "no problems", type: "text/plain" },
  { body: "", status: 204 },
  { body: "", status: 200, type: "" },
  { body: "{broken", type: json },
  { body: "ok", status: 202 },
  { body: "ok", type: "text/html" },
  { body: "<p>Welcome</p>", type: "text/html", not: /web page/ },
  { body: "starting", type: "text/html; charset=utf-8", not: /it says "starting"/ },
  { body: "<!DOCTYPE html><title>Hub</title>", type: "", not: /web page/ },
  { body: "\ufeff \n<html lang=en>", type: "text/plain", not: /web page/ },
  { body: '<?xml version="1.0"?>\n<html>', type: "application/xhtml+xml", not: /web page/ },
  { body: "<!-- built --><!doctype HTML>", type: json, not: /web page/ },
  { body: "<status>ok</status>", type: "text/xml" },
  { body: '{"status":"ok"}', status: 503, not: /^it answered HTTP 503$/ },
  { body: "moved", status: 301, not: /^it answered HTTP 301$/ },
  { body: "", status: 404, not: /^it answered HTTP 404$/ },
  { body: hubOf("ready", { mcpEndpoint: { activeClients: 0 } }), rule: endpoint },
  { body: hubOf("ready"), rule: endpoint, not: /^hub\.ready asks for mcpEndpoint, which is not in it$/ },
  { body: '{"mcpEndpoint":null}', rule: endpoint, not: /which is not in it$/ },
  { body: '{"a":{"b":[{"c":"up"}]}}', rule: { path: "a.b.0.c", is: "up" } },
  { body: '{"a":1}', rule: { path: "a", is: 1 } },
  { body: '{"a":"1"}', rule: { path: "a", is: 1 }, not: /^hub\.ready asks for a 1, and it is "1"$/ },
  { body: '{"a":false}', rule: { path: "a", is: false } },
  { body: '{"a":1}', rule: { path: "constructor" }, not: /which is not in it$/ },
  { body: "pong", type: "text/plain", rule: { text: "pong" } },
  { body: "ping", type: "text/plain", rule: { text: "pong" }, not: /^hub\.ready asks for the text "pong"/ },
  { body: "pong", type: "text/plain", rule: endpoint, not: /which is not in it$/ },
  { body: "", status: 204, rule: endpoint, not: /which is not in it$/ },
  { body: hubOf("starting", { mcpEndpoint: {} }), rule: endpoint, not: /^its state is "starting"$/ },
];

for (const { body, type = json, status = 200, rule = null, not } of rows as readonly (Row & {
  rule?: ReadyRule | null;
})[])
  test(`HTTP ${status} ${type} ${JSON.stringify(body.slice(0, 60))}${rule === null ? "" : ` by ${JSON.stringify(rule)}`} is ${not ? "not ready" : "ready"}`, () => {
    const { ready, why } = judgeHealth({ status, contentType: type, body }, rule);
    assert.equal(ready, not === undefined, why);
    if (not) assert.match(why, not);
  });

test("no answer is too strange to be judged, and what is said of it is one short line", () => {
  const rule = fc.option(
    fc.oneof(
      fc.record({
        path: fc.oneof(fc.string({ minLength: 1 }), fc.constantFrom("a.b", "status", "__proto__")),
      }),
      fc.record({ text: fc.string({ minLength: 1 }) }),
    ),
  );
  const body = fc.oneof(
    fc.string({ unit: "binary" }),
    fc.json(),
    fc
      .record({ status: fc.jsonValue(), state: fc.jsonValue(), health: fc.jsonValue() })
      .map((one) => JSON.stringify(one)),
    fc.constant("[".repeat(20_000)),
    fc.constant("<!--".repeat(5_000)),
  );
  fc.assert(
    fc.property(
      fc.integer({ min: 0, max: 999 }),
      fc.string(),
      body,
      rule,
      (status, contentType, text, ready) => {
        const judged = judgeHealth({ status, contentType, body: text }, ready);
        assert.equal(typeof judged.ready, "boolean");
        if (status < 200 || status > 299) assert.ok(!judged.ready);
        // oxlint-disable-next-line no-control-regex -- none may be in a line of the log
        assert.doesNotMatch(judged.why, /[\u0000-\u001f]/);
        assert.ok(judged.why.length < 400, judged.why);
        assert.doesNotMatch(beginningOf(text, 200), /[\r\n]/);
      },
    ),
    { numRuns: 2_000 },
  );
});
