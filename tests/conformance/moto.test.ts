import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { startAws, systemClock } from "local-aws";
import { seeded } from "local-aws/random";
import { prepare } from "./account.ts";
import { sendBoth } from "./both.ts";
import { cases } from "./cases.ts";
import { judge } from "./deviations.ts";
import { findMoto, motoVersion, startMoto } from "./moto.ts";
import { recordDeployment } from "./record.ts";
import { type Outcome, replay } from "./replay.ts";

const found = findMoto();
const skip = "missing" in found && `the local AWS is not compared with moto ${motoVersion}: ${found.missing}`;

test(
  "the local AWS answers every call of a deployment, and the errors around it, as moto does but for what is listed",
  { skip, timeout: 300_000 },
  async (context) => {
    if ("missing" in found) return;
    const moto = await startMoto(found.python);
    const [deployed, single] = await (async () => {
      try {
        const whole = await replayDeployment(moto.endpoint);
        await moto.reset();
        return [whole, await compareCases(moto.endpoint)] as const;
      } finally {
        await moto.stop();
      }
    })();
    const operations = new Set([...deployed.operations, ...single.operations]);
    context.diagnostic(
      `${operations.size} operations, ${deployed.calls + single.calls} calls and ${deployed.fields + single.fields} fields compared with moto ${motoVersion}`,
    );
    const { unexpected, unused } = judge([...deployed.differences, ...single.differences]);
    assert.deepEqual(unexpected, [], "answers differ where nothing is listed in deviations.ts");
    assert.deepEqual(unused, [], "deviations.ts lists what no answer shows any more: take it out");
    for (const service of ["elasticloadbalancing", "ecs", "monitoring", "logs"])
      assert.ok(
        [...operations].some((name) => name.startsWith(`${service}.`)),
        service,
      );
  },
);

async function replayDeployment(endpoint: string): Promise<Outcome> {
  const { calls, secret } = await recordDeployment();
  return replay(calls, endpoint, await prepare(endpoint, secret));
}

async function compareCases(endpoint: string): Promise<Outcome> {
  const folder = mkdtempSync(join(tmpdir(), "conformance-"));
  const aws = await startAws({
    images: {},
    folder: join(folder, "tasks"),
    clock: systemClock,
    random: seeded(7),
  });
  try {
    return await sendBoth(cases, aws.endpoint, endpoint);
  } finally {
    await aws.close();
    rmSync(folder, { recursive: true, force: true });
  }
}
