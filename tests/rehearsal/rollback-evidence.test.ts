import assert from "node:assert/strict";
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { builtInChecks } from "../../checks/core/registry.ts";
import { fileSource } from "../../checks/sources/files.ts";
import { parseConfig } from "../../infra/config.ts";
import { releaseNameOf } from "../../infra/release.ts";
import { describeEvidence } from "../../rehearsal/report.ts";
import { candidateOf, withCandidateInGreen, writeEvidence } from "../../rehearsal/rollback-evidence.ts";
import { held, type ScenarioResult } from "../../rehearsal/scenarios/result.ts";
import { rehearsalConfig } from "../../rehearsal/stage/config.ts";
import type { Stage } from "../../rehearsal/stage/index.ts";
import { contextWith, sourcesWith } from "../checks/fixtures/context.ts";
import { production } from "../infra/program.ts";

const evidence = new URL("../release/evidence/", import.meta.url);
const result: ScenarioResult = {
  name: "rollback",
  promise: "After a promotion one flipped number brings everybody back at once.",
  asPromised: true,
  outcome: "rolled-back",
  requests: { sent: 2_000, ok: 2_000, lost: 0, hurt: 0 },
  sessions: { opened: 50, broken: 0 },
  timings: { totalMs: 12_340, faultToVerdictMs: null, verdictToTrafficMs: 400 },
  steps: [],
  held: [held("blue is live again", true, "live is blue")],
  observedIn: "responses",
};

test("the evidence of a rehearsed rollback passes rollback-rehearsed for the stack's release, and fails for another and with a byte changed", async (t) => {
  const folder = mkdtempSync(join(tmpdir(), "evidence-"));
  t.after(() => rmSync(folder, { recursive: true }));
  for (const name of ["promoted", "rolled-back"])
    cpSync(new URL(`${name}.jsonl`, evidence), join(folder, "evidence", `${name}.jsonl`), {
      recursive: true,
    });
  const stage = { folder, config: rehearsalConfig(8_080, "evidence") } as unknown as Stage;
  const about = candidateOf("somewhere/Pulumi.production.yaml", production);
  const file = join(folder, "rollback.jsonl");
  const written = await writeEvidence(stage, about, { file, seed: 7, result });
  const green = releaseNameOf(parseConfig(production), "green");
  assert.deepEqual([written.release, written.stack, written.colour], [green, "production", "green"]);
  assert.match(written.image, /^ghcr\.io\/example\/mcp-hub@sha256:9c56/);
  assert.equal(
    describeEvidence(file, written),
    `evidence of a rollback of release ${green} of production, in ${file}\n  image  ${written.image}\n  digest ${written.digest}`,
  );

  const check = builtInChecks.find(({ name }) => name === "rollback-rehearsed");
  const judged = async (asked: string) => {
    const context = contextWith();
    const rehearsal = { release: asked, evidenceDigest: written.digest, evidence: file };
    const reading = await check?.read({
      ...context,
      deployment: context.deployment && {
        ...context.deployment,
        releases: { blue: "b10eb10eb10e", green: asked },
      },
      release: { rehearsal },
      sources: sourcesWith({ files: fileSource() }),
    });
    return [reading?.verdict, reading?.why];
  };
  const lines = readFileSync(file, "utf8").trimEnd().split("\n").length;
  assert.deepEqual(await judged(green), [
    "pass",
    `${lines} lines of rollout rehearsal-${green}: a whole chain that ends in the digest given; it was rolled back`,
  ]);
  // The rehearsal's own names of the releases are in it as well, and are no stack's.
  for (const other of [
    "0123456789abcdef",
    "21a62a1ebd3c09b0",
    releaseNameOf(parseConfig(production), "blue"),
  ])
    assert.deepEqual(await judged(other), [
      "fail",
      `the evidence is of a rehearsal of release ${green}, not of ${other}`,
    ]);
  const text = readFileSync(file, "utf8");
  writeFileSync(file, text.replace("greenWeight", "greenweight"));
  assert.deepEqual((await judged(green))[0], "fail");
  await assert.rejects(
    writeEvidence(stage, about, { file, seed: 7, result }),
    /^UsageError: --evidence .* cannot be written \(EEXIST\)/,
  );
});

test("the candidate is the colour without traffic, or the one that is named, and is played in green", () => {
  const { blue, green } = production;
  const of = (greenWeight: number, slot?: "blue" | "green") =>
    candidateOf("Pulumi.x.yaml", { ...production, greenWeight }, slot).colour;
  assert.deepEqual(
    [of(0), of(50), of(51), of(100), of(100, "green"), of(0, "blue")],
    ["green", "green", "blue", "blue", "green", "blue"],
  );
  assert.deepEqual(withCandidateInGreen(production, "green"), production);
  const swapped = withCandidateInGreen(production, "blue");
  assert.deepEqual([swapped["green"], swapped["blue"]], [blue, green]);
  // A colour that is left out runs the other's release, whichever of the two plays it.
  const one = withCandidateInGreen({ blue }, "blue");
  assert.deepEqual([one["green"], one["blue"]], [blue, blue]);
});
