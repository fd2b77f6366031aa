import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { after, before, test } from "node:test";
import {
  CloudWatchLogsClient,
  CreateLogGroupCommand,
  PutMetricFilterCommand,
} from "@aws-sdk/client-cloudwatch-logs";
import { Account } from "local-aws/testing";
import { parse } from "yaml";
import type { CheckContext } from "../../checks/core/check.ts";
import { Clients } from "../../checks/core/clients.ts";
import { logErrors } from "../../checks/gate/log-errors.ts";
import { ErrorLog, countOf, firstOf } from "../../checks/logs/error-log.ts";
import { Samples } from "../../checks/logs/samples.ts";
import { SlotLog } from "../../checks/logs/slot-log.ts";
import { type LogLine, type LogSource, logSource } from "../../checks/sources/logs.ts";
import { type Colour, perColour } from "../../domain/colour.ts";
import { hubStreams } from "../../domain/log-streams.ts";
import { parseConfig } from "../../infra/config.ts";
import { contextWith, noon } from "./fixtures/context.ts";
import { inputsFor } from "./fixtures/inputs.ts";

let account: Account;
let clients: Clients;
let source: LogSource;
const { signal } = new AbortController();

before(async () => {
  account = await Account.open();
  // The source makes its client as in production, from what is in the environment.
  Object.assign(process.env, account.aws.env);
  clients = new Clients();
  source = logSource(clients);
});
after(async () => {
  clients.close();
  await account[Symbol.asyncDispose]();
});

/** A line as the hub writes it. */
const hubLine = (type: string, message: string, data: object = {}) =>
  JSON.stringify({ type, message, data, timestamp: new Date(noon).toISOString() });
const apiError = hubLine("error", "API error during prompt analysis", { code: "LLM_TIMEOUT" });

/** A log group with a function that writes a line into a stream of it, so many milliseconds after noon. */
async function group(name: string) {
  const logs = new CloudWatchLogsClient(account.settings());
  await logs.send(new CreateLogGroupCommand({ logGroupName: name }));
  logs.destroy();
  const write = (text: string, stream = "task/hub/1", ms = 0) =>
    source.write({ group: name, stream, at: noon + ms, text });
  return { name, write };
}

test("each shipped pattern finds its line in the log, and none finds what is no error", async () => {
  const file = parse(readFileSync(new URL("../../Pulumi.production.yaml", import.meta.url), "utf8")) as {
    config: Record<string, unknown>;
  };
  const own = Object.entries(file.config).filter(([key]) => key.startsWith("hub:"));
  const values = own.map(([key, value]) => [key.slice(4), value]);
  const { hub } = parseConfig(Object.fromEntries(values) as Record<string, unknown>);
  assert.equal(hub.logErrorPatterns.length, 2);
  const { name, write } = await group("/shipped");
  await write(apiError);
  for (const fine of [
    hubLine("info", "Hub endpoint ready: /mcp"),
    hubLine("debug", "CHECKPOINT 3: LLM analysis complete", { errors: 0 }),
    hubLine("info", "no error, no ERROR"),
    "plain text",
  ])
    await write(fine);
  for (const pattern of hub.logErrorPatterns) {
    const found = await source.lines({ group: name, from: noon, to: noon, pattern, most: 10 }, signal);
    assert.deepEqual(
      found.map(({ text, stream }) => [text, stream]),
      [[apiError, "task/hub/1"]],
      pattern,
    );
  }
});

test("a text that is no pattern is refused as AWS refuses it, by searches and by metric filters", async () => {
  const { name } = await group("/refused");
  const find = (pattern: string) =>
    source.lines({ group: name, from: 0, to: noon, pattern, most: 1 }, signal);
  await assert.rejects(find("foo.bar"), {
    name: "InvalidParameterException",
    message: "Invalid filter pattern",
  });
  await assert.rejects(find('{ $.level = "error"'), { name: "InvalidParameterException" });
  assert.deepEqual(await find("?ERROR ?X"), []);
  const logs = new CloudWatchLogsClient(account.settings());
  const filter = {
    logGroupName: name,
    filterName: "f",
    filterPattern: "%(a)%",
    metricTransformations: [{ metricName: "m", metricNamespace: "n", metricValue: "1" }],
  };
  await assert.rejects(logs.send(new PutMetricFilterCommand(filter)), { name: "InvalidParameterException" });
  logs.destroy();
});

