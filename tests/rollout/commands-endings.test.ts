import "reaper/children";
import assert from "node:assert/strict";
import { spawn, spawnSync } from "node:child_process";
import { copyFile, mkdtemp, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { fileURLToPath } from "node:url";
import { stripVTControlCharacters } from "node:util";
import { DescribeRulesCommand } from "@aws-sdk/client-elastic-load-balancing-v2";
import { perColour } from "../../domain/colour.ts";
import type { SwitchRecord } from "../../domain/record.ts";
import { type Weights, weightsFor } from "../../domain/weight.ts";
import { findTarget } from "../../rollout/commands/target.ts";
import { type Place, openPlace, stack } from "./commands-kit.ts";
import { a, b, now } from "./situation.ts";

const repository = fileURLToPath(new URL("../../", import.meta.url));
/** Long after any test has ended, in milliseconds since 1970. */
const later = Date.now() + 3_600_000;
const blue = weightsFor("blue", 100);
const green = weightsFor("green", 100);
type Name = "rollback" | "status" | "abort";
const names: readonly Name[] = ["status", "rollback", "abort"];

/** How a command is typed, where it is not as everywhere. */
interface Typed {
  readonly env?: Readonly<Record<string, string>>;
  readonly folder?: string;
  /** On a pseudo-terminal, whose stdout and stderr are one. */
  readonly terminal?: boolean;
}

let place: Place;
let inputs: NonNullable<SwitchRecord["inputs"]>;

/** Types a command as a person does, or as a script does that reads what it prints. */
async function type(name: Name, args: readonly string[], { env, folder, terminal }: Typed = {}) {
  const command = [
    process.execPath,
    join(repository, "bin/start.mjs"),
    join(repository, `rollout/commands/${name}.ts`),
    ...args,
  ];
  const [program = "", ...rest] = terminal
    ? ["script", "-qec", command.map((word) => `'${word}'`).join(" "), "/dev/null"]
    : command;
  const { PATH, HOME } = process.env;
  const child = spawn(program, rest, {
    cwd: folder ?? repository,
    env: { PATH, HOME, TERM: "xterm", ...place.aws.env, ...env },
    stdio: ["ignore", "pipe", "pipe"],
    timeout: 100_000,
  });
  const [out, err] = await Promise.all(
    [child.stdout, child.stderr].map(async (stream) => Buffer.concat(await stream.toArray()).toString()),
  );
  if (child.exitCode === null) await new Promise((resolve) => child.once("exit", resolve));
  return { code: child.exitCode, out: out ?? "", err: err ?? "" };
}

/** The record as it begins, but for `over`, and the rule beside it. */
async function given(over: Partial<SwitchRecord> = {}, rule: Weights = over.weights ?? blue): Promise<void> {
  await place.edit((found) => ({ ...begun(found), inputs, ...over }));
  await place.setRule(rule);
  place.writes();
}

const begun = (found: SwitchRecord): SwitchRecord => ({
  ...found,
  live: "blue",
  weights: blue,
  slots: { blue: { release: a, taskDefinition: "task:a" }, green: { release: b, taskDefinition: "task:b" } },
  previous: null,
  rejected: [],
  fencedBy: null,
  unseen: null,
  lease: null,
  intent: null,
  rollout: null,
  reassert: null,
  retirement: null,
  drain: { blue: null, green: null },
  last: null,
});

/** Green went live, and blue is what a rollback goes back to until then. */
const promoted = (until = later): Partial<SwitchRecord> => ({
  live: "green",
  weights: green,
  previous: { colour: "blue", release: a, taskDefinition: "task:a", until },
});

/** An `up` elsewhere has a quarter of the traffic on green. */
const shifting: Partial<SwitchRecord> = {
  weights: weightsFor("green", 25),
  lease: { owner: "ci job 7", since: now, until: later },
  rollout: {
    id: "r1",
    candidate: "green",
    release: b,
    asked: 100,
    rollbackTarget: blue,
    startedAt: now,
    tried: [],
    passed: [],
  },
};

/** What the rule shows. */
async function shown(): Promise<Weights> {
  const { Rules } = await place.elb.send(new DescribeRulesCommand({ RuleArns: [place.ruleArn] }));
  const groups = Rules?.[0]?.Actions?.[0]?.ForwardConfig?.TargetGroups ?? [];
  return perColour(
    (of) => groups.find(({ TargetGroupArn }) => TargetGroupArn === inputs.targetGroups[of])?.Weight ?? 0,
  );
}

/** A machine whose clock stands still at this moment. */
const at = (moment: number) => ({
  NODE_OPTIONS: `--import data:text/javascript,${encodeURIComponent(`Date.now = () => ${moment};`)}`,
});

/** Refused: exit 2, one sentence, nothing written. */
function refused({ code, out, err }: Awaited<ReturnType<typeof type>>, sentence: RegExp): void {
  assert.deepEqual([code, out], [2, ""], err);
  assert.match(err, sentence);
  assert.match(err, /^error: .+\n(?:Type: .+\n)?$/);
  assert.deepEqual(place.writes(), []);
}

describe("commands for emergencies, typed as people type them", () => {
  before(async () => {
    place = await openPlace();
    await place.edit((found) => {
      inputs = { ...(found.inputs as typeof inputs) };
      return found;
    });
  });
  after(() => place.close());

  describe("while no target is healthy", () => {
    const impatient = () => ({ inputs: { ...inputs, plan: { ...inputs.plan, proofTimeout: 1 } } });

    test("no traffic goes to a slot without a healthy target, and the refusal says how it would", async () => {
      for (const [name, over] of [
        ["rollback", promoted()],
        ["abort", shifting],
      ] as const) {
        await given(over);
        refused(
          await type(name, ["--stack", stack]),
          /^error: blue has no healthy target, .* --desired-count 2 To send it there all the same, add: --force no-healthy-target\n$/,
        );
      }
      assert.deepEqual(await shown(), weightsFor("green", 25));
    });

    test("--force is believed only with the words of what it overrides", async () => {
      await given(promoted());
      refused(
        await type("rollback", ["--stack", stack, "--force", "yes"]),
        /"yes" is none of them\. There is: --force no-healthy-target$/m,
      );
      refused(await type("rollback", ["--stack", stack, "--force"]), /'--force <value>' argument missing/);
      refused(await type("status", ["--stack", stack, "--why", "x"]), /Unknown option '--why'/);
    });

    test("--force in those words sends it there, says so, and ends with 3: nobody answers", async () => {
      const forced = ["--stack", stack, "--force", "no-healthy-target"];
      await given({ ...promoted(), ...impatient() });
      const person = await type("rollback", forced);
      assert.deepEqual([person.code, person.err], [3, ""], person.out);
      assert.match(person.out, /^not proved: blue 0 · green 100 → blue 100 · green 0 in /m);
      assert.match(
        person.out,
        /^blue has no healthy target, and has its traffic because --force says so\.$/m,
      );
      assert.deepEqual(await shown(), blue);
      await given({ ...shifting, ...impatient() });
      const machine = await type("abort", [...forced, "--json"]);
      assert.deepEqual([machine.code, machine.err], [3, ""], machine.out);
      const { withoutHealthyTarget, proved } = JSON.parse(machine.out) as Record<string, unknown>;
      assert.deepEqual([withoutHealthyTarget, proved], ["blue", false]);
    });
  });

  describe("while both slots serve", () => {
    before(() => Promise.all([place.serve("blue"), place.serve("green")]));

    test("a rollback goes back in the last moment of its window, and no later", async () => {
      const until = Math.floor(Date.now() / 1_000) * 1_000;
      await given(promoted(until));
      const over = await type("rollback", ["--stack", stack], { env: at(until) });
      refused(over, /^error: green already serves everything .* and no rollback window is open/);
      const last = await type("rollback", ["--stack", stack], { env: at(until - 1) });
      assert.deepEqual([last.code, last.err], [0, ""], last.out);
      assert.deepEqual(await shown(), blue);
    });

    test("abort stops a rollout and nothing else, whatever a rollback would do", async () => {
      await given(promoted());
      refused(
        await type("abort", ["--stack", stack]),
        /^error: No rollout is under way\. .* npm run rollback -- --stack production\n$/,
      );
      assert.deepEqual(await shown(), green);
    });

    test("a rollback undoes a hand edit where there is nothing else to go back to", async () => {
      await given({}, weightsFor("green", 40));
      assert.equal((await type("status", ["--stack", stack])).code, 1);
      const { code, out, err } = await type("rollback", ["--stack", stack]);
      assert.deepEqual([code, err], [0, ""], out);
      assert.match(out, /^proved: blue 60 · green 40 → blue 100 · green 0 in .* blue is live\.$/m);
      const { code: well, out: after } = await type("status", ["--stack", stack]);
      assert.equal(well, 0, after);
      assert.doesNotMatch(after, /^rejected/m, "nobody said anything against a release");
    });

    test("a first deployment that is not over has nothing to look at or to take back", async () => {
      await given({ ruleArn: null, inputs: null });
      for (const name of names)
        refused(
          await type(name, ["--stack", stack]),
          /^error: Stack production has no weighted rule yet; its first deployment is not over\. Run pulumi up again\.\n$/,
        );
      await given({ ruleArn: place.ruleArn });
    });

    test("whoever types acts as themselves, and not by the profile of the last up", async () => {
      const foreign = { inputs: { ...inputs, profile: "somebody-else" } };
      await given({ ...promoted(), ...foreign });
      assert.equal((await type("status", ["--stack", stack])).code, 0);
      assert.equal((await type("rollback", ["--stack", stack])).code, 0);
      await given({ ...shifting, ...foreign });
      assert.equal((await type("abort", ["--stack", stack])).code, 0);
    });

    test("each command says the same on a terminal as in a pipe, in colour on the terminal alone", async (t) => {
      if (spawnSync("script", ["--version"]).status !== 0)
        return t.skip("there is no `script` of util-linux here to make a terminal with");
      for (const [name, over, code, words] of [
        ["status", {}, 0, /^live +blue since /m],
        ["rollback", promoted(), 0, /^proved: blue 0 · green 100 → blue 100 · green 0 in /m],
        ["abort", shifting, 0, /^proved: blue 75 · green 25 → blue 100 · green 0 in /m],
        ["abort", {}, 2, /^error: No rollout is under way\./m],
      ] as const)
        for (const terminal of [true, false]) {
          await given(over);
          const ran = await type(name, ["--stack", stack], { terminal });
          const said = ran.out + ran.err;
          const text = stripVTControlCharacters(said).replaceAll("\r", "");
          assert.equal(ran.code, code, said);
          assert.match(text, words);
          assert.equal(said !== text, terminal, `${name} is in colour: ${JSON.stringify(said)}`);
        }
    });

    test("an endpoint that is down is told as what it is: status could not look, and the others failed", async () => {
      await given(promoted());
      const closed = createServer();
      await new Promise<void>((resolve) => closed.listen(0, "127.0.0.1", resolve));
      const { port } = closed.address() as { port: number };
      await new Promise((resolve) => closed.close(resolve));
      const env = { AWS_ENDPOINT_URL: `http://127.0.0.1:${port}` };
      const ran = await Promise.all(names.map((name) => type(name, ["--stack", stack], { env })));
      assert.deepEqual(
        ran.map(({ code }) => code),
        [3, 1, 1],
      );
      for (const { out, err } of ran) {
        assert.equal(out, "");
        assert.match(err, /^error: AWS cannot be reached from here: .*ECONNREFUSED.* network and type it/);
      }
      assert.deepEqual(place.writes(), []);
    });
  });

  describe("where the region stands", () => {
    let folder: string;
    before(async () => {
      folder = await mkdtemp(join(tmpdir(), "commands-é "));
      await copyFile(join(repository, "Pulumi.yaml"), join(folder, "Pulumi.yaml"));
    });
    after(() => rm(folder, { recursive: true, force: true }));
    /** Which region a command in a folder with this stack file asks, or what it asks a person, told by its refusal. */
    const asks = async (file: string | null, env: Readonly<Record<string, string>> = {}, region?: string) => {
      if (file !== null) await writeFile(join(folder, "Pulumi.staging.yaml"), file);
      const before = { cwd: process.cwd(), env: { ...process.env } };
      process.chdir(folder);
      Object.assign(process.env, place.aws.env, { AWS_REGION: "", AWS_DEFAULT_REGION: "" }, env);
      try {
        await findTarget({ stack: "staging", region, json: false });
        return "nothing was refused";
      } catch (error) {
        const { message } = error as Error;
        return (
          /^Table hub-staging-switch in (\S+) has no record of stack staging:/.exec(message)?.[1] ?? message
        );
      } finally {
        process.chdir(before.cwd);
        for (const name of Object.keys(process.env))
          if (before.env[name] === undefined) delete process.env[name];
        Object.assign(process.env, before.env);
      }
    };

    test("without a stack file, a region in it or one in the environment it is asked for", async () => {
      assert.match(
        await asks(null),
        /^No region is known: there is no Pulumi\.staging\.yaml here\. Name it with --region/,
      );
      assert.match(
        await asks("config: {}\n"),
        /^No region is known: Pulumi\.staging\.yaml has no aws:region\./,
      );
      assert.match(await asks("config: [\n"), /^No region is known: Pulumi\.staging\.yaml cannot be read \(/);
      assert.match(await asks(""), /^No region is known: Pulumi\.staging\.yaml has no aws:region\./);
    });

    test("it is the flag's, else the stack file's, else the environment's", async () => {
      const file = "config:\n  aws:region: eu-west-1\n";
      const env = { AWS_REGION: "ap-south-1" };
      assert.equal(await asks(file, env, "us-west-2"), "us-west-2");
      assert.equal(await asks(file, env), "eu-west-1");
      assert.equal(await asks(file), "eu-west-1");
      assert.equal(await asks("config: {}\n", env), "ap-south-1");
      assert.equal(await asks("config: [\n", env), "ap-south-1");
      assert.equal(await asks("config: {}\n", { AWS_DEFAULT_REGION: "ap-south-1" }), "ap-south-1");
    });

    test("the stack's own file is enough for every command", async () => {
      await given();
      const env = { AWS_REGION: "", AWS_DEFAULT_REGION: "" };
      assert.equal((await type("status", ["--stack", stack], { env })).code, 0);
      refused(await type("rollback", ["--stack", stack], { env }), /blue already serves everything/);
      refused(await type("abort", ["--stack", stack], { env }), /No rollout is under way/);
    });

    test("a folder without a project is told as that", async () => {
      const { code, err } = await type("status", ["--stack", stack], { folder: tmpdir() });
      assert.equal(code, 2);
      assert.match(err, /^error: There is no Pulumi\.yaml in .* or name the rule: --rule ARN\n$/);
    });
  });
});
