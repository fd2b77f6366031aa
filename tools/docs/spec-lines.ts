/** What answers a line of the requirement. */
export type Answer =
  | { readonly check: string }
  /** A name as it stands in a file of the program. */
  | { readonly resource: string; readonly in: string }
  /** A script of package.json. */
  | { readonly command: string };

/** What shows that the answer holds. */
export type Proof =
  | { readonly test: string; readonly in: string }
  /** A scenario of `npm run rehearse`. */
  | { readonly scenario: string };

/** One line of the requirement (TASK-021, production deployment). */
export interface SpecLine {
  readonly section: string;
  /** The requirement's own words. */
  readonly line: string;
  /** How it is answered, in a sentence. */
  readonly how: string;
  readonly by: readonly Answer[];
  readonly proof: readonly Proof[];
  /** What is left to a person; left out: nothing. */
  readonly byHand?: string;
}

type Rest = Pick<SpecLine, "how" | "by" | "proof" | "byHand">;

/** A test by its file, of the product unless it is a package's. */
const inFile = (file: string) => (test: string) => ({
  test,
  in: file.startsWith("packages/") ? file : `tests/${file}`,
});
const ofCommand = inFile("checks/command.test.ts");
const ofChecks = inFile("checks/cases.test.ts")(
  "passes, fails, cannot tell, and keeps the cause of a broken source",
);
const ofSpec = inFile("infra/spec.test.ts");
const ofChain = inFile("release/chain.test.ts")(
  "a release that soaked in staging is promoted, prepared and tagged",
);
const ofTags = inFile("release/tags.test.ts");
const ofNotes = inFile("release/notes.test.ts");
const ofAlarms = inFile("infra/alarms.test.ts");
const ofDashboard = inFile("infra/dashboard.test.ts");
const ofLimits = inFile("checks/limits.test.ts");
const ofProgram = inFile("infra/program.test.ts");
const ofConfig = inFile("infra/config.test.ts");
const ofExample = inFile("infra/config-example.test.ts");
const ofDecision = inFile("rollout/decision.test.ts");
const ofCost = inFile("infra/cost.test.ts");
const scenario = (name: string) => ({ scenario: name });
const resource = (name: string, file: string) => ({ resource: name, in: file });

/** Answered by checks, each with its four cases. */
const checked = (how: string, ...names: string[]): Rest => ({
  how,
  by: names.map((check) => ({ check })),
  proof: [ofChecks],
});
/** A person's work, and the check that sees whether it was done. */
const stated = (byHand: string, ...names: string[]): Rest => ({
  ...checked("The pre-deployment record says so; the check reads it.", ...names),
  byHand,
});
const alarm = (kind: string, topic: "on-call" | "team", of: string): Rest => ({
  how: `One alarm per colour at this limit, of ${of}, to ${topic}.`,
  by: [resource(`name("${kind}")`, "infra/alarms.ts")],
  proof: [
    ofSpec("the three alerts of the requirement exist per colour"),
    ofAlarms("rings for its own series above the limit, and for no other"),
  ],
});
const llmAlarm = alarm("llm-failures", "on-call", "all analyses");
const charted = (title: string): Rest => ({
  how: "On the dashboard, both colours side by side.",
  by: [resource(`"${title}"`, "infra/dashboard.ts")],
  proof: [
    ofProgram(
      "the dashboard shows the seven metrics, blue beside green, limits as lines, the weight, every alarm",
    ),
  ],
});
const rate = (title: string, how: string): Rest => ({
  ...charted(title),
  how,
  proof: [...charted(title).proof, ofDashboard("rates are drawn of the requests that they are about")],
});
const person = (byHand: string): Rest => ({ how: "Not the program's.", by: [], proof: [], byHand });

/** A document that a command begins and a person finishes. */
const drafted = (how: string, byHand: string): Rest => ({
  how,
  by: [{ command: "release" }],
  proof: [ofNotes("the notes of a promotion and of a rollback are written from their evidence")],
  byHand,
});

const at = (section: string, lines: readonly (readonly [string, Rest])[]): SpecLine[] =>
  lines.map(([line, rest]) => ({ section, line, ...rest }));

