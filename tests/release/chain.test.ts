import assert from "node:assert/strict";
import { test } from "node:test";
import type { CheckContext } from "../../checks/core/check.ts";
import { builtInChecks } from "../../checks/core/registry.ts";
import { EvidenceLog } from "../../checks/evidence/evidence-log.ts";
import { rehearsedKind } from "../../checks/evidence/rehearsed.ts";
import { stackFileIn } from "../../infra/stack-file.ts";
import type { PlanDocument } from "../../plan/document.ts";
import { asking, logging } from "../checks/cases/case.ts";
import { noon } from "../checks/fixtures/context.ts";
import { openProductionAccount } from "../infra/production-account.ts";
import { stackConfigIn } from "../infra/program.ts";
import { openRecords } from "./account.ts";
import { fresh, openFolder, soaked } from "./kit.ts";

const production = "Pulumi.production.yaml";
const hourMs = 3_600_000;

test("a release that soaked in staging is promoted, prepared and tagged: production previews it, and the plan has neither staging nor rehearsal open", async (t) => {
  const folder = openFolder(t);
  folder.change(production, /  hub:release:\n(?: {4}.*\n)+/, "");
  folder.change("Pulumi.staging.yaml", soaked, fresh);
  folder.commit("staging soaks the next release");
  /** What the plan of cutting over to green says is open. */
  const open = async () => {
    const kept = folder.read(production);
    folder.change(production, 'greenWeight: "0"', 'greenWeight: "100"');
    const words = ["--stack", "production", "--offline", "--format", "json"];
    const { code, out, err } = await folder.run("plan", words);
    assert.deepEqual([code, err], [0, ""]);
    folder.write(production, kept);
    return (JSON.parse(out) as PlanDocument).open;
  };
  assert.deepEqual(await open(), ["no pre-deployment record is kept: see the key release"]);

  const account = await openProductionAccount();
  t.after(() => account.close());
  const { aws, keep } = await openRecords(t, account.aws);
  const env = { ...aws.env };
  await keep("staging", {
    live: "green",
    liveSince: noon - 30 * hourMs,
    weights: { blue: 0, green: 100 },
    slots: {
      blue: { release: folder.release("staging", "blue"), taskDefinition: "t" },
      green: { release: folder.release("staging", "green"), taskDefinition: "t" },
    },
  });
  const promoted = await folder.run("promote", ["--from", "staging", "--to", "production"], env);
  assert.deepEqual([promoted.code, promoted.err], [0, ""]);
  const commit = folder.commit("production gets what soaked in staging");

  const release = folder.release("production", "green");
  const log = new EvidenceLog({ rollout: `rehearsal-${release}`, stack: "production", now: () => noon });
  log.append(rehearsedKind, { release });
  log.append("ended", { outcome: "rolled-back" });
  folder.write("rollback.jsonl", log.text());
  const words = [
    "prepare",
    "--stack",
    "production",
    "--from",
    "staging",
    "--evidence",
    "rollback.jsonl",
    "--tag",
  ];
  const prepared = await folder.run("main", words, env);
  assert.deepEqual([prepared.code, prepared.err], [0, ""], prepared.out);
  assert.equal(folder.git("rev-parse", `release/${release}^{commit}`), commit);
  folder.commit("its record");

  const { config } = stackFileIn(
    folder.read("Pulumi.yaml"),
    folder.read(production),
    "production",
    production,
  );
  assert.ok(config?.release);
  const read = async (name: string, over: Partial<CheckContext> = {}) => {
    const context = asking(logging([...Array.from({ length: 119 }, () => "served"), "served"], 900_000), {
      release: config.release ?? null,
      ...over,
    });
    return (await builtInChecks.find((check) => check.name === name)?.read(context))?.verdict;
  };
  assert.equal(await read("staging-clean"), "pass");
  const shown = await folder.run("main", ["show", "--stack", "production", "--offline"]);
  assert.match(shown.out, /^pass hub:release\.rehearsal +stated, read by rollback-rehearsed$/m);
  assert.deepEqual(
    (await open()).map((item) => item.split(":")[0]),
    ["documentation", "teamNotified", "onCall", "approval"],
  );

  const { result } = await account.preview(stackConfigIn(folder.read(production)));
  assert.equal(result.ok, true, JSON.stringify(result.diagnostics));
  assert.ok(result.changes.create > 100);
});
