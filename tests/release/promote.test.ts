import assert from "node:assert/strict";
import { test } from "node:test";
import { parse } from "yaml";
import { openRecords } from "./account.ts";
import { fresh, openFolder, soaked } from "./kit.ts";

const staging = "Pulumi.staging.yaml";
const production = "Pulumi.production.yaml";
const offline = ["--from", "staging", "--to", "production", "--offline"];
const both = offline.slice(0, -1);

/** Lines of two texts that differ, of texts with as many lines. */
function differing(before: string, after: string): [string, string][] {
  const [old, now] = [before.split("\n"), after.split("\n")];
  assert.equal(now.length, old.length);
  return old.flatMap((line, index) => (line === now[index] ? [] : [[line.trim(), now[index]?.trim() ?? ""]]));
}

test("the release of the one stack is written into the idle colour of the other, and no other byte changes", async (t) => {
  const folder = openFolder(t);
  folder.change(staging, soaked, fresh);
  const before = folder.read(production);
  const dry = await folder.run("promote", [...offline, "--dry-run"]);
  assert.deepEqual([dry.code, dry.err], [0, ""]);
  assert.equal(folder.read(production), before);

  const { code, out, err } = await folder.run("promote", offline);
  assert.deepEqual([code, err], [0, ""]);
  const after = folder.read(production);
  assert.deepEqual(differing(before, after), [
    [`image: ghcr.io/example/mcp-hub@sha256:${soaked}`, `image: ghcr.io/example/mcp-hub@sha256:${fresh}`],
  ]);
  assert.ok(
    out.startsWith(
      `green of staging → green of production: release ${folder.release("production", "green")} there\n`,
    ),
    out,
  );
  assert.match(out, new RegExp(`^-    image: .*${soaked}\n\\+    image: .*${fresh}$`, "m"));
  assert.match(out, /\nwritten to Pulumi\.production\.yaml; next: npm run plan -- --stack production\n$/);

  const again = await folder.run("promote", [...offline, "--json"]);
  const said = JSON.parse(again.out) as {
    changes: unknown[];
    written: boolean;
    to: { colour: string; release: string };
  };
  assert.deepEqual([again.code, said.changes, said.written], [0, [], false]);
  assert.deepEqual([said.to.colour, said.to.release], ["green", folder.release("production", "green")]);
  assert.equal(folder.read(production), after);
});

