import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { errorShare } from "../../checks/gate/error-share.ts";
import { liveComparison } from "../../checks/gate/live-comparison.ts";
import { requestsIn } from "../../checks/logs/sample.ts";
import { Samples } from "../../checks/logs/samples.ts";
import { SlotLog } from "../../checks/logs/slot-log.ts";
import type { LogLine } from "../../checks/sources/logs.ts";
import { bySecond, inOrder } from "../../checks/statistics/answers.ts";
import { lineBudget } from "../../domain/line-budget.ts";
import { outcomes } from "../../domain/outcome.ts";
import { isChosen } from "../../sidecar/observe/chosen.ts";
import { type Answered, BusyTask } from "./fixtures/busy-task.ts";
import { contextWith, noon } from "./fixtures/context.ts";

const tool = "hub__analyze_prompt";
const never = new AbortController().signal;

/** What a gate reads of a log, when all of it has come and nothing more will. */
async function read(
  lines: readonly LogLine[],
  from = noon,
  slot: "blue" | "green" = "green",
): Promise<Samples> {
  const samples = new Samples();
  const source = {
    lines: async (query: { from: number; to: number; most: number }) =>
      lines
        .filter(({ at }) => at >= query.from && at <= query.to)
        .toSorted((a, b) => a.at - b.at)
        .slice(0, query.most),
    write: async () => undefined,
  };
  const log = new SlotLog({ source, group: "g", slot, tool, samples, from });
  const last = Math.max(noon, ...lines.map(({ at }) => at));
  for (let now = noon; now <= last + 60_000; now += 5_000) await log.look(now, never);
  return samples;
}

/** How many requests of each method, tool and outcome, and of analyses by what they took, to two digits. */
function byKind(
  requests: readonly (Pick<Answered, "method" | "tool" | "outcome"> & { ms: number; count: number })[],
) {
  const counts: Record<string, number> = {};
  for (const { method, tool: name, outcome, ms, count } of requests) {
    const took = name === tool ? Math.floor(ms / 10 ** Math.max(0, String(ms).length - 2)) : "";
    const kind = `${method} ${name ?? "-"} ${outcome} ${took}`;
    counts[kind] = (counts[kind] ?? 0) + count;
  }
  return counts;
}
const answeredKinds = (requests: readonly Answered[]) =>
  byKind(requests.map((of) => ({ ...of, ms: of.durationMs, count: 1 })));
const readKinds = (samples: Samples) =>
  byKind(
    samples.of("green", 0).map(({ method, tool: name, outcome, latencyMs: ms, count = 1 }) => ({
      method,
      tool: name,
      outcome: outcome ?? "ok",
      ms,
      count,
    })),
  );

const request = fc.record({
  method: fc.constantFrom("tools/call", "tools/list", "initialize"),
  tool: fc.constantFrom(tool, "search", null),
  outcome: fc.oneof({ weight: 4, arbitrary: fc.constant("ok" as const) }, fc.constantFrom(...outcomes)),
  durationMs: fc.integer({ min: 0, max: 60_000 }),
  session: fc.option(fc.constantFrom("a", "b", "c", "d", "e", "f")),
});
/** Requests of each second: often too many for lines, sometimes hardly any. */
const traffic = fc.array(fc.array(request, { maxLength: 30 }), { minLength: 1, maxLength: 12 });

/** A task that answers all of it, each second's evenly; and what it answered. */
function played(seconds: readonly (readonly Answered[])[], name = "10.0.0.1:8080") {
  const task = new BusyTask(name, noon, tool);
  for (const requests of seconds) {
    for (const one of requests) {
      task.wait(Math.floor(1_000 / (requests.length + 1)));
      task.answers(one);
    }
    task.second(noon + 1_000 * Math.ceil((task.now - noon + 1) / 1_000) - task.now);
  }
  return task;
}

test("lines and counts add up to what was answered, by method, tool and outcome, whatever was asked of how many tasks", async () => {
  await fc.assert(
    fc.asyncProperty(traffic, traffic, async (one, other) => {
      const tasks = [played(one), played(other, "10.0.0.2:8080")];
      const samples = await read(tasks.flatMap(({ lines }) => lines));
      assert.deepEqual(readKinds(samples), answeredKinds([...one.flat(), ...other.flat()]));
      assert.equal(samples.lost("green", 0), 0);
    }),
    { numRuns: 200 },
  );
});

