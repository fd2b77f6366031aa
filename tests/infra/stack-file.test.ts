import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { UsageError } from "../../domain/usage-error.ts";
import { readStackFile } from "../../infra/stack-file.ts";

test("a stack file that cannot be read is told by its name, whatever is wrong with it", async (t) => {
  const folder = mkdtempSync(join(tmpdir(), "stack-file-"));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  writeFileSync(join(folder, "Pulumi.yaml"), "name: hub\n");
  const said = async (text: string) => {
    writeFileSync(join(folder, "Pulumi.x.yaml"), text);
    const error = await readStackFile("x", folder).then(
      ({ problems }) => assert.fail(`it was read: ${problems.join()}`),
      (caught: unknown) => caught,
    );
    assert.ok(error instanceof UsageError, String(error));
    return error.message;
  };
  assert.match(
    await said("config:\n\thub:a: 1\n"),
    /^Pulumi\.x\.yaml: is no YAML that can be read: Tabs are not allowed .* line 2/,
  );
  assert.match(
    await said("config:\n  a: 1\n  a: 2\n"),
    /^Pulumi\.x\.yaml: is no YAML that can be read: Map keys must be unique/,
  );
  assert.match(
    await said("config: &c\n  hub:a: *c\n"),
    /^Pulumi\.x\.yaml: is no YAML that can be read: Converting circular/,
  );
  assert.match(await said("just a text\n"), /^Pulumi\.x\.yaml: holds no config/);
  assert.match(await said("config: [1, 2]\n"), /^Pulumi\.x\.yaml: config: holds no keys/);
  writeFileSync(join(folder, "Pulumi.x.yaml"), "config:\n");
  assert.match((await readStackFile("x", folder)).problems[0] ?? "", /^aws:region: is missing/);
  mkdirSync(join(folder, "Pulumi.y.yaml"));
  await assert.rejects(readStackFile("y", folder), /^UsageError: Pulumi\.y\.yaml cannot be read \(EISDIR\)/);
  await assert.rejects(readStackFile("z", folder), /^UsageError: There is no Pulumi\.z\.yaml here/);
});
