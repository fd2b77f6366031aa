import type { Mutant } from "../mutant.ts";

const health = ["tests/sidecar/plain-health.test.ts"];

/** Mutants of what rides along in front of the hub. */
export const sidecar: readonly Mutant[] = [
  {
    does: "a good release is rolled back because clients took calls back",
    file: "domain/outcome.ts",
    before: '? judged("withdrawn", "withdrawn")',
    after: '? judged("server-fault", "withdrawn")',
    tests: ["tests/domain/outcome.test.ts", "tests/sidecar/observer.test.ts"],
  },
  {
    does: "whoever has the signing key uses the hub without a token",
    file: "sidecar/proxy/decide-route.ts",
    before: "if (!hopped && !isAuthorized(tokens, headers.authorization)) return unauthorized;",
    after:
      'if (!hopped && !isSigned(keys, "probe", headers[header.probeProof], nowMs) && !isAuthorized(tokens, headers.authorization)) return unauthorized;',
    tests: ["tests/sidecar/decide-route.test.ts", "tests/sidecar/proofs.test.ts"],
  },
  {
    does: "a drain cuts an answer in two, for its stream is closed while it arrives",
    file: "sidecar/drain/streams.ts",
    before: " || this.#arriving.has(session)",
    after: "",
    tests: ["tests/sidecar/arriving.test.ts"],
  },
  {
    does: "a stolen proof that is dated years ahead opens a slot until then",
    file: "sidecar/affinity/signature.ts",
    before: "Math.abs(Number(seconds) - nowMs / 1_000)",
    after: "(nowMs / 1_000 - Number(seconds))",
    tests: ["tests/sidecar/proofs.test.ts"],
  },
  {
    does: "whoever has no token hears the hub's tools, faults and workspaces on its health path",
    file: "sidecar/proxy/decide-route.ts",
    before: "if (isAuthorized(tokens, headers.authorization)) return true;",
    after: "return true;",
    tests: health,
  },
  {
    does: "gates hear of a hub only that it is up, and refuse each release whose hub.ready asks for more",
    file: "sidecar/proxy/decide-route.ts",
    before: 'return isSigned(keys, "probe", headers[header.probeProof], nowMs);',
    after: "return false;",
    tests: health,
  },
  {
    does: "who may hear only whether the hub is up asks it for more, with a query and headers of their own",
    file: "sidecar/proxy/headers.ts",
    before: "if (isPlain && !plainAsk.has(name)) continue;",
    after: "",
    tests: health,
  },
  {
    does: "the balancer's check tells anybody why the hub is not ready, in the hub's words",
    file: "sidecar/proxy/own-answers.ts",
    before: "tellsWhy ? notReadyWords + why",
    after: "true ? notReadyWords + why",
    tests: health,
  },
];
