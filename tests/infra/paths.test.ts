import assert from "node:assert/strict";
import test from "node:test";
import fc from "fast-check";
import { parseConfig } from "../../infra/config.ts";
import { containersOf } from "../../infra/containers.ts";
import { pathCondition, pathConditionOf, reachablePaths } from "../../infra/paths.ts";
import { releaseNameOf } from "../../infra/release.ts";
import { containerFacts } from "./container-facts.ts";

const oauth = [
  "/.well-known/oauth-protected-resource",
  "/.well-known/oauth-protected-resource/mcp",
  "/.well-known/oauth-authorization-server",
  "/.well-known/openid-configuration",
  "/authorize",
  "/token",
  "/register",
  "/revoke",
  "/oauth/callback",
];
const given = (hub: object, sidecar: object = {}) =>
  parseConfig({ blue: { image: "hub:1" }, hub, sidecar: { signingSecret: "hub/signing", ...sidecar } });

/** Whether a condition fits what a balancer may compare it with. */
function fits(condition: ReturnType<typeof pathCondition>, url: string): boolean {
  assert.ok(condition !== null && "regexValues" in condition);
  return condition.regexValues.some((text) => new RegExp(text).test(url));
}

test("a hub without public paths has its paths in the rule, one by one: MCP with a slash more or less, and no messages", () => {
  assert.deepEqual(pathConditionOf(given({})), { values: ["/mcp", "/mcp/", "/api/health", "/.slot"] });
  const slashed = given({ mcpPath: "/mcp/", messagePath: "/anything" });
  assert.deepEqual(pathConditionOf(slashed), { values: ["/mcp/", "/mcp", "/api/health", "/.slot"] });
  const off = given({ publicPaths: ["/token"] }, { enabled: false });
  assert.deepEqual(pathConditionOf(off), { values: ["/mcp", "/messages", "/api/health", "/token"] });
});

test("the paths of an authorization server fit into one rule, beside the probe's header", () => {
  const condition = pathConditionOf(given({ publicPaths: oauth }));
  assert.ok("regexValues" in condition);
  assert.ok(condition.regexValues.length <= 4, String(condition.regexValues.length));
  for (const text of condition.regexValues) assert.ok(text.length <= 128, text);
  for (const path of [...oauth, "/mcp", "/mcp/", "/api/health", "/.slot"])
    for (const url of [path, `${path}?a=b`, `${path}?`]) assert.ok(fits(condition, url), url);
});

test("the rule fits what is named and nothing else, with a query and without", () => {
  const letter = fc.constantFrom("a", "b", ".", "-", "~", "/", "_");
  const path = fc.array(letter, { maxLength: 12 }).map((letters) => `/${letters.join("")}`);
  const pair = path.map((one) => [one, `${one}/`]);
  fc.assert(
    fc.property(fc.uniqueArray(path, { minLength: 5, maxLength: 10 }), pair, path, (some, both, other) => {
      const paths = [...new Set([...some, ...both])];
      const condition = pathCondition(paths);
      for (const one of paths) assert.ok(fits(condition, one) && fits(condition, `${one}?x=/admin`));
      const near = [
        other,
        `${other}/x`,
        `/x${other}`,
        `${other}x`,
        `${other}%3Fx`,
        other.replaceAll(".", "x"),
      ];
      for (const url of near) assert.equal(fits(condition, url), paths.includes(url), url);
      assert.ok(!fits(condition, `/admin?x=${paths[0]}`));
    }),
    { numRuns: 500 },
  );
});

test("what does not fit is told, not cut", () => {
  assert.equal(pathCondition(Array.from({ length: 5 }, (_none, at) => `/${at}${"x".repeat(117)}`)), null);
  const full = Array.from({ length: 4 }, (_none, at) => [
    `/${at}${"x".repeat(100)}`,
    `/${at}${"y".repeat(13)}`,
  ]);
  assert.notEqual(pathCondition(full.flat()), null);
  assert.equal(pathCondition([...full.flat(), "/z"]), null);
});

test("the sidecar is told of public paths, a release is another with them, and one without them keeps its name", () => {
  const settingsOf = (hub: object): { publicPaths?: string[] } => {
    const config = given(hub);
    const [, sidecar] = containersOf(config, config.blue!, containerFacts) as {
      environment: { name: string; value: string }[];
    }[];
    return JSON.parse(sidecar!.environment.find(({ name }) => name === "SIDECAR_CONFIG")!.value) as object;
  };
  assert.deepEqual(settingsOf({ publicPaths: oauth }).publicPaths, oauth);
  assert.ok(!("publicPaths" in settingsOf({})));
  const nameOf = (hub: object) => releaseNameOf(given(hub), "blue");
  assert.notEqual(nameOf({ publicPaths: oauth }), nameOf({}));
  assert.ok(!JSON.stringify(given({})).includes("publicPaths"));
  assert.deepEqual(reachablePaths(given({ publicPaths: ["/token"] })).slice(-1), ["/token"]);
});
