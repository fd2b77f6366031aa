import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer } from "node:net";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { test } from "node:test";
import type { Reading } from "../../checks/core/reading.ts";
import { builtInChecks } from "../../checks/core/registry.ts";
import { evidenceLine } from "../../checks/evidence/evidence-line.ts";
import { verifyEvidence } from "../../checks/evidence/verify-evidence.ts";
import { thresholds } from "../../domain/spec.ts";
import { fixtureHub } from "./fixtures/hub.ts";
import { documentOf, run } from "./fixtures/terminal.ts";

// Whoever runs the tests may be logged in to AWS: the command must not find it.
for (const name of Object.keys(process.env)) if (name.startsWith("AWS_")) delete process.env[name];
process.env["AWS_EC2_METADATA_DISABLED"] = "true";
process.env["AWS_CONFIG_FILE"] = process.env["AWS_SHARED_CREDENTIALS_FILE"] = "/nonexistent";

/** An address of this machine where nothing listens. */
async function deadUrl(): Promise<string> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, "close");
  return `http://127.0.0.1:${port}`;
}

const readingsOf = (of: Record<string, unknown>) => of["readings"] as Reading[];

test("smoke passes a good hub over both transports and says what it left out", async () => {
  await using hub = await fixtureHub();
  const sse = await run(["smoke", "--url", hub.url]);
  assert.equal(sse.code, 0, sse.out);
  assert.match(sse.out, /^---- {2}candidate-release {2}left out: needs --stack$/m);
  assert.match(sse.out, /^pass {2}hub-ready .*ready \(= ready\) · n 1 of at least 1 · (\d+ ms|[\d.]+ s)/m);
  assert.match(sse.out, /^pass: 5 passed, 0 failed, 0 could not tell$/m);
  const http = await run(["smoke", "--url", hub.url, "--transport", "streamable-http"]);
  assert.equal(http.code, 0, http.out);
});

test("a hub whose tools/list fails while its health path is green exits 1 and names the check", async () => {
  await using hub = await fixtureHub({ listFails: true });
  const { code, out } = await run(["smoke", "--url", hub.url]);
  assert.equal(code, 1);
  assert.match(
    out,
    /^FAIL {2}hub-ready .*\n {6}its health path is fine, and MCP is not: .*tool registry is broken$/m,
  );
  assert.match(out, /^FAIL {2}tool-listed .*\n {6}tools\/list failed: .*tool registry is broken$/m);
});

test("a hub that answers its health path with a web page does not pass", async () => {
  await using hub = await fixtureHub({ healthPage: true });
  const { code, out } = await run(["hub-ready", "--url", hub.url]);
  assert.equal(code, 1);
  assert.match(out, /^FAIL {2}hub-ready .*not ready \(= ready\)[\s\S]*a web page, which says nothing about/m);
});