const metrics = ["metrics-in-range", "watch-stability"] as const;
const staged: Rest = {
  ...checked(
    "Measured on the staging slot, or signed for; since when is found out, and by digest it goes on.",
    "staging-clean",
  ),
  by: [{ check: "staging-clean" }, { command: "release" }, { command: "promote" }],
  proof: [ofChecks, ofChain],
};
const approved = stated("Ask for the approval; write who gave it and when.", "stakeholder-approval");
const wired = checked(
  "Alarms exist, call somebody who has confirmed, and are silent.",
  "alarms-wired",
  "subscribers-confirmed",
);
const published = stated("Publish it; write the link.", "documentation-published");
const secretsThere: Rest = {
  how: "By name in the config, from Secrets Manager; the check looks for real values without reading them out.",
  by: [{ check: "secrets-present" }, resource("secretReference", "infra/config.ts")],
  proof: [ofChecks, ofExample("names images by digest and secrets by name, and holds no value of one")],
  byHand: "Put the keys into Secrets Manager.",
};
const rollbackTested: Rest = {
  ...checked("The rehearsal's evidence names this release and a rollback of it.", "rollback-rehearsed"),
  by: [{ check: "rollback-rehearsed" }, { command: "rehearse" }],
  proof: [
    ofChecks,
    scenario("rollback"),
    inFile("rehearsal/rollback-evidence.test.ts")(
      "the evidence of a rehearsed rollback passes rollback-rehearsed for the stack's release",
    ),
  ],
};
const smokes = ["hub-ready", "tool-listed", "analysis", "tool-filtering", "session-isolation"] as const;
const kept: Rest = {
  how: "The config file belongs to the release and lies in its task definition, which is kept on replacement.",
  by: [
    { check: "backup-kept" },
    resource("skipDestroy", "infra/slots.ts"),
    resource("HUB_CONFIG", "infra/containers.ts"),
  ],
  proof: [ofChecks, ofSpec("a release's config file is part of its name and of its task definition")],
};
const sentBack: Rest = {
  how: "One rule change, proved in traffic, without lock, metric or Pulumi; or greenWeight back and `pulumi up`.",
  by: [{ command: "rollback" }],
  proof: [
    scenario("rollback"),
    ofDecision("inside its window the previous release comes back at once; after it, through the plan"),
  ],
};
const cutOver: Rest = {
  how: "The weighted rule moves new sessions step by step, each step proved and gated.",
  by: [resource("TrafficSwitch", "infra/switch.ts")],
  proof: [
    scenario("cutover"),
    ofDecision(
      "a rising weight walks the plan's steps up to what is asked, verifying first what is not verified",
    ),
  ],
};