test("a task that is killed after any line is told of up to its last whole second, and no request twice", async () => {
  await fc.assert(
    fc.asyncProperty(traffic, fc.nat(), async (seconds, at) => {
      const task = played(seconds);
      const kept = at % (task.lines.length + 1);
      const samples = await read(task.lines.slice(0, kept));
      const told = seconds.flat().filter((_, index) => (task.toldBy[index] as number) < kept);
      assert.deepEqual(readKinds(samples), answeredKinds(told));
      const cut = task.lines.slice(0, kept).some(({ text }) => {
        const counts = /"counts":(\d+)/.exec(text)?.[1];
        return (
          counts !== undefined &&
          !task.lines.slice(0, kept).some((of) => of.text.includes(`"number":${counts},`))
        );
      });
      assert.equal(samples.lost("green", 0), cut ? 1 : 0);
    }),
    { numRuns: 200 },
  );
});

test("a line that is lost takes its whole second with it, and the second is known to be lost", async () => {
  await fc.assert(
    fc.asyncProperty(traffic, fc.nat(), async (seconds, at) => {
      const task = played(seconds);
      const counted = task.lines.flatMap(({ text }, index) =>
        /"type":"counts"|"counts":/.test(text) ? [index] : [],
      );
      // One more comes after it, by which a counts line is known to have been.
      const last = task.lines.findLastIndex(({ text }) => text.includes('"type":"counts"'));
      const places = counted.filter((index) => index < last);
      fc.pre(places.length > 0);
      const gone = places[at % places.length] as number;
      const secondOf = (index: number) =>
        Number(/"(?:counts|number)":(\d+)/.exec((task.lines[index] as LogLine).text)?.[1]);
      const samples = await read(task.lines.filter((_, index) => index !== gone));
      const told = seconds.flat().filter((_, index) => {
        const by = task.toldBy[index] as number;
        return !task.lines[by]?.text.includes('"type":"counts"') || secondOf(by) !== secondOf(gone);
      });
      assert.deepEqual(readKinds(samples), answeredKinds(told));
      assert.equal(samples.lost("green", 0), 1);
    }),
    { numRuns: 200 },
  );
});

const good = (session: string): Answered => ({
  method: "tools/call",
  tool: "search",
  outcome: "ok",
  durationMs: 5,
  session,
});
const many = (count: number, over: Partial<Answered> = {}) =>
  Array.from({ length: count }, (_, index) => ({ ...good(`s${index}`), ...over }));

test("a share that would pass cannot be told while a second of it is lost, and says so", async () => {
  const task = played([many(200), many(500), many(500), many(500)]);
  const counts = task.lines.findIndex(({ text }) => text.includes('"type":"counts"'));
  const look = async (lines: readonly LogLine[]) =>
    errorShare.read(contextWith({ samples: await read(lines), since: noon }));
  const whole = await look(task.lines);
  assert.deepEqual([whole.verdict, whole.samples], ["pass", 1_700]);
  const lost = await look(task.lines.filter((_, index) => index !== counts));
  assert.equal(lost.verdict, "inconclusive");
  assert.equal(lost.samples, 1_200);
  assert.match(lost.why, /^0 of 1200 requests failed .*; a second of one task is not all in the log$/);
});

test("a share that fails does so though a second is lost", async () => {
  const task = played([many(200), many(500), many(500, { outcome: "server-fault" }), many(500)]);
  const counts = task.lines.findIndex(({ text }) => text.includes('"type":"counts"'));
  const samples = await read(task.lines.filter((_, index) => index !== counts));
  const { verdict } = await errorShare.read(contextWith({ samples, since: noon }));
  assert.equal(verdict, "fail");
});

test("bad answers wait for the good ones of their second, and are never judged alone", async () => {
  const task = played([many(200)]);
  for (const one of many(6, { outcome: "server-fault" })) task.answers(one);
  for (const one of many(994)) task.answers(one);
  const samples = new Samples();
  const source = {
    lines: async ({ to }: { to: number }) => task.lines.filter(({ at }) => at <= to),
    write: async () => undefined,
  };
  const log = new SlotLog({ source, group: "g", slot: "green", tool, samples, from: noon });
  await log.look(task.now, never);
  assert.equal(requestsIn(samples.of("green", 0)), 200);
  task.second();
  await log.look(task.now, never);
  assert.equal(requestsIn(samples.of("green", 0)), 1_200);
  const { verdict, why } = await errorShare.read(contextWith({ samples, since: noon, now: () => task.now }));
  assert.equal(verdict, "pass", why);
});

