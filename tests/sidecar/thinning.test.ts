import assert from "node:assert/strict";
import test from "node:test";
import fc from "fast-check";
import { aboveShortMs, everyAt, lineBudget, shortMs, shortUpMs } from "../../domain/line-budget.ts";
import type { AccessLine, CountsLine } from "../../domain/telemetry.ts";
import { isChosen } from "../../sidecar/observe/chosen.ts";
import { type Answered, BusyTask, smallBudget } from "../checks/fixtures/busy-task.ts";
import { listen, startSidecar } from "./kit.ts";
import { accessOf, summed } from "./lines.ts";

const at = 1_700_000_000_000;
const tool = "analyze";
const asked = (over: Partial<Answered> = {}): Answered => ({
  method: "tools/call",
  tool: "search",
  outcome: "ok",
  durationMs: 7,
  session: null,
  ...over,
});
const textsOf = (task: BusyTask) => task.lines.map(({ text }) => text);
const countsOf = (lines: readonly string[]) =>
  lines.filter((line) => line.includes('"type":"counts"')).map((line) => JSON.parse(line) as CountsLine);
const countedIn = (lines: readonly string[]) =>
  countsOf(lines).reduce(
    (sum, { counted }) => sum + counted.reduce((all, { requests }) => all + requests, 0),
    0,
  );

/** A second of so many requests, from as many sessions as there are. */
function aSecond(
  task: BusyTask,
  requests: number,
  of: (index: number) => Partial<Answered> = () => ({}),
): void {
  for (let index = 0; index < requests; index += 1)
    task.answers(asked({ session: `s${index}`, ...of(index) }));
  task.second();
}

test("a task within its budget writes a line for each request, as one that never counts", () => {
  const task = new BusyTask("10.0.0.1:8080", at, tool, lineBudget);
  for (let second = 0; second < 300; second += 1) aSecond(task, lineBudget.full);
  const lines = textsOf(task);
  assert.equal(lines.length, 300 * lineBudget.full);
  assert.ok(lines.every((line) => line.startsWith('{"type":"access"') && !/"counts"|"chosen"/.test(line)));
});

test("a burst has all of its lines as long as some are spare, and counting begins when none are", () => {
  const task = new BusyTask("10.0.0.1:8080", at, tool, lineBudget);
  const seconds = Math.floor(lineBudget.spare / (200 - lineBudget.full));
  for (let second = 0; second < seconds; second += 1) aSecond(task, 200);
  assert.equal(task.lines.length, seconds * 200);
  assert.equal(task.every, 1);
  aSecond(task, 200);
  assert.equal(task.every, everyAt(200, lineBudget));
});

test("counting ends by halves once a second's requests are few enough for lines", () => {
  const task = new BusyTask("10.0.0.1:8080", at, tool);
  aSecond(task, 33);
  const every = [task.every];
  for (let second = 0; second < 6; second += 1) {
    aSecond(task, 1);
    every.push(task.every);
  }
  assert.deepEqual(every, [32, 16, 8, 4, 2, 1, 1]);
  const before = countsOf(textsOf(task)).length;
  aSecond(task, 1);
  assert.equal(countsOf(textsOf(task)).length, before, "a counts line where nothing was counted");
});

test("at a thousand requests a second a task writes thirty lines, a tenth of them faults or not", () => {
  const task = new BusyTask("10.0.0.1:8080", at, tool, { ...lineBudget, spare: 0 });
  aSecond(task, 1_000);
  const from = task.lines.length;
  for (let second = 0; second < 10; second += 1)
    aSecond(task, 1_000, (index) => (index % 10 === 0 ? { outcome: "server-fault" } : {}));
  const written = task.lines.slice(from);
  const { chosen, bad } = lineBudget;
  assert.ok(written.length <= 10 * (1.5 * chosen + bad + 1), `${written.length} lines`);
  const ours = textsOf({ lines: written } as BusyTask);
  assert.equal(accessOf(ours).length + countedIn(ours), 10_000);
});

test("of a chosen session each request has a line, of another only what ended badly, and it says so", () => {
  const task = new BusyTask("10.0.0.1:8080", at, tool);
  aSecond(task, 32);
  const { every } = task;
  assert.equal(every, 16);
  const names = Array.from({ length: 64 }, (_, index) => `session-${index}`);
  for (const session of names) task.answers(asked({ session }));
  task.answers(asked({ session: names.find((name) => !isChosen(name, every)) ?? "", outcome: "tool-error" }));
  task.second();
  const lines = accessOf(textsOf(task)).slice(32);
  const chosen = names.filter((name) => isChosen(name, every));
  assert.deepEqual(
    lines.filter((line) => line.chosen === undefined).map(({ session }) => session),
    chosen,
  );
  assert.deepEqual(
    lines.filter((line) => line.chosen === false).map(({ outcome }) => outcome),
    ["tool-error"],
  );
  const [counts] = countsOf(textsOf(task)) as [CountsLine];
  assert.deepEqual([counts.lines, counts.every], [chosen.length + 1, every]);
  assert.ok(lines.every((line) => line.counts === counts.number));
});