test("a line that fits two patterns is one error, and so is one that was seen before or comes late", async () => {
  const { name, write } = await group("/twice");
  const patterns = ['{ $.type = "error" }', '"API error"'];
  const log = new ErrorLog({ source, group: name, patterns, streams: hubStreams, from: noon });
  const count = () => countOf(log.since(noon));
  await write(apiError);
  await log.look(noon + 1_000, signal);
  await log.look(noon + 2_000, signal);
  assert.equal(count(), 1);
  // Written at 500 ms, and in the log only after the first looks.
  await write(hubLine("error", "no memory"), "task/hub/2", 500);
  await log.look(noon + 10_000, signal);
  await log.look(noon + 40_000, signal);
  await write(apiError, "task/hub/1", 39_000);
  await log.look(noon + 41_000, signal);
  assert.equal(count(), 3);
  assert.deepEqual([countOf(log.since(noon + 30_000)), countOf(log.since(noon, noon + 30_000))], [1, 2]);
  assert.equal(firstOf(log.since(noon)), apiError);
});

test("what the sidecar writes is no error of the hub's, told by its stream, or by its text where streams say nothing", async () => {
  const { name, write } = await group("/sidecar");
  const access = JSON.stringify({ type: "access", slot: "green", outcome: "tool-error", durationMs: 3 });
  const metric = JSON.stringify({ _aws: { Timestamp: noon }, Slot: "green", ToolErrors: 1, error: "none" });
  await write("error: cannot listen", "task/sidecar/1");
  for (const text of [access, metric])
    for (const stream of ["task/sidecar/1", "task/hub/1"]) await write(text, stream);
  await write('{"type":"access","error":"of the hub itself"}');
  await write("{ error of the hub", "elsewhere");
  const read = async (streams?: string) => {
    const log = new ErrorLog({
      source,
      group: name,
      patterns: ["error"],
      from: noon,
      ...(streams ? { streams } : {}),
    });
    await log.lookUntil(noon + 60_000, signal);
    return [...log.since(noon).values()].map(({ text }) => text).sort();
  };
  assert.deepEqual(
    await read(),
    ['{"type":"access","error":"of the hub itself"}', "{ error of the hub"].sort(),
  );
  assert.deepEqual(await read(hubStreams), ['{"type":"access","error":"of the hub itself"}']);
});

/** A source whose group holds so many error lines, ten a millisecond. */
function many(count: number): LogSource & { asked: number } {
  const all: LogLine[] = Array.from({ length: count }, (_, n) => ({
    at: noon + Math.floor(n / 10),
    id: `${n}`,
    text: `error ${n}`,
  }));
  return {
    asked: 0,
    async lines({ from, to, most }) {
      this.asked += 1;
      return all.filter(({ at }) => at >= from && at <= to).slice(0, most);
    },
    write: async () => undefined,
  };
}

test("more lines than one look takes are read on with the next, each once, or until there are enough", async () => {
  const full = many(25_000);
  const log = new ErrorLog({ source: full, group: "g", patterns: ["error"], from: noon });
  await log.look(noon + 60_000, signal);
  assert.ok(countOf(log.since(noon)) < 25_000);
  await log.lookUntil(noon + 60_000, signal);
  assert.equal(countOf(log.since(noon)), 25_000);
  assert.deepEqual([...log.since(noon).keys()], ["error #"]);
  const enough = many(25_000);
  await new ErrorLog({ source: enough, group: "g", patterns: ["error"], from: noon }).lookUntil(
    noon + 60_000,
    signal,
    5,
  );
  assert.equal(enough.asked, 1);
});

test("a look that fails loses nothing: the next one reads what it did not", async () => {
  const lines = many(3);
  const torn = new Error("the line is torn");
  let fails = true;
  const log = new ErrorLog({
    source: { ...lines, lines: (...query) => (fails ? Promise.reject(torn) : lines.lines(...query)) },
    group: "g",
    patterns: ["error"],
    from: noon,
  });
  await assert.rejects(log.look(noon + 60_000, signal), torn);
  fails = false;
  await log.look(noon + 120_000, signal);
  assert.equal(countOf(log.since(noon)), 3);
});

