import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { ConfigError } from "../../infra/config.ts";
import { rehearsed } from "../../rehearsal/config-file.ts";
import { Pulse } from "../../rehearsal/pulse.ts";
import { replayLine } from "../../rehearsal/replay-line.ts";
import { describeAll, describeScenario, exitCodeOf } from "../../rehearsal/report.ts";
import { neverStarted } from "../../rehearsal/scenarios/failure.ts";
import { held, type ScenarioResult } from "../../rehearsal/scenarios/result.ts";
import { sampleImages, withStandIns } from "../../rehearsal/stage/config.ts";
import { namedBy, namedLocally } from "../../rehearsal/stage/named-by-config.ts";
import { production, stackConfig } from "../infra/program.ts";

const whole: ScenarioResult = {
  name: "cutover",
  promise: "Green goes live, and no client notices.",
  asPromised: true,
  outcome: "rolled-back",
  requests: { sent: 2_000, ok: 1_998, lost: 2, hurt: 0 },
  sessions: { opened: 50, broken: 0 },
  timings: { totalMs: 12_340, faultToVerdictMs: null, verdictToTrafficMs: null },
  steps: [],
  held: [held("no request is lost", true, `${"many words ".repeat(12)}in the end`)],
  observedIn: "responses",
};
const broken = {
  ...whole,
  asPromised: false,
  held: [{ ...whole.held[0], ok: false } as ScenarioResult["held"][number]],
};

test("a line that was kept ends with a whole word; what broke is told to its end, on lines of 100 columns", () => {
  const kept = describeScenario(whole, false);
  assert.match(kept, /^ {2}kept {3}no request is lost: many words .* (many|words) …$/m);
  const told = describeScenario(broken, false);
  assert.match(told.replaceAll(/\s+/g, " "), /BROKEN no request is lost: many words .*in the end/);
  for (const text of [kept, told])
    assert.deepEqual(
      text.split("\n").filter((line) => line.length > 100),
      [],
    );
  assert.match(describeAll([whole], false), /kept {3}cutover \(rolled back\): Green goes live/);
});

test("what broke on a starved machine cannot be told: 3, which a break on another scenario outranks", () => {
  const starved = { ...broken, inconclusive: "this machine is starved" };
  assert.match(
    describeScenario(starved, false),
    /^ {2}\? +no request is lost[^]*^ {2}\? +this machine is starved$/m,
  );
  assert.deepEqual(
    [[whole], [whole, starved], [starved, broken], [broken], []].map(exitCodeOf),
    [0, 3, 1, 1, 0],
  );
});

/** A pulse whose beats come so late, in milliseconds. */
function pulseOf(late: readonly number[], loadPerCore = 1): Pulse {
  let now = 0;
  const pulse = new Pulse(
    () => now,
    () => loadPerCore,
  );
  for (const ms of late) {
    now += 100 + ms;
    pulse.beat();
  }
  return pulse;
}

test("a machine is starved when one turn in twenty comes a second late, and not for a hiccup or before enough was seen; or when four programs wait for each core", () => {
  const seconds = (count: number, ms: number) => Array.from({ length: count }, () => ms);
  assert.match(pulseOf([...seconds(90, 5), ...seconds(10, 1_500)]).starved ?? "", /starved: .* 1\.5 s late/);
  assert.equal(pulseOf([...seconds(99, 5), 60_000]).starved, null);
  assert.equal(pulseOf(seconds(100, 300)).starved, null);
  assert.equal(pulseOf(seconds(10, 5_000)).starved, null);
  assert.match(pulseOf(seconds(100, 50), 10.7).starved ?? "", /starved: 10\.7 programs waited for each core/);
  assert.equal(pulseOf(seconds(100, 50), 3.9).starved, null);
});

test("the replay line has the scenario, the dice and what was typed, but for where the results went", () => {
  const words = [
    "--scenario=all",
    "--json",
    "a.json",
    "--images",
    "my hub.json",
    "--seed",
    "3",
    "--config=c.yaml",
  ];
  assert.equal(
    replayLine("crash", { seed: 9, words }),
    "npm run rehearse -- --scenario crash --seed 9 --images 'my hub.json' --config=c.yaml",
  );
});