/** Every line of the requirement. Where it gives a command, the line is what the command is for. */
export const specLines: readonly SpecLine[] = [
  ...at("Acceptance criteria", [
    ["Staging validation complete (24-48 hours)", staged],
    [
      "All metrics within acceptable ranges",
      checked("Before on live, after on the promoted slot.", ...metrics),
    ],
    ["Stakeholder approval obtained", approved],
    [
      "Production configuration prepared",
      {
        how: "A complete example; every problem of a config is told at once, before anything is registered.",
        by: [resource("hub:greenWeight", "Pulumi.production.yaml"), resource("hubConfig", "infra/config.ts")],
        proof: [
          ofExample("is a valid production config that no guard refuses"),
          ofConfig("a malformed config is refused with all of its problems"),
        ],
        byHand: "Fill in your own names, digests and people.",
      },
    ],
    ["Rollback plan ready", rollbackTested],
    ["Monitoring configured", wired],
    ["Documentation published", published],
    ["Deployment successful", cutOver],
    [
      "Post-deployment validation complete",
      checked(
        "The smoke group, then the watch of the first hour, day and week.",
        ...smokes,
        "watch-success-rate",
        "watch-latency",
      ),
    ],
  ]),
  ...at("Pre-deployment: staging validation", [
    ["Staging running 24-48 hours without issues", staged],
    [
      "All integration tests passing",
      checked("Your own command `integration`, run against the slot.", "integration-tests"),
    ],
    [
      "Performance benchmarks met",
      checked("A benchmark of own analyses at the candidate.", "performance-benchmark"),
    ],
    [
      "No critical bugs reported",
      {
        ...checked("Your own command `bugs`, or the record's count of the last day.", "no-critical-bugs"),
        byHand: "Count them, where no command does.",
      },
    ],
    [
      "Metrics within acceptable ranges",
      {
        ...checked("Live's last hour.", "metrics-in-range"),
        proof: [ofChecks, ofLimits("live's range ends where the requirement says")],
      },
    ],
  ]),
  ...at("Pre-deployment: production readiness", [
    ["Production API keys configured", secretsThere],
    ["Monitoring alerts configured", wired],
    ["Rollback plan tested", rollbackTested],
    ["Documentation finalized", published],
    ["Team notified of deployment", stated("Tell the team; write who did and when.", "team-notified")],
    ["On-call engineer assigned", stated("Write who is on call, from when until when.", "on-call-assigned")],
  ]),
  ...at("Phase 1: final verification and configuration", [
    [
      "Verify main branch up to date",
      {
        how: "The deploy role trusts workflows of one branch.",
        by: [resource("makeWorkflowRoles", "infra/workflow-roles.ts")],
        proof: [ofSpec("the deploy role trusts one branch of one repository")],
      },
    ],
    [
      "Verify all tests pass (bun test)",
      checked("The hub's own suite, as the command `integration`.", "integration-tests"),
    ],
    [
      "Build production artifacts",
      {
        ...person("Build and push the hub's image; write its digest."),
        how: "Images by digest only in production.",
        by: [resource("@sha256:", "infra/config.ts")],
        proof: [ofConfig("a malformed config is refused with all of its problems")],
      },
    ],
    ["Use environment-specific API keys (GEMINI_API_KEY)", secretsThere],
    [
      "Verify configuration (toolFiltering)",
      checked("The tools that a session sees change with an analysis.", "tool-filtering"),
    ],
  ]),
  ...at("Phase 2: deployment", [
    [
      "Tag current production version",
      {
        ...kept,
        how: "Each release gets a tag of its name when its record is prepared, and stays startable.",
        by: [{ command: "release" }, ...kept.by],
        proof: [ofTags("a tag is made where it is asked for, and never moved"), ...kept.proof],
      },
    ],
    ["Backup configuration", kept],
    [
      "Graceful shutdown with active session handling",
      {
        how: "Sessions drain: no new ones, open ones end or are reopened by a deadline.",
        by: [resource("drainDeadline", "domain/plan.ts")],
        proof: [scenario("cutover")],
      },
    ],
    [
      "Option A: start new instance",
      {
        how: "The idle colour's slot, beside the live one, without user traffic.",
        by: [resource("makeSlot", "infra/slots.ts")],
        proof: [scenario("cutover"), ofDecision("a changed candidate is verified at weight 0")],
      },
    ],
    [
      "Option A: verify health checks pass",
      {
        ...checked("The candidate's gate at weight 0.", "target-health", "hub-ready"),
        proof: [ofChecks, scenario("refused")],
      },
    ],
    ["Option A: switch load balancer", cutOver],
    [
      "Option A: drain old instance",
      {
        how: "The guardian drains, keeps warm and scales the slot down, one step a tick.",
        by: [resource("makeGuardian", "infra/guardian.ts")],
        proof: [scenario("cutover")],
      },
    ],
    [
      "Option B: rolling restart, SIGTERM, cleanup",
      {
        how: "Not used: option A is recommended. Inside a slot a task that stops drains its sidecar first and the hub after it.",
        by: [resource("stopTimeout", "infra/containers.ts")],
        proof: [
          inFile("packages/local-aws/tests/tasks-runner.test.ts")(
            "stopping goes from dependants to dependencies, each with SIGTERM first",
          ),
        ],
      },
    ],
    [
      "Wait for startup",
      {
        how: "A service's steady state is awaited.",
        by: [resource("waitForSteadyState", "infra/slots.ts")],
        proof: [scenario("cutover")],
      },
    ],
    [
      "Verify Hub started (/health)",
      {
        ...checked(
          "Up by its health path, where a web page does not pass, and a session of its own lists tools.",
          "hub-ready",
        ),
        proof: [ofChecks, ofCommand("a hub that answers its health path with a web page does not pass")],
      },
    ],
    [
      "Verify meta-tool registered (tools/list, hub__analyze_prompt)",
      {
        ...checked(
          "By the official MCP client, and beside it everything else that live offers.",
          "tool-listed",
          "catalogue",
        ),
        proof: [
          ofChecks,
          ofCommand(
            "a hub whose tools/list fails while its health path is green exits 1 and names the check",
          ),
        ],
      },
    ],
  ]),
  ...at("Phase 3: validation", [
    ["Smoke test 1: analysis works", checked("A real analysis through an MCP session.", "analysis")],
    ["Smoke test 2: tool filtering works", checked("tools/list before and after.", "tool-filtering")],
    [
      "Smoke test 3: session isolation works",
      checked("Several sessions, one analysis.", "session-isolation"),
    ],
    [
      "Integration tests against production (MCP_HUB_URL)",
      checked("Your own command, with MCP_HUB_URL set.", "integration-tests"),
    ],
    [
      "Monitor first 100 requests",
      checked("The first users' answers, filled up with own probes.", "first-requests"),
    ],
    ["Analysis latency p95 < 2000ms", checked("In every step and afterwards.", "latency", "watch-latency")],
    [
      "Success rate > 99%",
      checked(
        "In every step, against live at the same time, and afterwards.",
        "error-share",
        "live-comparison",
        "watch-success-rate",
      ),
    ],
    ["No errors in logs", checked("By the config's patterns.", "log-errors", "watch-log-errors")],
  ]),
  ...at("Phase 4: metrics to track", [
    ["Request volume", charted("Request volume")],
    ["Success rate", rate("Success rate", "What the error rate leaves, with the gate's limit as a line.")],
    ["Error rate", rate("Error rate", "Server faults among all requests, with the alarm's limit as a line.")],
    [
      "Analysis latency (p50, p95, p99)",
      {
        ...charted("Analysis latency (p50, p95, p99)"),
        by: [
          resource('"Analysis latency (p50, p95, p99)"', "infra/dashboard.ts"),
          { check: "performance-benchmark" },
        ],
      },
    ],
    ["Tool exposure changes per session", charted("Tool exposure changes per session")],
    [
      "LLM API costs",
      {
        ...charted("LLM API costs"),
        proof: [
          ...charted("LLM API costs").proof,
          ofDashboard("the cost that is drawn is the one that the watch reckons"),
          ofAlarms("what both slots' analyses cost rings above $100 a day"),
        ],
        by: [
          resource('"LLM API costs"', "infra/dashboard.ts"),
          { check: "watch-llm-cost" },
          resource("-llm-cost", "infra/alarms.ts"),
        ],
      },
    ],
    ["Session count", charted("Session count")],
  ]),
  ...at("Phase 4: alerts and logs", [
    [
      "High Error Rate: error_rate > 5%, notify_on_call",
      alarm("error-rate", "on-call", "server faults among all requests"),
    ],
    [
      "High Latency: p95_latency > 3000ms, notify_team",
      alarm("latency", "team", "all analyses, those without an answer included"),
    ],
    [
      "LLM Failure Rate: llm_failure_rate > 10%, notify_on_call",
      {
        ...llmAlarm,
        by: [...llmAlarm.by, { check: "llm-failures" }],
      },
    ],
    ["Real-time error monitoring", checked("Looks again each minute with --follow.", "watch-log-errors")],
    [
      "Track analysis patterns",
      {
        ...charted("Tool exposure changes per session"),
        how: "Calls and exposure changes are counted. Which categories were chosen is in the slot's log group.",
        by: [{ check: "watch-adoption" }, resource("makeLogGroups", "infra/log-groups.ts")],
        proof: [ofChecks],
        byHand: "Read the categories in the log group, if the hub prints them.",
      },
    ],
  ]),
  ...at("Rollback procedure", [
    [
      "If critical issues detected within first 24 hours",
      {
        how: "For rollout.rollbackWindow the previous release stays one flip away, and the guardian sends traffic back by itself.",
        by: [resource("rollbackWindow", "domain/plan.ts"), resource("makeGuardian", "infra/guardian.ts")],
        proof: [
          ofDecision("inside its window the previous release comes back at once; after it, through the plan"),
        ],
      },
    ],
    [
      "Quick rollback (< 5 minutes)",
      {
        ...sentBack,
        by: [...sentBack.by, { check: "rollback-in-time" }],
        proof: [ofChecks, ...sentBack.proof],
      },
    ],
    [
      "Stop current instance",
      {
        how: "It gets no new sessions; those it has are evicted or drained.",
        by: [resource("onFail", "domain/plan.ts")],
        proof: [scenario("bad-release")],
      },
    ],
    ["Restore previous config", kept],
    ["Checkout previous version", { ...sentBack, how: "The other colour still runs it." }],
    [
      "Restart",
      {
        how: "Nothing restarts: the previous release has kept running.",
        by: [resource("idleTasks", "domain/plan.ts")],
        proof: [scenario("rollback")],
      },
    ],
    ["Verify rollback", checked("Every answer comes from live again.", "live-serves-all")],
  ]),
  ...at("Post-rollback", [
    [
      "Notify team of rollback",
      { ...checked("Published to the team's topic.", "team-told"), byHand: "Talk to them." },
    ],
    [
      "Document issue that caused rollback",
      {
        ...checked("A draft from the evidence: timeline, numbers, verdict.", "incident-document"),
        byHand: "Finish the document.",
      },
    ],
    [
      "Create hotfix plan",
      drafted("What is next after a rollback is drafted from its evidence.", "Write who, what and by when."),
    ],
    [
      "Schedule re-deployment",
      {
        how: "The rejected release is refused until it changes or rollout.retry names it.",
        by: [resource("retry", "domain/plan.ts")],
        proof: [
          ofDecision(
            "a rejected release is refused until it changes or is named for retry; an unrelated up is not",
          ),
        ],
        byHand: "Choose the day.",
      },
    ],
  ]),
  ...at("Success: first hour", [
    ["Deployment completes without errors", cutOver],
    ["All smoke tests pass", checked("The smoke group.", ...smokes, "candidate-release")],
    ["No error spike in logs", checked("Since the promotion.", "watch-log-errors")],
    ["Performance within acceptable range", checked("Since the promotion.", "watch-latency")],
  ]),
  ...at("Success: first 24 hours", [
    [
      "Success rate >99%",
      {
        ...checked("Since the promotion.", "watch-success-rate"),
        proof: [ofChecks, ofLimits("a success rate above 99 % passes, and 99 % itself does not")],
      },
    ],
    [
      "Analysis latency p95 <2000ms",
      {
        ...checked("Since the promotion.", "watch-latency"),
        proof: [ofChecks, ofLimits("a p95 below 2000 ms passes, and 2000 ms itself does not")],
      },
    ],
    [
      "No critical bugs reported",
      {
        ...checked("By the command `bugs`, or counted by hand.", "no-critical-bugs"),
        byHand: "Count them, where no command does.",
      },
    ],
    ["User feedback positive", person("Ask users.")],
    [
      "Metrics stable",
      checked("Sessions and tasks since the promotion, alarms silent.", "watch-stability", "alarms"),
    ],
  ]),
  ...at("Success: first week", [
    ["Feature adoption tracking", checked("Analyses a day.", "watch-adoption")],
    [
      "Cost analysis (LLM API usage)",
      {
        ...checked(
          "LLM cost a day; the stack's own cost is an output.",
          "watch-llm-cost",
          "watch-llm-failures",
        ),
        proof: [ofChecks, ofCost("the stack costs what its lines add up to")],
      },
    ],
    ["User satisfaction metrics", person("Survey users; the program only counts requests and sessions.")],
    [
      "Performance optimization opportunities identified",
      { ...checked("Latency and its evidence are kept.", "watch-latency"), byHand: "Read them and decide." },
    ],
  ]),
  ...at("Post-deployment tasks", [
    [
      "Update status page (feature launched)",
      {
        how: "A post made of the evidence goes to the page's webhook.",
        by: [{ command: "release" }, resource("sendPost", "release/status-post.ts")],
        proof: [ofNotes("the status page gets one JSON document")],
      },
    ],
    [
      "Announce to users (release notes)",
      drafted(
        "Release notes are written from the evidence and the commits, with a draft of the announcement.",
        "Say what users notice, and send it.",
      ),
    ],
    [
      "Monitor metrics dashboard",
      {
        how: "Its link is a stack output.",
        by: [resource("dashboard", "infra/index.ts")],
        proof: [
          ofProgram(
            "the dashboard shows the seven metrics, blue beside green, limits as lines, the weight, every alarm",
          ),
        ],
        byHand: "Look at it.",
      },
    ],
    ["Collect user feedback", person("Collect it.")],
    ["Plan optimization iterations", person("Plan them.")],
    ["Update project memories", person("Update them.")],
  ]),
];
