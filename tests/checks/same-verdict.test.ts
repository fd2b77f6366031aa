import assert from "node:assert/strict";
import { test } from "node:test";
import type { Check, CheckContext } from "../../checks/core/check.ts";
import { errorShare } from "../../checks/gate/error-share.ts";
import { firstRequests } from "../../checks/gate/first-requests.ts";
import { latency } from "../../checks/gate/latency.ts";
import { llmFailures } from "../../checks/gate/llm-failures.ts";
import { requestsIn } from "../../checks/logs/sample.ts";
import { Samples } from "../../checks/logs/samples.ts";
import { SlotLog } from "../../checks/logs/slot-log.ts";
import type { LogLine } from "../../checks/sources/logs.ts";
import { type LineBudget, lineBudget } from "../../domain/line-budget.ts";
import type { AccessLine } from "../../domain/telemetry.ts";
import { type Fault, type Transport, cells, slowMs } from "../../rehearsal/faults/cells.ts";
import { modelContext, modelInputs } from "../../rehearsal/faults/matrix/model-inputs.ts";
import { Traffic, candidate } from "../../rehearsal/faults/matrix/traffic.ts";
import { AccessLog } from "../../sidecar/observe/access-log.ts";
import { Waiting, WatchedSession } from "../../sidecar/observe/waiting.ts";
import { noon } from "./fixtures/context.ts";

/** So little that a task of the model counts nearly all that it answers, but for what ends badly. */
const budget: LineBudget = { ...lineBudget, full: 5, spare: 0, chosen: 2, open: 200 };
const seconds = 30;
const checks: readonly Check[] = [errorShare, latency, llmFailures, firstRequests];

/** Lines of the model's candidate in half a minute at half of the weight, one for each request. */
function population(fault: Fault, transport: Transport): LogLine[] {
  const traffic = new Traffic({
    fault,
    transport,
    seed: 21,
    start: noon,
    usersPerSecond: 25,
    contract: modelInputs(transport).hub,
  });
  traffic.weight = 50;
  traffic.advance(noon + seconds * 1_000);
  return traffic.lines(candidate, noon, noon + seconds * 1_000, 1_000_000);
}

/** The same requests as a busy task tells of them. */
function counted(lines: readonly LogLine[], tool: string): LogLine[] {
  const found: LogLine[] = [];
  const clock = { now: noon };
  const logs = new Map<string, AccessLog>();
  const write = (text: string) => void found.push({ at: clock.now, id: `${found.length}`, text });
  const logOf = (task: string) => {
    const log =
      logs.get(task) ??
      new AccessLog(write, () => clock.now, { slot: candidate, task, release: "r" }, { tool, budget });
    logs.set(task, log);
    return log;
  };
  const tick = (to: number) => {
    for (let next = Math.floor(clock.now / 1_000) * 1_000 + 1_000; next <= to; next += 1_000) {
      clock.now = next;
      for (const log of logs.values()) log.second();
    }
    clock.now = to;
  };
  for (const line of lines) {
    tick(line.at);
    const of = JSON.parse(line.text) as AccessLine;
    if (of.type === "access") answer(logOf(of.task), of, line.at);
    else found.push({ ...line, id: `${found.length}` });
  }
  tick(noon + (seconds + 1) * 1_000);
  return found;
}

function answer(log: AccessLog, of: AccessLine, at: number): void {
  const { id, method, tool, request, session: name, sessionAt, begun, durationMs } = of;
  const session =
    sessionAt === null ? null : new WatchedSession(name, sessionAt, { begun: begun === true, isOpen: true });
  const arrival = { request, since: at - durationMs, synthetic: false, session, every: log.every };
  const { outcome, cause, status } = of;
  log.ended({ waiting: new Waiting({ id, method, tool }, arrival), outcome, cause, durationMs, status });
}

/** What a gate has read of a log by some moments, and what its checks make of that. */
async function verdicts(lines: readonly LogLine[], transport: Transport, moments: readonly number[]) {
  const inputs = modelInputs(transport);
  const samples = new Samples();
  const source = {
    lines: async ({ from, to, most }: { from: number; to: number; most: number }) =>
      lines.filter(({ at }) => at >= from && at <= to).slice(0, most),
    write: async () => undefined,
  };
  const { tool } = inputs.hub;
  const log = new SlotLog({ source, group: "g", slot: candidate, tool, samples, from: noon });
  const found: Record<string, string>[] = [];
  for (const now of moments) {
    await log.look(now, new AbortController().signal);
    const context = {
      ...modelContext(inputs),
      now: () => now,
      sleep: () => new Promise(() => undefined),
      slot: candidate,
      samples,
      since: noon,
      rolloutSince: noon,
    } as unknown as CheckContext;
    const readings = await Promise.all(checks.map((check) => check.read(context)));
    found.push(Object.fromEntries(readings.map(({ check, verdict }) => [check, verdict])));
  }
  return { found, samples };
}

const moments = [10, 20, 30].map((second) => noon + second * 1_000);
const places = (["sse", "streamable", "stateless"] as const).flatMap((transport, turn) =>
  cells(transport)
    .filter((_, index) => index % 8 === turn)
    .map((cell) => ({ ...cell, transport })),
);

for (const share of [0.002, 0.1, 1])
  test(`from counts the checks of shares and latency judge as from a line for each request: ${share * 100} % of each fault`, async () => {
    let judged = 0;
    const seen = new Set<string>();
    for (const { kind, where, transport } of places) {
      const fault: Fault = { kind, where, share, ...(kind === "slow" ? { ms: slowMs } : {}) };
      const lines = population(fault, transport);
      const thinned = counted(lines, modelInputs(transport).hub.tool);
      const [whole, less] = [
        await verdicts(lines, transport, moments),
        await verdicts(thinned, transport, moments),
      ];
      const what = `${kind} at ${where}, ${transport}`;
      assert.deepEqual(less.found, whole.found, what);
      // One that dies at each analysis answers too little to count.
      if (lines.length > 1_000)
        assert.ok(thinned.length < lines.length, `${what}: ${thinned.length} lines of ${lines.length}`);
      const late = noon + 29_000;
      const before = (samples: Samples) =>
        requestsIn(samples.of(candidate, 0).filter(({ at }) => at <= late));
      assert.equal(before(less.samples), before(whole.samples), what);
      for (const of of less.found) for (const verdict of Object.values(of)) seen.add(verdict);
      judged += less.found.length * checks.length;
    }
    assert.ok(judged >= 3 * 4 * 15, `${judged} judgements`);
    assert.ok(seen.has("pass") && (share < 0.1 || seen.has("fail")), [...seen].join(", "));
  });
