import assert from "node:assert/strict";
import { test } from "node:test";
import { colours } from "../../domain/colour.ts";
import { specLimits } from "../../domain/spec.ts";
import { slotAlarms } from "../../infra/alarms.ts";
import { parseConfig } from "../../infra/config.ts";
import { slotOf } from "../../infra/config.ts";
import { containersOf } from "../../infra/containers.ts";
import { releaseNameOf } from "../../infra/release.ts";
import { deploySubjects, trustJobs } from "../../infra/workflow-subjects.ts";
import { containerFacts } from "./container-facts.ts";

const config = parseConfig({
  blue: { image: "hub:1", hubConfig: { toolFiltering: { enabled: true } } },
  green: { image: "hub:1", hubConfig: { toolFiltering: { enabled: false } } },
  sidecar: { signingSecret: "hub/signing" },
});

test("the limits are the requirement's, to the digit", () => {
  const values = Object.fromEntries(Object.entries(specLimits).map(([name, { value }]) => [name, value]));
  assert.deepEqual(
    [
      values["firstRequests"],
      values["analysisLatencyP95Ms"],
      values["successRatePercent"],
      values["logErrors"],
    ],
    [100, 2000, 99, 0],
  );
  assert.deepEqual(
    [values["alarmErrorRatePercent"], values["alarmLatencyP95Ms"], values["alarmLlmFailurePercent"]],
    [5, 3000, 10],
  );
  assert.deepEqual(
    [
      values["stagingCleanHoursMin"],
      values["stagingCleanHoursMax"],
      values["rollbackMinutes"],
      values["rollbackWindowHours"],
    ],
    [24, 48, 5, 24],
  );
});

test("the three alerts of the requirement exist per colour, at its limits, above and not at them, and call whom it says", () => {
  for (const colour of colours) {
    const alarms = slotAlarms({ prefix: "hub-production", namespace: "n" }, colour, config.thresholds);
    const seen = ["error-rate", "latency", "llm-failures"].map((kind) => {
      const alarm = alarms.find(({ name }) => name === `hub-production-${colour}-${kind}`);
      assert.ok(alarm, kind);
      return [alarm.args.threshold, alarm.args.comparisonOperator, alarm.topic];
    });
    assert.deepEqual(seen, [
      [5, "GreaterThanThreshold", "onCall"],
      [3000, "GreaterThanThreshold", "team"],
      [10, "GreaterThanThreshold", "onCall"],
    ]);
  }
});

test("a release's config file is part of its name and of its task definition, so that the other colour keeps its own", () => {
  const blue = slotOf(config, "blue");
  assert.notEqual(releaseNameOf(config, "blue"), releaseNameOf(config, "green"));
  const text = JSON.stringify(containersOf(config, blue, containerFacts));
  assert.ok(text.includes(JSON.stringify(JSON.stringify(blue.hubConfig)).slice(1, -1)), text);
});

test("the deploy role trusts one branch of one repository and nobody else", () => {
  const subjects = deploySubjects({ repository: "example@11/hub@22" });
  const text = JSON.stringify(trustJobs("arn:provider", ["sts.amazonaws.com"], subjects));
  assert.ok(text.includes("repo:example/hub:ref:refs/heads/main"), text);
  assert.ok(text.includes("repo:example@11/hub@22:ref:refs/heads/main"), text);
  assert.doesNotMatch(text, /\*/);
});
