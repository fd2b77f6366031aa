import type { Mutant } from "../mutant.ts";

/** Mutants of what decides. */
export const checks: readonly Mutant[] = [
  {
    does: 'one request in a hundred fails, and the watch passes: exactly 99 % is "above 99 %"',
    file: "checks/watch/judge.ts",
    before: '"requests were server faults", "<")',
    after: '"requests were server faults", "<=")',
    tests: ["tests/checks/limits.test.ts"],
  },
  {
    does: 'analyses take 2,000 ms, and the watch passes: that is "below 2,000 ms"',
    file: "checks/watch/judge.ts",
    before: "p95 < limit",
    after: "p95 <= limit",
    tests: ["tests/checks/limits.test.ts"],
  },
  {
    does: "analyses take 2,000 ms to the letter, and the gate counts them as fast",
    file: "checks/gate/latency.ts",
    before: "times.map((time) => time >= limit)",
    after: "times.map((time) => time > limit)",
    tests: ["tests/checks/gate-limits.test.ts"],
  },
  {
    does: "the first users wait for exactly the limit, and the gate passes",
    file: "checks/gate/first-requests.ts",
    before: "latencyMs >= thresholds.analysisLatencyP95Ms",
    after: "latencyMs > thresholds.analysisLatencyP95Ms",
    tests: ["tests/checks/gate-limits.test.ts"],
  },
  {
    does: "of the first hundred users one fails, and the gate passes",
    file: "checks/gate/first-requests.ts",
    before: "share > successRatePercent",
    after: "share >= successRatePercent",
    tests: ["tests/checks/gate-limits.test.ts"],
  },
  {
    does: "a release that fails as many users as the limit says passes the gate",
    file: "checks/statistics/shares.ts",
    before: "bad / answers.length < limit",
    after: "bad / answers.length <= limit",
    tests: ["tests/checks/gate-limits.test.ts"],
  },
  {
    does: "a good release is rolled back for what live's users get as well, for they are not seen",
    file: "checks/gate/live-comparison.ts",
    before: "live: { ended: samples.of(live, rolloutSince), open: samples.open(live) }",
    after: 'live: { ended: samples.of(live, rolloutSince).filter((one) => one.from === "probe"), open: [] }',
    tests: ["tests/checks/gate-limits.test.ts"],
  },
  {
    does: "a good release is rolled back for a slow provider, for what waits at live is not seen",
    file: "checks/gate/live-comparison.ts",
    before: "open: samples.open(live) }",
    after: "open: [] }",
    tests: ["tests/checks/gate-limits.test.ts"],
  },
  {
    does: "a deployment goes out while live's users fail, for the candidate's metrics are read",
    file: "checks/preflight/metrics-in-range.ts",
    before: "context.record?.live ?? other(slotOf(context))",
    after: "slotOf(context)",
    tests: ["tests/checks/limits.test.ts"],
  },
  {
    does: "own probes in the log count as users, and hide the share that fails",
    file: "checks/logs/access-lines.ts",
    before: ' || fields["synthetic"] === true',
    after: "",
    tests: ["tests/checks/access-lines.test.ts"],
  },
  {
    does: "a good release is rolled back for own probes that are compared with users",
    file: "checks/statistics/request-group.ts",
    before: 'const kind = from === "probe" ? "p" : sessionAt',
    after: "const kind = sessionAt",
    tests: ["tests/checks/like-with-like.test.ts", "tests/checks/gate-limits.test.ts"],
  },
  {
    does: "evidence that somebody has changed is verified, for it is hashed as it was read",
    file: "checks/evidence/verify-evidence.ts",
    before: "previous = hash(line);",
    after: "previous = hash(JSON.stringify(read.line));",
    tests: ["tests/checks/evidence-bytes.test.ts"],
  },
];
