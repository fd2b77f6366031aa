/** A deliberate defect: one place of the shipped code, read in another way. */
export interface Mutant {
  readonly name: string;
  /** File below the repository. */
  readonly file: string;
  /** Occurs exactly once in it. */
  readonly search: string;
  readonly replacement: string;
}

/** Defects that the simulation must find. */
export const mutants: readonly Mutant[] = [
  {
    name: "prove from the rule instead of responses",
    file: "rollout/run/prove.ts",
    search: "if (round.failed === 0 && fits(plan, round.green) && settled) proved.add(address);",
    replacement: "if (round.failed === 0) proved.add(address);",
  },
  {
    name: "a change that nobody saw is taken for undone",
    file: "rollout/run/prove.ts",
    search: "!pending || pending.seen.has(address) || now >= pending.until",
    replacement: "true",
  },
  {
    name: "ignore the fence",
    file: "rollout/record/lease.ts",
    search: "#refuseFenced({ fence, fencedBy, lease }: SwitchRecord): void {",
    replacement: "#refuseFenced({ fence, fencedBy, lease }: SwitchRecord): void { return;",
  },
  {
    name: "ignore another holder's lease",
    file: "rollout/record/lease.ts",
    search: "if (lease?.owner !== this.owner)",
    replacement: "if (this.owner === null)",
  },
  {
    name: "no compare before the write",
    file: "rollout/run/shift.ts",
    search: "live === null || !shows(live, expected)",
    replacement: "live === null || expected.length === 0",
  },
  {
    name: "no look at the targets before a weight is given",
    file: "rollout/run/shift.ts",
    search: "if (healthy < needed[colour])",
    replacement: "if (healthy < 0)",
  },
  {
    name: "write without an intent",
    file: "rollout/run/shift.ts",
    search:
      "intent: { from, to, at: ports.clock.now(), pending: firstWeight(record, to, ports.clock.now()) },",
    replacement: "intent: null,",
  },
  {
    name: "a late write after a fence is not put right and not awaited",
    file: "rollout/guardian/late-write.ts",
    search: "if (shows(rule, [weights]) || !shows(rule, stillArriving(record, now))) return null;",
    replacement: "if (shows(rule, [weights]) || stillArriving(record, now).length >= 0) return null;",
  },
  {
    name: "the guardian ignores a rollout whose lease ran out",
    file: "rollout/guardian/abandoned.ts",
    search: "if (rollout === null && intent === null) return null;",
    replacement: "if (record.lease !== undefined) return null;",
  },
  {
    name: "a rejected release may rise again",
    file: "rollout/policy/refuse-releases.ts",
    search:
      "if (!rejection || request.plan.retry === release || returns || !(rises || changed)) return null;",
    replacement: "if (rejection || !rejection) return null;",
  },
  {
    name: "count weight 0 as falsy",
    file: "domain/weight.ts",
    search: "weights[other(of)] = 100 - checked;",
    replacement: "weights[other(of)] = 100 - (checked || 100);",
  },
  {
    name: "retire while the slot carries weight",
    file: "rollout/guardian/due-retirement.ts",
    search:
      'if (retirement === null || record.weights[retirement.colour] > 0 || retirement.stage === "idle")',
    replacement: 'if (retirement === null || retirement.stage === "idle")',
  },
  {
    name: "a rollback waits for a gate",
    file: "rollout/run/rollout.ts",
    search: "return rollBack(run);",
    replacement:
      'run.lease.ports.report({ kind: "rolling-back", to: run.spec.rollbackTarget, why: run.why }); return bake(run, false, run.cancel).then(() => rollBack(run));',
  },
  {
    name: "the guardian fights a fresh lease",
    file: "rollout/guardian/decision.ts",
    search: "if (leaseHeld(record, now))",
    replacement: "if (leaseHeld(record, now) && now < 0)",
  },
  {
    name: "the guardian goes back to a slot that runs another task definition",
    file: "rollout/guardian/revived.ts",
    search: "if (others.length === 0 && running.length > 0) return null;",
    replacement: "if (others.length >= 0) return null;",
  },
  {
    name: "the guardian acts twice inside a window",
    file: "rollout/policy/rollback-target.ts",
    search: "live: other(left), liveSince: now, previous: null,",
    replacement:
      "live: other(left), liveSince: now, previous: { colour: left, ...record.slots[left], until: now + 9e6 },",
  },
  {
    name: "the guardian takes a provider's outage for the release's fault",
    file: "rollout/guardian/send-back.ts",
    search: "observation.previousProbe === true;",
    replacement: "observation.previousProbe !== null;",
  },
  {
    name: "retire before the sessions end",
    file: "rollout/guardian/due-retirement.ts",
    search: "if (!over && !empty) return null;",
    replacement: "",
  },
  {
    name: "the drain's time runs while the traffic still flows",
    file: "rollout/guardian/reassert.ts",
    search: "return end(record, left, now, now + limits.evictMs);",
    replacement: "return record;",
  },
  {
    name: "a slot drains as soon as somebody decided to leave it",
    file: "rollout/policy/rollback-target.ts",
    search: "return keepSessions(back, left, now, now + stay);",
    replacement: "return drainSlot(back, left, now, now + stay);",
  },
  {
    name: "a paused rollout is gone on with, whoever has approved it",
    file: "rollout/policy/decide-unfinished.ts",
    search: "if (waits?.weight === at)",
    replacement: "if (waits?.weight === at && at < 0)",
  },
  {
    name: "silence counts as approval",
    file: "domain/approval.ts",
    search: "if (now < until) return null;",
    replacement: 'if (now < until) return "go-on";',
  },
  {
    name: "that a person said no is read as an answer",
    file: "domain/approval.ts",
    search: 'return said.approved ? "go-on" : "turned-down";',
    replacement: 'return said.at > 0 ? "go-on" : "turned-down";',
  },
  {
    name: "a step has passed and does not say yet that it waits",
    file: "rollout/run/states/bake.ts",
    search: "if (approval === undefined) return passed;",
    replacement: "if (passed.passed.length > 0) return passed;",
  },
  {
    name: "nobody ends a pause whose time is over",
    file: "rollout/guardian/unattended-wait.ts",
    search: 'over === "timed-out" && waits.otherwise === "rollback"',
    replacement: 'over === "go-on" && waits.otherwise === "rollback"',
  },
  {
    name: "a rollout that waits is never abandoned, wherever it stands",
    file: "rollout/guardian/abandoned.ts",
    search: "if (rollout?.waits ? isAtRest(record, rule) : lease === null) return null;",
    replacement: "if (rollout?.waits || lease === null) return null;",
  },
];
