import assert from "node:assert/strict";
import test from "node:test";
import fc from "fast-check";
import { header } from "../../domain/telemetry.ts";
import { hopHeader } from "../../sidecar/affinity/peers.ts";
import { PinReader } from "../../sidecar/affinity/pin.ts";
import { signFresh, verifyFresh } from "../../sidecar/affinity/signature.ts";
import { readConfig } from "../../sidecar/config.ts";
import { decideRoute } from "../../sidecar/proxy/decide-route.ts";
import { key, leastEnvironment } from "./kit.ts";

const now = 1_700_000_000_000;
const minute = 60_000;
const year = 365 * 24 * 60 * minute;

for (const purpose of ["probe", "hop"] as const)
  test(`a ${purpose}'s proof is good for five minutes around its moment, on both sides, and never longer`, () => {
    const good = (signedAt: number) => verifyFresh([key], purpose, signFresh(key, purpose, signedAt), now);
    for (const [offset, expected] of [
      [0, true],
      [5 * minute, true],
      [-5 * minute, true],
      [5 * minute + 1_000, false],
      [-5 * minute - 1_000, false],
      [year, false],
      [-year, false],
      [30 * year, false],
    ] as const)
      assert.equal(good(now + offset), expected, `signed ${offset / 1_000} s from now`);
    fc.assert(
      fc.property(fc.integer({ min: 301, max: 1_000_000_000 }), fc.boolean(), (seconds, ahead) => {
        assert.equal(good(now + (ahead ? seconds : -seconds) * 1_000), false);
      }),
    );
  });

test("a proof of a probe opens nothing by itself: where tokens are asked for it needs one as well", () => {
  const config = readConfig({
    ...leastEnvironment,
    SIDECAR_TOKENS: "open-sesame",
  });
  const home = { slot: "blue", task: "10.0.0.1:8080" };
  const task = { config, home, pins: new PinReader(config.keys), sessions: { hasEnded: () => false } };
  const probe = {
    [header.probeSlot]: "blue",
    [header.probeProof]: signFresh(key, "probe", now),
    [header.synthetic]: "1",
  };
  const route = (headers: Record<string, string>) => {
    const { kind, ...rest } = decideRoute(task, "POST", "/mcp", headers, now);
    return "status" in rest ? rest.status : kind;
  };
  assert.equal(route(probe), 401);
  assert.equal(route({ ...probe, authorization: "Bearer wrong" }), 401);
  assert.equal(route({ ...probe, authorization: "Bearer open-sesame" }), "forward");
  assert.equal(route({ [hopHeader]: signFresh(key, "probe", now) }), 401, "a probe's proof is no hop's");
  assert.equal(route({ [hopHeader]: signFresh(key, "hop", now) }), "forward", "a peer has asked for it");
});
