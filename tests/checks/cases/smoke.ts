import type { CallToolResult, Tool } from "@modelcontextprotocol/sdk/types.js";
import type { CheckContext } from "../../../checks/core/check.ts";
import type { HttpAnswer, ProbeSession } from "../../../checks/sources/probe-session.ts";
import type { ProbeSource } from "../../../checks/sources/probe-source.ts";
import { asking, type Cases, tear, tornWords } from "./case.ts";

/** What a fake hub does; the first session of several is the one that analyses. */
interface Behaviour {
  tools?: string[];
  /** Tools that an analysis adds to its own session. */
  adds?: string[];
  /** An analysis changes the others' tools as well. */
  leaks?: boolean;
  untold?: boolean;
  text?: string;
  /** The hub answers with this JSON-RPC error. */
  refuses?: string;
}

const good = '{"categories":["github"]}';

function sessions(count: number, of: Behaviour): ProbeSession[] {
  const lists = Array.from({ length: count }, () => new Set(of.tools ?? ["hub__analyze_prompt"]));
  const changes = Array.from({ length: count }, () => 0);
  const refuse = () => {
    if (of.refuses !== undefined)
      throw Object.assign(new Error(`MCP error -32603: ${of.refuses}`), { code: -32_603 });
  };
  return lists.map((list, at) => ({
    name: `probe-${at}`,
    turnedAway: () => null,
    catalogue: tear,
    async listTools() {
      refuse();
      return [...list].map((name): Tool => ({ name, inputSchema: { type: "object" } }));
    },
    async call(): Promise<CallToolResult> {
      refuse();
      lists.forEach((other, index) => {
        if (index !== at && of.leaks !== true) return;
        const before = other.size;
        for (const name of of.adds ?? ["github__do"]) other.add(name);
        if (other.size > before && of.untold !== true) changes[index] = (changes[index] ?? 0) + 1;
      });
      return { content: [{ type: "text", text: of.text ?? good }] };
    },
    listChanges: () => changes[at] ?? 0,
    broken: () => null,
    close: async () => undefined,
  }));
}

function probes(of: Behaviour, answer?: Partial<HttpAnswer>): ProbeSource {
  const page = { status: 200, contentType: "application/json", text: "{}", slot: null, release: null };
  return {
    get: async () => ({ ...page, durationMs: 5, ...answer }),
    open: async () => sessions(1, of)[0] as ProbeSession,
    openTogether: async (count) => sessions(count, of),
    close: async () => undefined,
  };
}

/** A clock that moves when somebody sleeps, so that waiting for a change ends. */
function hub(of: Behaviour): CheckContext {
  let now = 0;
  const sleep = async (ms: number, signal?: AbortSignal) => {
    // The time limit of a reading hands in its own signal and is never over.
    if (ms > 1_000)
      return await new Promise<void>((resolve) => signal?.addEventListener("abort", () => resolve()));
    now += ms;
    await Promise.resolve();
  };
  return asking({ probes: probes(of) }, { now: () => now, sleep });
}

const health = (answer: Partial<HttpAnswer>) => asking({ probes: probes({}, answer) });
const torn = asking({ probes: { get: tear, open: tear, openTogether: tear, close: async () => undefined } });
const broken = { in: torn, why: tornWords };
const never = () => new Promise<never>(() => undefined);
/** A hub that answers nothing, and a clock whose time limits are over at once. */
const silent = asking(
  { probes: { get: never, open: never, openTogether: never, close: async () => undefined } },
  { sleep: async () => undefined },
);
const llmDown = '{"error":"LLM-based prompt analysis not available"}';

function service(taskDefinition: string, over: Partial<HttpAnswer>, deployments = 1): CheckContext {
  const rollout = deployments === 1 ? "COMPLETED" : "IN_PROGRESS";
  const state = { desired: 1, running: 1, pending: 0, taskDefinition, rollout, deployments, lastEvent: null };
  return asking({ probes: probes({}, over), services: { state: async () => state, taskDefinition: tear } });
}

export const smokeCases: Cases = {
  "hub-ready": {
    passes: {
      in: health({ text: '{"state":"ready"}' }),
      why: /^it answered HTTP 200 in 5 ms, and a session lists 1 tools$/,
    },
    fails: {
      in: hub({ refuses: "the registry is broken" }),
      why: /^its health path is fine, and MCP is not: MCP error -32603: the registry is broken$/,
    },
    cannotTell: {
      in: silent,
      why: /^could not be carried out: no result within 10000 ms$/,
    },
    broken,
  },
  "tool-listed": {
    passes: { in: hub({}), why: /^hub__analyze_prompt is one of 1 tools$/ },
    fails: {
      in: hub({ refuses: "the registry is broken" }),
      why: /^tools\/list failed: MCP error -32603: the registry is broken$/,
    },
    cannotTell: {
      in: silent,
      why: /^could not be carried out: no result within 15000 ms$/,
    },
    broken,
  },
  analysis: {
    passes: { in: hub({}), why: /^categories github$/ },
    fails: {
      in: hub({ text: llmDown }),
      why: /^an error of the language model in a result: .*LLM-based prompt analysis not available/,
    },
    cannotTell: {
      in: silent,
      why: /^could not be carried out: no result within 20000 ms$/,
    },
    broken,
  },
  "tool-filtering": {
    passes: { in: hub({}), why: /^1 tools before, 2 after \(1 added, 0 removed\)$/ },
    fails: {
      in: hub({ adds: [] }),
      why: /^1 tools before, 1 after \(0 added, 0 removed\): the list is the same$/,
    },
    cannotTell: {
      in: hub({ text: llmDown }),
      why: /^the analysis did not work, so nothing was to change: an error/,
    },
    broken,
  },
  "session-isolation": {
    passes: { in: hub({}), why: /^its own list changed, 2 others stayed as they were$/ },
    fails: { in: hub({ leaks: true }), why: /^an analysis in one session changed 2 of 2 others$/ },
    cannotTell: {
      in: hub({ adds: [] }),
      why: /^the analysis changed no session's tools, not even its own: nothing to keep apart$/,
    },
    broken,
  },
  "candidate-release": {
    passes: {
      in: service("arn:task-definition/hub-green:7", { slot: "green", release: "94ee94ee94ee" }),
      why: /^the service runs hub-green:7 and nothing else; its answers say so too$/,
    },
    fails: {
      in: service("arn:task-definition/hub-green:6", {}),
      why: /^the service runs hub-green:6, asked for was hub-green:7$/,
    },
    cannotTell: {
      in: service("arn:task-definition/hub-green:7", {}, 2),
      why: /^2 deployments of the service, the newest IN_PROGRESS$/,
    },
    broken: {
      in: asking({ probes: probes({}), services: { state: tear, taskDefinition: tear } }),
      why: tornWords,
    },
  },
};
