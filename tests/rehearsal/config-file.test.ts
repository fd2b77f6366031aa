import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import test, { type TestContext } from "node:test";
import { UsageError } from "../../domain/usage-error.ts";
import { checkConfig, readConfigFile } from "../../rehearsal/config-file.ts";

function fileOf(t: TestContext, text: string): string {
  const folder = mkdtempSync(join(tmpdir(), "config-file-"));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  const path = join(folder, "Pulumi.mine.yaml");
  writeFileSync(path, text);
  return path;
}

test("a stack's own file is read as Pulumi reads it: text for numbers, merged maps, nobody else's keys", async (t) => {
  const path = fileOf(
    t,
    `
usual: &usual
  port: 3000
  healthPath: /up
config:
  aws:region: eu-central-1
  cloudflare:apiToken:
    secure: v1:abc:def
  other:greenWeight: "7"
  hub:greenWeight: "100"
  hub:hub:
    <<: *usual
    healthPath: /health
`,
  );
  const { config, ofStack } = await readConfigFile(path);
  assert.equal(ofStack, true);
  assert.deepEqual(config, { greenWeight: 100, hub: { port: 3000, healthPath: "/health" } });
  checkConfig(config);
});

test("encrypted values are named, each by its path, and what to do about them", async (t) => {
  const path = fileOf(
    t,
    `
config:
  hub:domain:
    secure: v1:abc:def
  hub:alerts:
    team:
      emails:
        - a@example.com
        - secure: v1:abc:def
`,
  );
  await assert.rejects(readConfigFile(path), (error: unknown) => {
    assert.ok(error instanceof UsageError);
    assert.match(error.message, /hub:domain, hub:alerts\.team\.emails\[1\] are encrypted, .*leave it out$/);
    assert.doesNotMatch(error.message, /v1:/);
    return true;
  });
});
