/** A provider plugin as small as one can be, whose resource does what its input `act` says. */
import { writeFileSync } from "node:fs";
import { setTimeout as delay } from "node:timers/promises";
import pulumi from "@pulumi/pulumi";
import type { provider } from "@pulumi/pulumi";
import { connectEngine } from "./engine.ts";

type Props = Record<string, unknown>;

class Half extends Error {
  readonly id: string;
  readonly properties: Props;
  readonly reasons: string[];
  constructor(id: string, properties: Props, reasons: string[]) {
    super("the switch did not get to where it should");
    this.id = id;
    this.properties = properties;
    this.reasons = reasons;
  }
}

/** A component of two resources of another package. */
class Pair extends pulumi.ComponentResource {
  readonly arn: pulumi.Output<string>;
  constructor(type: string, name: string, inputs: pulumi.Inputs, options: object) {
    super(type, name, {}, options);
    const one = new Thing(`${name}-one`, { of: inputs["size"] }, { parent: this });
    this.arn = new Thing(`${name}-two`, { of: one.arn }, { parent: this }).arn;
    this.registerOutputs({ arn: this.arn });
  }
}

class Thing extends pulumi.CustomResource {
  declare readonly arn: pulumi.Output<string>;
  constructor(name: string, args: pulumi.Inputs, opts: pulumi.CustomResourceOptions) {
    super("test:index:Thing", name, { arn: undefined, ...args }, opts);
  }
}

const say = connectEngine(process.argv.at(-1) ?? "");
const cancelled = new AbortController();

async function act(urn: string, news: Props): Promise<void> {
  await say(urn, `${String(news["act"])} begins`, true);
  switch (news["act"]) {
    case "half":
      throw new Half("box-1", { ...news, weight: 0 }, ["gate failed: error rate 1.8% > 1.0%"]);
    case "refuse":
      throw new Error("refused: 3 of 4 targets are healthy");
    case "crash":
      console.error("out of cheese");
      process.exit(70);
      break;
    case "wait": {
      await say(urn, `pid ${process.pid}`, false);
      // Ends only when it is asked to cancel, as a rollout does by rolling back.
      const until = Date.now() + 20_000;
      while (!cancelled.signal.aborted && Date.now() < until) await delay(10);
      throw new Half("box-1", { ...news, act: "rolled back" }, [
        cancelled.signal.aborted ? "cancelled" : "never cancelled",
      ]);
    }
    default:
  }
}

const box: provider.Provider = {
  version: "1.0.0",
  check: async (_urn: string, _olds: Props, news: Props) => ({
    inputs: { size: 1, ...news },
    failures: news["act"] === "bad" ? [{ property: "act", reason: '"bad" is no act' }] : [],
  }),
  diff: async (_id: string, _urn: string, olds: Props, news: Props) => ({
    changes: olds["act"] !== news["act"] || olds["name"] !== news["name"],
    replaces: olds["name"] === news["name"] ? [] : ["name"],
  }),
  create: async (urn: string, inputs: Props) => {
    await act(urn, inputs);
    return {
      id: "box-1",
      outs: { ...inputs, pid: process.pid, cwd: process.cwd(), config: process.env["PULUMI_CONFIG"] },
    };
  },
  update: async (_id: string, urn: string, _olds: Props, news: Props) => {
    await act(urn, news);
    return { outs: news };
  },
  read: async (id: string, _urn: string, props?: Props) =>
    props?.["act"] === "vanish" ? { id: "", props: {} } : { id, props: { ...props, seen: true } },
  delete: async () => undefined,
  construct: async (name: string, type: string, inputs: pulumi.Inputs, options: object) => {
    const pair = new Pair(type, name, inputs, options);
    return { urn: pair.urn, state: { arn: pair.arn, token: inputs["token"] } };
  },
  invoke: async (token: string, inputs: Props) =>
    inputs["fail"] === undefined
      ? { outputs: { token, length: (inputs["text"] as string).length } }
      : { outputs: {}, failures: [{ property: "fail", reason: "asked to" }] },
  cancel: async () => {
    cancelled.abort();
  },
};

// Whoever started it holds its stdin for as long as it lives.
process.stdin
  .once("end", () => {
    const { FIXTURE_ENDED: note } = process.env;
    if (note !== undefined) writeFileSync(note, String(process.pid));
    process.exit(0);
  })
  .resume();

await pulumi.provider.main(box, process.argv.slice(2));
