import "reaper/children";
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { copyFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { TestContext } from "node:test";
import { CloudWatchClient, PutMetricDataCommand } from "@aws-sdk/client-cloudwatch";
import { metricDimension } from "../../domain/telemetry.ts";
import { parseConfig } from "../../infra/config.ts";
import { switchRequestOf } from "../../infra/switch-request.ts";
import { repository } from "../../rehearsal/stage/index.ts";
import { typeIn } from "../bin/in-folder.ts";
import type { Ran } from "../bin/typed.ts";
import { production } from "../infra/program.ts";
import { openPlace } from "../rollout/commands-kit.ts";

/** The file of the example. */
export const name = "Pulumi.production.yaml";

/** A repository whose only commit is the example, with a way to change its config. */
export function example(t: TestContext) {
  const folder = mkdtempSync(join(tmpdir(), "plan-"));
  t.after(() => rmSync(folder, { recursive: true }));
  for (const file of ["Pulumi.yaml", name]) copyFileSync(join(repository, file), join(folder, file));
  const git = (...words: string[]) => execFileSync("git", words, { cwd: folder, stdio: "pipe" });
  const commit = (message: string) => {
    git("add", ".");
    git("-c", "user.name=t", "-c", "user.email=t@example.com", "commit", "--quiet", "-m", message);
  };
  git("init", "--quiet");
  commit("deployed");
  return {
    folder,
    commit,
    change(from: string, to: string) {
      const config = readFileSync(join(folder, name), "utf8");
      assert.ok(config.includes(from));
      writeFileSync(join(folder, name), config.replace(from, to));
    },
  };
}

/** Runs the command as `npm run plan` does, in another project's folder. */
export const plan = (
  cwd: string,
  words: readonly string[],
  env: Readonly<Record<string, string | undefined>> = {},
): Promise<Ran> => typeIn(cwd, "plan/command/main.ts", words, env);

/** Nobody answers here. */
export const noAccount = {
  AWS_ENDPOINT_URL: "http://127.0.0.1:9",
  AWS_ACCESS_KEY_ID: "",
  AWS_PROFILE: "nobody",
};

/** An account in which the example is deployed, green beside blue and verified, and blue's users have asked for an hour. */
export async function openBusyPlace(t: TestContext) {
  const place = await openPlace();
  t.after(() => place.close());
  const { releases } = switchRequestOf(parseConfig(production), {
    project: "hub",
    stack: "production",
    region: "us-east-1",
    profile: undefined,
  });
  const slot = (of: "blue" | "green") => ({ release: releases[of], taskDefinition: `task:${of}` });
  await place.edit((found) => ({
    ...found,
    slots: { blue: slot("blue"), green: slot("green") },
    verified: { colour: "green", release: releases.green, at: 1 },
  }));
  // Only the record says where the metrics are.
  const namespace = (await place.store.read())?.record.inputs?.metricNamespace;
  const credentials = { accessKeyId: "local", secretAccessKey: "local" };
  const cloudwatch = new CloudWatchClient({ region: "us-east-1", endpoint: place.aws.endpoint, credentials });
  const put = (MetricName: string, Value: number) =>
    cloudwatch.send(
      new PutMetricDataCommand({
        Namespace: namespace,
        MetricData: [
          {
            MetricName,
            Value,
            Timestamp: new Date(Date.now() - 600_000),
            Dimensions: [{ Name: metricDimension, Value: "blue" }],
          },
        ],
      }),
    );
  await put("Requests", 7_200);
  await put("AnalysisCalls", 900);
  await put("SessionsOpened", 240);
  cloudwatch.destroy();
  place.writes();
  return { place, releases };
}
