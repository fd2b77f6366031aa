import type { Mutant } from "../mutant.ts";

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
];