test("which sessions are chosen says their name alone: about one of each so many, and of fewer all of the others too", () => {
  const names = Array.from({ length: 40_000 }, (_, index) => `10.0.0.1:8080/${index}`);
  for (const every of [2, 8, 64, 256]) {
    const chosen = names.filter((name) => isChosen(name, every));
    const expected = names.length / every;
    assert.ok(
      Math.abs(chosen.length - expected) < 5 * Math.sqrt(expected),
      `${chosen.length} of one in ${every}`,
    );
    assert.ok(chosen.every((name) => isChosen(name, every / 2)));
  }
  const rounds = names.filter((name) => isChosen(name, 64)).map((name) => Number(name.split("/")[1]) % 4);
  for (const turn of [0, 1, 2, 3])
    assert.ok(rounds.filter((of) => of === turn).length > 100, "requests in turns are chosen by their turn");
});

test("a request is chosen by what held when it came, however it ends and however busy the task is then", () => {
  const task = new BusyTask("10.0.0.1:8080", at, tool);
  const one =
    Array.from({ length: 99 }, (_, index) => `late-${index}`).find((name) => !isChosen(name, 2)) ?? "";
  aSecond(task, 32);
  task.answers(asked({ session: one, durationMs: 3_000 }), 1);
  for (let second = 0; second < 8; second += 1) aSecond(task, 1);
  assert.equal(task.every, 1);
  task.answers(asked({ session: one, durationMs: 3_000 }), 2);
  const lines = accessOf(textsOf(task)).filter(({ session }) => session === one);
  assert.deepEqual(
    lines.map((line: AccessLine) => [line.counts === undefined, line.chosen]),
    [
      [false, undefined],
      [true, false],
    ],
  );
});

test("clients that call things what they like fill no counts line, and hide no analysis", () => {
  const task = new BusyTask("10.0.0.1:8080", at, tool, { ...smallBudget, chosen: 0.001 });
  aSecond(task, 1_000);
  aSecond(task, 1_000, (index) => ({ method: `m${index}` }));
  for (let index = 0; index < 500; index += 1) task.answers(asked({ method: `n${index}` }));
  for (let index = 0; index < 7; index += 1) task.answers(asked({ tool, durationMs: 1_990 + index }));
  task.second();
  const [, line] = countsOf(textsOf(task)) as [CountsLine, CountsLine];
  assert.ok(line.counted.length <= 42);
  const analyses = line.counted.find((kind) => kind.tool === tool);
  assert.deepEqual([analyses?.requests, analyses?.took], [7, [[1_900, 7]]]);
  assert.equal(countedIn([JSON.stringify(line)]) + line.lines, 507);
});

test("a time's short form is below a limit of two digits when the time is, and its rounding up is above one when the time is", () => {
  const limit = fc
    .integer({ min: 1, max: 99 })
    .chain((of) => fc.constantFrom(of, of * 10, of * 100, of * 1_000));
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 200_000 }), limit, (ms, of) => {
      assert.equal(shortMs(ms) >= of, ms >= of);
      assert.equal(shortUpMs(ms) > of, ms > of);
      assert.ok(shortMs(ms) <= ms && ms < aboveShortMs(shortMs(ms)) && shortUpMs(ms) >= ms);
    }),
  );
});

test("what a task has counted when it stops is written before it ends", async (t) => {
  const { port: hub } = await listen(t, (request, response) => {
    request.resume().on("end", () => response.writeHead(202).end());
  });
  const { sidecar, url, lines } = await startSidecar(t, { hub });
  const messages = Array.from({ length: 2_000 }, () => ({ jsonrpc: "2.0", method: "notifications/any" }));
  let sent = 0;
  const send = async () => {
    const headers = { "content-type": "application/json", accept: "application/json, text/event-stream" };
    const answer = await fetch(`${url}/mcp`, { method: "POST", headers, body: JSON.stringify(messages) });
    assert.equal(answer.status, 202);
    sent += messages.length;
  };
  while (countsOf(lines).length === 0) await send();
  await send();
  await sidecar.close();
  assert.ok(countsOf(lines).length >= 2);
  assert.equal(accessOf(lines).length + countedIn(lines), sent);
  assert.equal(summed(lines, "Requests"), sent);
});
