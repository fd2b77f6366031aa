import assert from "node:assert/strict";
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { type EngineEvent, up } from "pulumi-engine";

const repository = fileURLToPath(new URL("../../", import.meta.url));
/** Nothing listens here: a program that asked anybody for anything would say so. */
const env = {
  AWS_ENDPOINT_URL: "http://127.0.0.1:9",
  AWS_REGION: "us-east-1",
  AWS_ACCESS_KEY_ID: "none",
  AWS_SECRET_ACCESS_KEY: "none",
};

test("a malformed config registers nothing: the program says every problem and no provider is asked", async () => {
  const folder = mkdtempSync(join(tmpdir(), "config-"));
  const events: EngineEvent[] = [];
  const asked = (name: string) => () => assert.fail(`the provider ${name} was started`);
  try {
    const result = await up({
      projectFolder: repository,
      program: "./infra/index.ts",
      project: "hub",
      stack: "production",
      config: {
        "hub:blue": JSON.stringify({ image: "hub:1" }),
        "hub:sidecar": JSON.stringify({ signingSecret: "hunter2 hunter2", port: "hunter3" }),
        "hub:greenWeight": "5%",
        "hub:greenWieght": "5",
        "hub:rollout": JSON.stringify({
          steps: [5, 75, 60, 100].map((weight) => ({ weight, bake: "5m" })),
        }),
      },
      secretKeys: ["hub:sidecar"],
      stateFile: join(folder, "state.json"),
      providers: { aws: asked("aws"), awsx: asked("awsx") },
      env,
      onEvent: (event) => events.push(event),
    });
    assert.equal(result.ok, false);
    const said = events.flatMap((event) => (event.kind === "log" ? [event.message] : [])).join("\n");
    for (const problem of [
      "aws:region: is missing",
      'hub:greenWeight: a weight is a whole number of percent; given: "5%"',
      "hub:greenWieght: there is no such key; did you mean greenWeight?",
      "hub:rollout.steps[2].weight: 60 is not above steps[1].weight 75",
      "hub:sidecar.port: must be a whole number; given: a secret value",
      "hub:sidecar.signingSecret: must name a secret, never hold its value",
    ])
      assert.ok(said.includes(problem), `${problem}\nis not in\n${said}`);
    assert.doesNotMatch(said, /hunter/);
    const steps = events.flatMap((event) => (event.kind === "step" ? [event.type] : []));
    assert.deepEqual(new Set(steps), new Set(["pulumi:pulumi:Stack"]));
    assert.deepEqual(registeredIn(join(folder, "state.json")), []);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});

/** URNs in a state file, the stack's own aside: Pulumi registers that before a program's first line. */
function registeredIn(file: string): string[] {
  if (!existsSync(file)) return [];
  const { deployment } = JSON.parse(readFileSync(file, "utf8")) as {
    deployment: { resources: { urn: string; type: string }[] };
  };
  return deployment.resources.filter(({ type }) => type !== "pulumi:pulumi:Stack").map(({ urn }) => urn);
}
