import type { Mutant } from "../mutant.ts";

const parsers = ["tests/rollout/parsers.test.ts"];
const outcome = ["tests/domain/outcome.test.ts"];
const health = ["tests/domain/health.test.ts"];
const record = ["tests/domain/record.test.ts"];

/** Mutants of the words that all rooms share. */
export const domain: readonly Mutant[] = [
  {
    does: "a weight of 101 % is taken, and the other slot gets less than nothing",
    file: "domain/weight.ts",
    before: ".max(100, ",
    after: ".max(101, ",
    tests: parsers,
  },
  {
    does: "a bake of five minutes takes half a minute",
    file: "domain/duration.ts",
    before: "m: 60_000",
    after: "m: 6_000",
    tests: parsers,
  },
  {
    does: "a duration with more behind it is read up to its unit",
    file: "domain/duration.ts",
    before: "(ms|s|m|h|d)$/",
    after: "(ms|s|m|h|d)/",
    tests: parsers,
  },
  {
    does: "a time of exactly a year, the longest that may be, is refused",
    file: "domain/duration.ts",
    before: "ms > longestMs",
    after: "ms >= longestMs",
    tests: parsers,
  },
  {
    does: "a lease is held in the moment that it runs out, and two may shift traffic in it",
    file: "domain/record.ts",
    before: "record.lease.until > now",
    after: "record.lease.until >= now",
    tests: record,
  },
  {
    does: "of more than fifty rejected releases the newest are forgotten, and come back to users",
    file: "domain/record.ts",
    before: ".slice(-rejectedLimit)",
    after: ".slice(0, rejectedLimit)",
    tests: record,
  },
  {
    does: "a release that is rejected again keeps the old reason, and status shows that one",
    file: "domain/record.ts",
    before: "entry.release !== release",
    after: "entry.release !== release || entry.why !== why",
    tests: record,
  },
  {
    does: "an up waits for the guardian's work while a rollout of somebody else is under way",
    file: "domain/record.ts",
    before: "lease !== null && record.rollout === null &&",
    after: "lease !== null &&",
    tests: record,
  },
  {
    does: "a hand edit that a rollback came in between of is adopted as the one that was seen",
    file: "domain/hand-edit.ts",
    before: "one.fence === another.fence &&",
    after: "",
    tests: ["tests/domain/hand-edit.test.ts"],
  },
  {
    does: "another hand edit than the one that a refresh showed is adopted unseen",
    file: "domain/hand-edit.ts",
    before: "sameOrGone(one.live, another.live)",
    after: "true",
    tests: ["tests/domain/hand-edit.test.ts"],
  },
  {
    does: "a call that AWS throttles waits for minutes in place of seconds",
    file: "domain/back-off.ts",
    before: "Math.min(2_000, 100 * 2 ** tries)",
    after: "(100 * 2 ** tries)",
    tests: ["tests/rollout/retry.test.ts"],
  },
  {
    does: "an answer in the very moment that its time is over counts as good",
    file: "domain/outcome.ts",
    before: "durationMs >= answerMsOf(contract, asked)) return overdue",
    after: "durationMs > answerMsOf(contract, asked)) return overdue",
    tests: outcome,
  },
  {
    does: "a hub that forgets its users' sessions is called the clients' fault",
    file: "domain/outcome.ts",
    before: "status === 404 && sessionOpen",
    after: "status === 404 && !sessionOpen",
    tests: outcome,
  },
  {
    does: "an answer of HTTP 500 with words of JSON-RPC in it counts by its words",
    file: "domain/outcome.ts",
    before: 'if (status >= 500) return judged("server-fault", `HTTP ${status}`);\n  if (answer.error',
    after: "if (answer.error",
    tests: outcome,
  },
  {
    does: "an error inside of a successful analysis counts as an answer",
    file: "domain/outcome.ts",
    before: "if (failure !== null)\n",
    after: "if (failure === undefined)\n",
    tests: outcome,
  },
  {
    does: "JSON-RPC's own server errors count as the tool's, which nobody is sent home for",
    file: "domain/outcome.ts",
    before: 'code <= reserved.to ? "server-fault"',
    after: 'code < reserved.to ? "server-fault"',
    tests: outcome,
  },
  {
    does: "a hub that answers HTTP 300 is ready",
    file: "domain/health.ts",
    before: "status < 200 || status > 299",
    after: "status < 200 || status > 300",
    tests: health,
  },
  {
    does: "a web page of whoever answers in the hub's place makes it ready",
    file: "domain/health.ts",
    before: "if (isWebPage(contentType, body))",
    after: "if (isWebPage(contentType, body) && status === 0)",
    tests: health,
  },
  {
    does: "a hub that says 500 inside of its answer is ready",
    file: "domain/health.ts",
    before: "value >= 400 && value <= 599",
    after: "value > 500 && value <= 599",
    tests: health,
  },
  {
    does: "a freeze whose moments stand in the stack file without quotes is refused by every real up",
    file: "domain/moment.ts",
    before: '.overwrite((text) => text.replace(printed, "$1T$2$3:$4"))',
    after: ".overwrite((text) => text)",
    tests: ["tests/domain/moment.test.ts"],
  },
  {
    does: "a freeze that was written with an offset of minutes ends at another time under the Pulumi CLI",
    file: "domain/moment.ts",
    before: '"$1T$2$3:$4"',
    after: '"$1T$2$3:00"',
    tests: ["tests/domain/moment.test.ts"],
  },
];
