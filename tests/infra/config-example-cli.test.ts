import "reaper/children";
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { NoCli, findCli } from "pulumi-engine/cli";

const repository = join(import.meta.dirname, "../..");

function cliHere(): string | null {
  try {
    return findCli().file;
  } catch (error) {
    if (error instanceof NoCli) return null;
    throw error;
  }
}

const cli = cliHere();
const skip = cli === null && "no Pulumi CLI here: npm run build:pulumi makes one";

test(
  "pulumi stack init adds a line to Pulumi.production.yaml, and pulumi config set changes one",
  { skip },
  (t) => {
    const folder = mkdtempSync(join(tmpdir(), "stack-file-"));
    t.after(() => rmSync(folder, { recursive: true, force: true }));
    for (const file of ["Pulumi.yaml", "Pulumi.production.yaml"])
      copyFileSync(join(repository, file), join(folder, file));
    mkdirSync(join(folder, "backend"));
    const env = {
      PATH: process.env["PATH"],
      HOME: folder,
      PULUMI_HOME: join(folder, "home"),
      PULUMI_BACKEND_URL: `file://${join(folder, "backend")}`,
      PULUMI_CONFIG_PASSPHRASE: "test",
      PULUMI_SKIP_UPDATE_CHECK: "true",
    };
    const lines = () => readFileSync(join(folder, "Pulumi.production.yaml"), "utf8").split("\n");
    /** Lines of the stack file that were there before and no longer are, and new ones, after a command. */
    const changedBy = (...words: string[]) => {
      const before = lines();
      execFileSync(cli ?? "", words, { cwd: folder, env, stdio: "pipe" });
      const after = lines();
      return {
        gone: before.filter((line) => !after.includes(line)),
        new: after.filter((line) => !before.includes(line)),
        longer: after.length - before.length,
      };
    };
    const made = changedBy("stack", "init", "production");
    assert.deepEqual(
      { ...made, new: made.new.map((line) => line.split(":")[0]) },
      {
        gone: [],
        new: ["encryptionsalt"],
        longer: 1,
      },
    );
    assert.deepEqual(changedBy("config", "set", "greenWeight", "100", "--stack", "production"), {
      gone: ['  hub:greenWeight: "0"'],
      new: ['  hub:greenWeight: "100"'],
      longer: 0,
    });
  },
);