/** A gate's context of green, whose logs are groups of the account, with so many requests of each slot. */
async function gateOf(name: string, requests: Record<Colour, number>) {
  const groups = { blue: await group(`/${name}/blue`), green: await group(`/${name}/green`) };
  const samples = {
    of: (slot: Colour) => Array.from({ length: requests[slot] }, () => ({})),
  } as unknown as Samples;
  const patterns = ['{ $.type = "error" }'];
  const logGroups = perColour((slot) => groups[slot].name);
  const base = inputsFor("http://hub.test", { logGroups });
  const context: CheckContext = contextWith({
    deployment: base,
    hub: { ...base.hub, signingSecret: "hub/signing" },
    logErrorPatterns: patterns,
    now: () => noon + 60_000,
    since: noon,
    rolloutSince: noon,
    samples,
    logs: perColour(
      (slot) =>
        new SlotLog({ source, group: logGroups[slot], slot, tool: "t", samples: new Samples(), from: noon }),
    ),
    errors: perColour(
      (slot) =>
        new ErrorLog({ source, group: logGroups[slot], patterns, streams: hubStreams, from: noon - 600_000 }),
    ),
  });
  return { groups, read: () => logErrors.read(context) };
}

test("log-errors: what live writes as often is not the candidate's, and what it does not write is", async () => {
  const { groups, read } = await gateOf("beside", { blue: 950, green: 50 });
  await groups.green.write(hubLine("info", "Hub endpoint ready: /mcp"));
  for (let n = 0; n < 20; n += 1)
    await groups.blue.write(
      hubLine("error", `no answer of provider ${n} within ${n * 7} ms`),
      "task/hub/1",
      n,
    );
  await groups.green.write(hubLine("error", "no answer of provider 3 within 2001 ms"));
  const alike = await read();
  assert.equal(alike.verdict, "pass", alike.why);
  assert.equal(
    alike.why,
    "the hub wrote 1 error line, 0 of them beyond what live writes; live wrote 20, with 950 requests to the candidate's 50",
  );
  await groups.green.write(hubLine("error", "cannot read the registry"), "task/hub/1", 50_000);
  const own = await read();
  assert.deepEqual([own.verdict, own.value], ["fail", 1]);
  assert.match(
    own.why,
    /^the hub wrote 2 error lines, 1 of them beyond what live writes, the first: \{"type":"error","message":"cannot read the reg.*; live wrote 20, with 950/,
  );
});

test("log-errors: a kind that live wrote before the rollout is its own, and ten times as much of it is not", async () => {
  const { groups, read } = await gateOf("earlier", { blue: 1_000, green: 1_000 });
  const line = hubLine("error", "no answer of the provider");
  for (let n = 1; n <= 5; n += 1) await groups.blue.write(line, "task/hub/1", -n * 60_000);
  await groups.green.write(line);
  const alike = await read();
  assert.equal(alike.verdict, "pass", alike.why);
  assert.match(alike.why, /; live wrote 0, and 5 before the rollout$/);
  for (let n = 0; n < 40; n += 1) await groups.green.write(line, "task/hub/1", 50_000 + n);
  const more = await read();
  assert.equal(more.verdict, "fail", more.why);
});

test("log-errors: a pattern that CloudWatch refuses is a gate that cannot tell, with AWS's words, and no failure", async () => {
  const { read } = await gateOf("unread", { blue: 0, green: 0 });
  assert.equal((await read()).verdict, "inconclusive");
  const { name, write } = await group("/unread/pattern");
  await write(apiError);
  const of = { source, group: name, from: noon };
  const reading = await logErrors.read(
    contextWith({
      logs: { blue: null, green: new SlotLog({ ...of, slot: "green", tool: "t", samples: new Samples() }) },
      errors: { blue: null, green: new ErrorLog({ ...of, patterns: ["foo.bar"] }) },
    }),
  );
  assert.equal(reading.verdict, "inconclusive");
  assert.match(reading.why, /^could not be carried out: .*Invalid filter pattern/);
});