test("of a production stack's own config what is its hub's is rehearsed, and its places and times are put aside by name", () => {
  const { config, aside } = rehearsed(production);
  for (const key of ["domain", "network", "access", "github", "production", "sidecar.tokenSecret"])
    assert.ok(aside.includes(key), `${key} is not among ${aside.join(", ")}`);
  assert.deepEqual(config["hub"], production["hub"]);
  assert.deepEqual(config["thresholds"], production["thresholds"]);
  assert.deepEqual(namedBy(config).secrets, ["hub/gemini", "hub/signing"]);
  const { steps } = config["rollout"] as { steps: { weight: number; bake: string }[] };
  assert.deepEqual(
    steps.map(({ weight, bake }) => `${weight} ${bake}`),
    ["5 4s", "25 4s", "50 4s", "100 4s"],
  );
  assert.ok("domain" in production, "the config that was given is as it was");
});

test("a stack's own config that is not valid is refused as it stands, not as it would be rehearsed", () => {
  assert.throws(() => rehearsed({ ...production, domain: undefined }), ConfigError);
});

test("the sample hub stands in for hubs that nothing here can start, and says for which; the sidecar is this one", () => {
  const minimal = stackConfig("Pulumi.minimal.yaml");
  const own = sampleImages("/repository");
  const { images, standsInFor } = withStandIns(own, minimal);
  const { image } = minimal["blue"] as { image: string };
  assert.deepEqual(standsInFor, [image]);
  assert.equal(images[image], own["bluegreen-hub/sample-hub:1"]);
  assert.deepEqual(
    images[(minimal["sidecar"] as { image: string }).image]?.command.at(-1),
    "sidecar/main.ts",
  );
  assert.deepEqual(withStandIns({ ...own, [image]: { command: ["mine"] } }, minimal).standsInFor, []);
});

test("the secrets of images' registries are made too, and each is named as a local account has it", () => {
  const arn = "arn:aws:secretsmanager:eu-west-1:123456789012:secret:hub/registry-AbCdEf";
  const config = {
    blue: { image: "hub:1", registryCredentials: arn },
    green: { image: "hub:2" },
    sidecar: { signingSecret: "hub/signing", registryCredentials: "hub/registry" },
  };
  assert.deepEqual(namedBy(config).secrets, ["hub/signing", "hub/registry", arn]);
  const local = namedLocally(config);
  assert.deepEqual(local, { ...config, blue: { image: "hub:1", registryCredentials: "hub/registry" } });
  assert.deepEqual(namedBy(local).secrets, ["hub/signing", "hub/registry"]);
  assert.equal(config.blue.registryCredentials, arn, "the config that was given is as it was");
});

test("the secrets and the zone of a config are each named once, a zone's id and what is off are left out", () => {
  const name = fc.stringMatching(/^[a-z/]{1,10}$/);
  fc.assert(
    fc.property(fc.array(name), name, (keys, signing) => {
      const secrets = Object.fromEntries(keys.map((key, at) => [`KEY_${at}`, key]));
      const named = namedBy({
        hub: { secrets },
        sidecar: { signingSecret: signing },
        domain: { zone: "Z123" },
      });
      assert.deepEqual(named.secrets.toSorted(), [...new Set([...keys, signing])].toSorted());
      assert.equal(named.zone, null);
    }),
  );
  assert.deepEqual(
    namedBy({ sidecar: { enabled: false, signingSecret: "a" }, domain: { zone: "example.com" } }),
    {
      secrets: [],
      zone: "example.com",
    },
  );
});

test("a hub that cannot be started is never excused by a busy machine, and what is slow may be", () => {
  const saw = (text: string, ok = false) =>
    neverStarted({ held: [{ what: "up: blue goes live", saw: text, ok }] });
  assert.equal(saw("… CannotStartContainerError: spawn PORT=27547 ENOENT"), true);
  assert.equal(saw("Its log: Error: listen EADDRINUSE: address already in use :::3000"), true);
  assert.equal(saw("Its log: Error: Cannot find module '/x/nohub.mjs'"), true);
  assert.equal(saw("the hub did not answer within 5 s"), false);
  assert.equal(saw("EADDRINUSE", true), false);
});
