import type { CheckContext } from "../../../checks/core/check.ts";
import type { AlarmState } from "../../../checks/sources/alarms.ts";
import type { ProbeSession } from "../../../checks/sources/probe-session.ts";
import type { TargetHealth } from "../../../checks/sources/targets.ts";
import type { Colour } from "../../../domain/colour.ts";
import { contextWith } from "../fixtures/context.ts";
import { inputsFor } from "../fixtures/inputs.ts";
import { answered, asking, type Cases, logging, slotLogs, tear, tornBook, tornWords } from "./case.ts";

const given = (samples: CheckContext["samples"]) => contextWith({ samples });
const broken = { in: given(tornBook), why: tornWords };

function targets(over: Partial<TargetHealth>): CheckContext {
  const none = { healthy: 0, unhealthy: 0, initial: 0, draining: 0, reasons: [] };
  const deployment = inputsFor("http://hub.test", {
    capacity: { blue: { tasks: 2, max: 4 }, green: { tasks: 2, max: 4 } },
  });
  return asking({ targets: { health: async () => ({ ...none, ...over }) } }, { deployment });
}

const noProbes = { get: tear, openTogether: tear, close: async () => undefined };

/** What live and the candidate, green, list. */
function offering(live: string[], candidate: string[]): CheckContext {
  const session = (tools: string[]) =>
    ({
      catalogue: async () => ({ capabilities: [], tools, resources: [], prompts: [] }),
      close: async () => undefined,
    }) as unknown as ProbeSession;
  const open = async (slot: Colour | null) => session(slot === "green" ? candidate : live);
  return asking({ probes: { ...noProbes, open } });
}

const withAlarms = {
  deployment: inputsFor("http://hub.test", { alarms: { blue: ["b"], green: ["slow", "errors"] } }),
};

function alarms(...states: [string, AlarmState["state"]][]): CheckContext {
  const found = states.map(([name, state]) => ({
    name,
    state,
    reason: "3 datapoints above 5",
    actionsEnabled: true,
    actions: ["arn:topic"],
  }));
  return asking({ alarms: { states: async () => found } }, withAlarms);
}

export const gateCases: Cases = {
  "target-health": {
    passes: { in: targets({ healthy: 2 }), why: /^2 of 2 targets healthy$/ },
    fails: {
      in: targets({ healthy: 1, unhealthy: 1, reasons: ["Target.Timeout"] }),
      why: /^1 of 2 targets healthy, 1 unhealthy \(Target.Timeout\)$/,
    },
    cannotTell: {
      in: asking({}, { slot: null }),
      why: /judges one slot: name it with --slot blue or --slot green$/,
    },
    broken: { in: asking({ targets: { health: tear } }), why: tornWords },
  },
  "error-share": {
    passes: {
      in: given(answered({ green: { count: 300 } })),
      why: /^0 of 300 requests failed \(0 %\), limit 1 %$/,
    },
    fails: {
      in: given(answered({ green: { count: 60, bad: 12 } })),
      why: /^12 of 60 requests failed \(20 %\), limit 1 %: evidence .* to 1, where 250 to 1 is enough; mostly: HTTP 500$/,
    },
    cannotTell: {
      in: given(answered({ green: { count: 298 } })),
      why: /^0 of 298 requests failed.*too few to tell, 299 without one would show it$/,
    },
    broken,
  },
  latency: {
    passes: {
      in: given(answered({ green: { count: 60 } })),
      why: /^p95 50 ms; 0 of 60 analyses took 2000 ms or more/,
    },
    fails: {
      in: given(answered({ green: { count: 60, slow: 30 } })),
      why: /^p95 2500 ms; 30 of 60 analyses took 2000 ms or more \(50 %\), limit 5 %: evidence/,
    },
    cannotTell: {
      in: given(answered({ green: { count: 58 } })),
      why: /0 of 58 .*too few to tell, 59 without/,
    },
    broken,
  },
  "first-requests": {
    passes: {
      in: given(answered({ green: { count: 150 } })),
      why: /^100 of the first 100 answered well \(100 %\), p95 50 ms$/,
    },
    fails: {
      in: given(answered({ green: { count: 100, slow: 40 } })),
      why: /^40 of 100 of the first analyses took 2000 ms or more \(40 %\), limit 5 %: evidence/,
    },
    cannotTell: {
      in: given(answered({ green: { count: 99 } })),
      why: /^99 of the first 99 .*: 1 more to come$/,
    },
    broken,
  },
  "llm-failures": {
    passes: {
      in: given(answered({ green: { count: 30 } })),
      why: /^0 of 30 analyses were LLM failures \(0 %\), limit 10 %$/,
    },
    fails: {
      in: given(answered({ green: { count: 40, bad: 30, outcome: "llm-failure" } })),
      why: /^30 of 40 analyses were LLM failures \(75 %\), limit 10 %: evidence/,
    },
    cannotTell: {
      in: given(answered({ green: { count: 28 } })),
      why: /0 of 28 .*too few to tell, 29 without/,
    },
    broken,
  },
  "log-errors": {
    passes: {
      in: contextWith(slotLogs(logging(["up", "served"]))),
      why: /^the hub wrote 0 error lines$/,
    },
    fails: {
      in: contextWith(slotLogs(logging(["up", "ERROR: no memory"]), logging(["up"]))),
      why: /^the hub wrote 1 error line, the first: ERROR: no memory; live wrote 0$/,
    },
    cannotTell: {
      in: contextWith(slotLogs(logging([]))),
      why: /^the slot logged nothing in the window$/,
    },
    broken: {
      in: contextWith(slotLogs({ logs: { lines: tear, write: tear } })),
      why: tornWords,
    },
  },
  alarms: {
    passes: { in: alarms(["slow", "OK"], ["errors", "OK"]), why: /^2 alarms, none fired$/ },
    fails: {
      in: alarms(["slow", "INSUFFICIENT_DATA"], ["errors", "ALARM"]),
      why: /^errors is in ALARM: 3 datapoints above 5$/,
    },
    cannotTell: {
      in: alarms(["slow", "INSUFFICIENT_DATA"], ["errors", "OK"]),
      why: /^no data yet for slow$/,
    },
    broken: { in: asking({ alarms: { states: tear } }, withAlarms), why: tornWords },
  },
  catalogue: {
    passes: {
      in: offering(["search", "read"], ["read", "search", "new"]),
      why: /^all 2 names that live offers$/,
    },
    fails: {
      in: offering(["search", "read"], ["search"]),
      why: /^missing: read; what may disappear is named in hub\.mayDisappear$/,
    },
    cannotTell: {
      in: asking({}, { slot: null }),
      why: /judges one slot: name it with --slot blue or --slot green$/,
    },
    broken: { in: asking({ probes: { ...noProbes, open: tear } }), why: tornWords },
  },
  "live-comparison": {
    passes: {
      in: given(answered({ blue: { count: 100, bad: 2 }, green: { count: 100, bad: 2 } })),
      why: /^6 comparisons, none shows that the candidate is worse; nearest tools\/call hub__analyze_prompt \(own probes\)/,
    },
    fails: {
      in: given(answered({ blue: { count: 100 }, green: { count: 100, bad: 30, outcome: "tool-error" } })),
      why: /^tools\/call hub__analyze_prompt \(own probes\): 30 of 100 \(30 %\) answered that the tool failed, live 0 of 100 \(0 %\): evidence enough/,
    },
    cannotTell: {
      in: given(answered({ blue: { count: 10 }, green: { count: 100 } })),
      why: /10 of the 59 samples that a pass needs$/,
    },
    broken,
  },
};