const mistakes: { typed: string; code: number; says: RegExp; next: RegExp }[] = [
  { typed: "", code: 2, says: /which checks/, next: /--list$/ },
  { typed: "smoke", code: 2, says: /what is to be checked/, next: /smoke --url http/ },
  {
    typed: "nosuch --url URL",
    code: 2,
    says: /no check named nosuch; there are: staging-clean/,
    next: /--list$/,
  },
  { typed: "--explain nosuch", code: 2, says: /no check named nosuch/, next: /--list$/ },
  { typed: "--explain latncy", code: 2, says: /named latncy: did you mean latency\?/, next: /--list$/ },
  { typed: "smoek --url URL", code: 2, says: /group named smoek: did you mean smoke\?/, next: /--list$/ },
  { typed: "--bogus", code: 2, says: /Unknown option '--bogus'/, next: /--help$/ },
  { typed: "--ulr URL", code: 2, says: /Unknown option '--ulr': did you mean url\?/, next: /--help$/ },
  { typed: "smoke --url URL --tool-arguments x", code: 2, says: /a JSON object/, next: /--help$/ },
  {
    typed: "smoke --url URL --tool-arguments {} --prompt x",
    code: 2,
    says: /--prompt and --tool-arguments both say/,
    next: /--help$/,
  },
  { typed: "smoke --url ftp://hub", code: 2, says: /--url is the hub's address.*not ftp/, next: /--help$/ },
  { typed: "smoke --url URL --slot red", code: 2, says: /blue or green, not red/, next: /--help$/ },
  { typed: "own --url URL --command own=a;b", code: 2, says: /without a shell, so ; would/, next: /--help$/ },
  { typed: "gate --url URL --rate 0", code: 2, says: /1 to 100, not 0/, next: /--help$/ },
  { typed: "smoke --url URL --stack s", code: 2, says: /give one/, next: /--stack NAME$/ },
  {
    typed: "smoke --url URL --report r.html",
    code: 2,
    says: /\.json, \.jsonl.*or \.md, not r\.html/,
    next: /--help$/,
  },
  {
    typed: "smoke --url URL --record none.yaml",
    code: 2,
    says: /none\.yaml cannot be read/,
    next: /--record FILE/,
  },
  {
    typed: "gate --stack s --project p",
    code: 2,
    says: /no AWS region is set/,
    next: /-- gate --stack s --region/,
  },
  {
    typed: "smoke --stack s --project p --region us-east-1 --profile none",
    code: 2,
    says: /no AWS credentials/,
    next: /aws sso login/,
  },
  {
    typed: "./none.ts --url URL",
    code: 2,
    says: /none\.ts cannot be loaded from .*none\.ts/,
    next: /npm run check/,
  },
  { typed: "verify-evidence", code: 2, says: /takes one file/, next: /verify-evidence FILE --digest D/ },
  { typed: "verify-evidence none", code: 2, says: /none cannot be read/, next: /verify-evidence FILE/ },
  { typed: "verify-evidence x --digest 12", code: 2, says: /64 hex digits, not 12/, next: /verify-evidence/ },
  {
    typed: "smoke --url DEAD",
    code: 3,
    says: /nothing answers at http.*ECONNREFUSED/,
    next: /^curl -i http/,
  },
];

test("a mistake is one sentence with the next command to type, and with --json one document", async () => {
  const dead = await deadUrl();
  for (const { typed, code, says, next } of mistakes) {
    const words = typed
      .replace("URL", "http://127.0.0.1:9")
      .replace("DEAD", dead)
      .split(" ")
      .filter((word) => word !== "");
    const text = await run(words);
    assert.equal(text.code, code, typed);
    assert.equal(text.out, "", typed);
    assert.match(text.err.replaceAll("\n", " "), says);
    assert.match(text.err, /\nType: .+\n$/, typed);
    const found = documentOf(await run([...words, "--json"]));
    const { message, next: typeNext } = found["error"] as { message: string; next: string };
    assert.deepEqual([found["verdict"], found["exitCode"]], ["inconclusive", code], typed);
    assert.match(message, says);
    assert.match(typeNext, next, typed);
  }
});

test("--json prints one document in every outcome", async () => {
  await using good = await fixtureHub();
  await using bad = await fixtureHub({ listFails: true });
  const asked = ["hub-ready", "tool-listed", "--json", "--url"];
  const passed = documentOf(await run([...asked, good.url]));
  assert.deepEqual([passed["verdict"], passed["exitCode"]], ["pass", 0]);
  const failed = documentOf(await run([...asked, bad.url]));
  assert.deepEqual([failed["verdict"], failed["exitCode"]], ["fail", 1]);
  assert.deepEqual(
    readingsOf(failed).map(({ check, verdict }) => [check, verdict]),
    [
      ["hub-ready", "fail"],
      ["tool-listed", "fail"],
    ],
  );
  const unknown = documentOf(await run(["watch", "--json", "--url", good.url]));
  assert.deepEqual([unknown["verdict"], unknown["exitCode"]], ["inconclusive", 3]);
  assert.match(readingsOf(unknown)[0]?.why ?? "", /name the stack with --stack/);
  for (const words of [["--list"], ["--help"], ["--explain", "latency"]])
    assert.equal(documentOf(await run([...words, "--json"]))["schema"], 1);
  assert.equal(documentOf(await run(["--json=yes"]))["exitCode"], 2);
  const stopped = AbortSignal.abort(new Error("stopped by SIGINT"));
  const ended = documentOf(await run([...asked, good.url], {}, { signal: stopped }));
  assert.equal(ended["exitCode"], 130);
});

test("every line for people fits into 100 columns", async () => {
  await using hub = await fixtureHub({ listFails: true, status: 503 });
  const names = builtInChecks.map((check) => check.name);
  const quick = builtInChecks.filter((check) => check.probes === null).map((check) => check.name);
  const outputs = await Promise.all([
    run(["--list"]),
    run(["--help"]),
    ...names.map((name) => run(["--explain", name])),
    run(["nosuch", "--url", hub.url]),
    run(["smoke", "--url", hub.url]),
    run([...quick, "--url", hub.url, "--slot", "green"]),
  ]);
  const long = outputs.flatMap(({ out, err }) =>
    `${out}${err}`.split("\n").filter((line) => line.length > 100),
  );
  assert.deepEqual(long, []);
});

test("--list names every check once, and --explain derives the sample from the limit", async () => {
  const { out } = await run(["--list"]);
  for (const { name, question } of builtInChecks)
    assert.equal(out.split("\n").filter((line) => line.startsWith(`  ${name} `)).length, 1, question);
  const explained = documentOf(await run(["--explain", "error-share", "--json"]));
  assert.equal(explained["limit"], "> 99 percent");
  assert.equal(explained["minimumSamples"], 299);
  assert.equal(explained["sentence"], "Success rate > 99% (Phase 3: Validation, performance validation)");
  const text = await run(["--explain", "error-share"]);
  assert.match(text.out, /at least 299, because that many without a bad one show with 95 % confidence/);
  const derived = builtInChecks.filter((check) => check.shows !== null);
  assert.ok(derived.length >= 8, "checks of a share take their sample from it");
  for (const check of derived) {
    const share = check.shows?.(thresholds.parse({})) ?? 0;
    const samples = check.minimumSamples(thresholds.parse({}));
    assert.ok((1 - share) ** samples <= 0.05 && (1 - share) ** (samples - 1) > 0.05, check.name);
  }
});

test("--report writes JSON, a page, and evidence that verify-evidence accepts and whose change it finds", async () => {
  await using hub = await fixtureHub({ toolMissing: true });
  const asked = ["hub-ready", "tool-listed", "--url", hub.url, "--report"];
  const json = await run([...asked, "r.json"]);
  assert.equal((JSON.parse(json.files["r.json"] ?? "") as { verdict: string }).verdict, "fail");
  const page = await run([...asked, "r.md"]);
  assert.match(page.files["r.md"] ?? "", /\| fail \| tool-listed \| missing \| = listed {2}\| 1 of 1 \|/);

  const text = (await run([...asked, "r.jsonl"])).files["r.jsonl"] ?? "";
  const lines = text.trimEnd().split("\n");
  for (const line of lines) evidenceLine.parse(JSON.parse(line));
  const { digest } = verifyEvidence(text, null);
  const verify = (changed: string, ...more: string[]) =>
    run(["verify-evidence", "r.jsonl", "--digest", digest, ...more], { "r.jsonl": changed });
  assert.equal((await verify(text)).code, 0);
  const changed = await verify(text.replace('"missing"', '"present"'), "--json");
  assert.equal(changed.code, 1);
  assert.match(
    String(documentOf(changed)["why"]),
    /line 3 does not follow line 2: one of the two was changed/,
  );
  const shortened = await verify(`${lines.slice(0, -1).join("\n")}\n`);
  assert.equal(shortened.code, 1);
  assert.match(shortened.out.replaceAll("\n", " "), /the end was changed, or lines are missing/);
  const unsure = await run(["verify-evidence", "r.jsonl"], { "r.jsonl": text });
  assert.equal(unsure.code, 3);
  assert.match(unsure.out.replaceAll("\n", " "), /without --digest nobody can tell/);
  assert.ok(
    unsure.out.split("\n").every((line) => line.length <= 100),
    unsure.out,
  );
});

test("a report that cannot be written is said before the hub is asked anything", async () => {
  await using hub = await fixtureHub();
  const mayWrite = async () => {
    throw new Error("EACCES: permission denied");
  };
  const ran = await run(["smoke", "--url", hub.url, "--report", "no/r.json"], {}, { mayWrite });
  assert.equal(ran.code, 2);
  assert.match(ran.err, /the report no\/r\.json cannot be written: EACCES.*\nType: mkdir -p no/);
  assert.equal(hub.requests.length, 0);
});

test("the hub's tool is called with the arguments that --tool-arguments gives", async () => {
  await using hub = await fixtureHub();
  const asked = JSON.stringify({ query: "weather", limit: 3 });
  const { readings } = documentOf(
    await run(["analysis", "--url", hub.url, "--tool-arguments", asked, "--json"]),
  ) as { readings: Reading[] };
  assert.deepEqual(
    readings.map(({ query }) => query),
    [`tools/call hub__analyze_prompt ${asked}`],
  );
});

test("paths are those of where the person stands, whatever folder npm started the command in", async () => {
  await using hub = await fixtureHub();
  const environment = { INIT_CWD: join(process.cwd(), "docs") };
  const ran = await run(["hub-ready", "--url", hub.url, "--report", "a.json"], {}, { environment });
  assert.deepEqual([ran.code, Object.keys(ran.files)], [0, ["docs/a.json"]]);
});

test("--follow looks again each minute until the watch's period ends", async () => {
  await using hub = await fixtureHub();
  let now = Date.now();
  const slept: number[] = [];
  const ran = await run(
    ["hub-ready", "--follow", "--for", "first-hour", "--json", "--url", hub.url],
    {},
    {
      now: () => now,
      sleep: async (ms) => {
        slept.push(ms);
        now += ms;
      },
    },
  );
  assert.equal(documentOf(ran)["rounds"], 61);
  assert.ok(slept.length === 60 && slept.every((ms) => ms === 60_000));
});

test("--follow ends at once when it is stopped between two rounds", async () => {
  await using hub = await fixtureHub();
  const stop = new AbortController();
  const sleep = async () => stop.abort(new Error("stopped by SIGINT"));
  const ran = await run(["hub-ready", "--follow", "--url", hub.url], {}, { signal: stop.signal, sleep });
  assert.equal(ran.code, 130);
  assert.match(ran.out, /^stopped; pass: 1 passed/m);
});