test("what did not end well is judged in its place among what was only counted, of analyses among analyses", async () => {
  const task = played([many(60)]);
  const search = { method: "tools/call", tool: "search", durationMs: 5, session: null } as const;
  const counted = (of: Answered[]) => {
    for (const one of of) task.answers(one, 1_048_576);
  };
  counted(Array.from({ length: 50 }, () => ({ ...search, outcome: "ok" })));
  counted(Array.from({ length: 10 }, () => ({ ...search, tool, outcome: "ok" })));
  counted([
    { ...search, tool, outcome: "llm-failure" },
    { ...search, tool, outcome: "llm-failure" },
  ]);
  counted(Array.from({ length: 30 }, () => ({ ...search, outcome: "ok" })));
  counted(Array.from({ length: 5 }, () => ({ ...search, tool, outcome: "ok" })));
  counted([{ ...search, tool, outcome: "llm-failure" }]);
  counted(Array.from({ length: 20 }, () => ({ ...search, outcome: "ok" })));
  counted(Array.from({ length: 3 }, () => ({ ...search, outcome: "client-fault" })));
  // Of a session that is chosen: who was counted before it nobody knows any longer.
  for (let request = 0; request < 2; request += 1) task.answers({ ...search, outcome: "ok" }, 1);
  task.second();
  const samples = (await read(task.lines)).of("green", noon + 1_000);
  const isBad = ({ outcome }: { outcome: string | null }) => outcome !== "ok";
  const said = (of: readonly { answers: number; bad: number }[]) =>
    of.filter(({ answers }) => answers > 0).map(({ answers, bad }) => `${bad}/${answers}`);
  const all = ["0/60", "1/1", "1/1", "0/35", "1/1", "3/25"];
  assert.deepEqual(said(inOrder(samples, isBad)), all);
  const analyses = samples.filter(({ analysis }) => analysis);
  assert.deepEqual(said(inOrder(analyses, isBad)), ["0/10", "1/1", "1/1", "0/5", "1/1"]);
  assert.deepEqual(said(bySecond(samples, isBad)), ["6/123"]);
});

test("bad answers of sessions that were not chosen are compared with nothing", async () => {
  const bad = (session: string): Answered => ({ ...good(session), outcome: "tool-error" });
  const quiet = (name: string, slot: string, of: (session: string) => Answered) => {
    const task = new BusyTask(name, noon, tool, { ...lineBudget, full: 5, spare: 0 });
    for (let second = 0; second < 20; second += 1) {
      for (let index = 0; index < 200; index += 1) task.answers(of(`s${second}-${index}`));
      task.second();
    }
    return task.lines.map((line) => ({
      ...line,
      text: line.text.replace('"slot":"green"', `"slot":"${slot}"`),
    }));
  };
  const half = (session: string) => (isChosen(session, 2) ? good(session) : bad(session));
  const both = async (lines: readonly LogLine[], blue: readonly LogLine[]) => {
    const samples = await read(lines);
    for (const sample of (await read(blue, noon, "blue")).of("blue", 0)) samples.add(sample);
    return await liveComparison.read(
      contextWith({ samples, since: noon, rolloutSince: noon, now: () => noon + 30_000 }),
    );
  };
  const live = quiet("10.0.0.9:8080", "blue", good);
  const { verdict, why } = await both(quiet("10.0.0.1:8080", "green", half), live);
  assert.equal(verdict, "pass", why);
  const worse = (session: string) => (/[05]$/.test(session) ? bad(session) : good(session));
  const other = await both(quiet("10.0.0.1:8080", "green", worse), live);
  assert.equal(other.verdict, "fail", other.why);
});

test("a second that a window begins in is left out whole: its good answers are not there either", async () => {
  const task = played([many(200), [...many(3, { outcome: "server-fault" }), ...many(400)], many(300)]);
  const samples = await read(task.lines);
  assert.equal(requestsIn(samples.of("green", noon)), 903);
  assert.equal(requestsIn(samples.of("green", noon + 1_001)), 300);
  assert.equal(requestsIn(samples.of("green", noon + 1_000)), 703);
});

test("what was read from the middle of a second on is not taken for lost", async () => {
  const task = played([many(200), many(300), many(300), many(300)]);
  const samples = await read(task.lines, noon + 2_500);
  assert.deepEqual([samples.lost("green", 0), requestsIn(samples.of("green", 0))], [0, 300]);
});

test("a task that comes back at its predecessor's address loses nothing by its number", async () => {
  const before = played([many(100), many(100)]);
  const after = new BusyTask("10.0.0.1:8080", noon + 20_000, tool);
  for (let second = 0; second < 2; second += 1) {
    for (const one of many(100)) after.answers(one);
    after.second();
  }
  const samples = await read([
    ...before.lines,
    ...after.lines.map((line) => ({ ...line, id: `after ${line.id}` })),
  ]);
  assert.deepEqual([samples.lost("green", 0), requestsIn(samples.of("green", 0))], [0, 400]);
});