test("config, environment and architecture go along; sizes, secrets' names and the repository stay", async (t) => {
  const folder = openFolder(t);
  const inGreen = (from: string | RegExp, to: string) => {
    const [head = "", green = ""] = folder.read(staging).split("  hub:green:\n");
    const changed = green.replace(from, to);
    assert.notEqual(changed, green);
    folder.write(staging, `${head}  hub:green:\n${changed}`);
  };
  inGreen("mode: prompt-based", "mode: prompt-based # as asked\n        limit: 5");
  inGreen("NODE_ENV: production", 'NODE_ENV: production\n      LEVEL: "3"');
  inGreen(
    "    tasks: 1\n",
    "    architecture: X86_64\n    registryCredentials: hub/staging/registry\n    tasks: 3\n",
  );
  inGreen("ghcr.io/example/mcp-hub@", "registry.example:5000/hub:1.2@");
  const { code, out, err } = await folder.run("promote", offline);
  assert.deepEqual([code, err], [0, ""]);
  const { config } = parse(folder.read(production)) as { config: Record<string, Record<string, unknown>> };
  const was = parse(folder.git("show", `HEAD:${production}`)) as typeof config;
  const { hubConfig, environment, architecture, ...rest } = config["hub:green"] ?? {};
  const {
    hubConfig: _,
    environment: __,
    architecture: ___,
    ...before
  } = (was["config"] ?? {})["hub:green"] as Record<string, unknown>;
  assert.deepEqual(rest, before);
  assert.equal(architecture, "X86_64");
  assert.deepEqual(environment, { NODE_ENV: "production", LEVEL: "3" });
  assert.equal((hubConfig as { toolFiltering: { limit: number } }).toolFiltering.limit, 5);
  assert.match(folder.read(production), /mode: prompt-based # as asked\n/);
  assert.match(
    out.replaceAll("\n", " "),
    /note: production pulls from ghcr\.io\/example\/mcp-hub, and this digest was pulled from registry\.example:5000\/hub: it must be pushed there too/,
  );
});

test("a colour that runs the other's release so far gets a block of its own", async (t) => {
  const folder = openFolder(t);
  folder.change(staging, soaked, fresh);
  folder.change(production, /  hub:green:\n(?: {4}.*\n)+/, "");
  const before = folder.read(production);
  const { code, err } = await folder.run("promote", offline);
  assert.deepEqual([code, err], [0, ""]);
  const after = folder.read(production);
  const at = after.indexOf("  hub:green:\n");
  const [block = ""] = /^ {2}hub:green:\n(?: {4}.*\n)+/.exec(after.slice(at)) ?? [];
  assert.equal(after.replace(block, ""), before);
  const { config } = parse(after) as { config: Record<string, object> };
  assert.deepEqual(config["hub:green"], {
    ...config["hub:blue"],
    image: `ghcr.io/example/mcp-hub@sha256:${fresh}`,
  });
});

test("what must not be promoted is a sentence with what to type, exit code 2, and nothing is written", async (t) => {
  const folder = openFolder(t);
  const before = folder.read(production);
  const kept = { [staging]: folder.read(staging), [production]: before };
  const says = async (words: readonly string[], message: RegExp) => {
    const { code, err, out } = await folder.run("promote", words);
    assert.deepEqual([code, out], [2, ""], err);
    assert.match(err.replaceAll("\n", " "), message);
    for (const [file, text] of Object.entries(kept)) folder.write(file, text);
  };
  await says(["--from", "staging"], /^error: Name both stacks, .* Type: npm run promote -- --help/);
  await says(["--from", "staging", "--to", "staging"], /are both staging/);
  await says(
    ["--from", "nowhere", "--to", "production", "--offline"],
    /There is no Pulumi\.nowhere\.yaml here/,
  );

  folder.change(staging, `@sha256:${soaked}`, ":1.4");
  await says(
    offline,
    /Pulumi\.staging\.yaml: hub:green\.image is ghcr\.io\/example\/mcp-hub:1\.4, a tag: .* Type: docker buildx/,
  );
  folder.change(staging, 'greenWeight: "100"', 'greenWeight: "50"');
  await says(offline, /Stack staging is between two releases: its greenWeight is 50/);
  folder.change(production, 'greenWeight: "0"', 'greenWeight: "25"');
  await says(offline, /Stack production is between two releases: its greenWeight is 25/);

  folder.change(
    staging,
    "NODE_ENV: production\n    tasks: 1\n    cpu: 256\n    memory: 512\n  hub:greenWeight",
    "GEMINI_API_KEY: x\n    tasks: 1\n    cpu: 256\n    memory: 512\n  hub:greenWeight",
  );
  folder.change(staging, "GEMINI_API_KEY: hub/staging/gemini", "OTHER_KEY: hub/staging/gemini");
  const changed = folder.read(staging);
  await says(
    offline,
    /Pulumi\.production\.yaml would have problems with that release, and was not written: .*hub:green\.environment\.GEMINI_API_KEY/,
  );
  assert.notEqual(changed, kept[staging]);
  assert.equal(folder.read(production), before);

  folder.change(
    production,
    /  hub:green:\n(?: {4}.*\n)+/,
    `  hub:green: {image: "ghcr.io/example/mcp-hub@sha256:${soaked}"}\n`,
  );
  await says(offline, /config\.hub:green holds no keys on lines of their own/);
});

test("with the account the release must serve everybody in staging, and production's idle colour nobody", async (t) => {
  const folder = openFolder(t);
  const { aws, keep } = await openRecords(t);
  const run = async (...words: string[]) => {
    const { code, out, err } = await folder.run("promote", [...both, ...words], { ...aws.env });
    return { code, said: (code === 0 ? out : err).replaceAll("\n", " ") };
  };
  const names = (stack: string) => ({
    blue: { release: folder.release(stack, "blue"), taskDefinition: "t" },
    green: { release: folder.release(stack, "green"), taskDefinition: "t" },
  });
  const refused = async (message: RegExp) => {
    const { code, said } = await run();
    assert.equal(code, 2, said);
    assert.match(said, message);
  };
  await refused(/Stack staging was never deployed: nothing serves there\. Type: pulumi up -s staging/);
  await keep("staging", { live: "blue", weights: { blue: 100, green: 0 }, slots: names("staging") });
  await refused(
    /asks for green in its file, and blue is live there \(blue 100 · green 0\)\. Type: npm run status -- --stack staging/,
  );
  const served = { live: "green", weights: { blue: 0, green: 100 } } as const;
  await keep("staging", {
    ...served,
    slots: { ...names("staging"), green: { release: "0123456789abcdef", taskDefinition: "t" } },
  });
  await refused(
    /serves release 0123456789abcdef, and its file asks for [0-9a-f]{16} in green: it was not deployed as it stands/,
  );
  await keep("staging", { ...served, slots: names("staging") });

  assert.match((await run()).said, /note: stack production was never deployed/);
  await keep("production", { ...served, slots: names("production") });
  await refused(
    /green of stack production serves users \(blue 0 · green 100\), .* Type: pulumi config set greenWeight 100 -s production/,
  );
  const home = { live: "blue", weights: { blue: 100, green: 0 }, slots: names("production") } as const;
  await keep("production", { ...home, weights: { blue: 75, green: 25 } });
  await refused(/green of stack production serves users \(blue 75 · green 25\)/);
  const until = Date.parse("2999-01-01T00:00:00Z");
  await keep("production", {
    ...home,
    previous: { colour: "green", release: "0123456789abcdef", taskDefinition: "t", until },
  });
  const window = await run();
  assert.equal(window.code, 0);
  assert.match(
    window.said,
    /note: green is what a rollback of production goes back to until 2999-01-01T00:00:00Z: an up that changes it is refused before/,
  );
});
