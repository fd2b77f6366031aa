import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { ECSClient } from "@aws-sdk/client-ecs";
import {
  CreateTargetGroupCommand,
  DeleteRuleCommand,
  DescribeTargetGroupsCommand,
  ElasticLoadBalancingV2Client,
  ModifyRuleCommand,
} from "@aws-sdk/client-elastic-load-balancing-v2";
import { colours } from "../../domain/colour.ts";
import type { SwitchInputs } from "../../domain/inputs.ts";
import type { SwitchRecord } from "../../domain/record.ts";
import { type Weights, sameWeights } from "../../domain/weight.ts";
import { openRule } from "../../rollout/aws/rule.ts";
import type { LiveRule } from "../../rollout/policy/live-rule.ts";
import { makeStore } from "../../rollout/record/store.ts";
import type { Store } from "../../rollout/run/ports.ts";
import { type Stage, project, stackName } from "../stage/index.ts";

/** A person with the account's console open: sees record and rule, and changes what a person can change there. */
export class Account {
  readonly ecs: ECSClient;
  readonly #stage: Stage;
  readonly #elb: ElasticLoadBalancingV2Client;
  readonly #dynamodb: DynamoDBClient;
  readonly #store: Store;

  constructor(stage: Stage) {
    const { env } = stage;
    const access = {
      region: env["AWS_REGION"] as string,
      endpoint: stage.aws.endpoint,
      maxAttempts: 10,
      credentials: {
        accessKeyId: env["AWS_ACCESS_KEY_ID"] as string,
        secretAccessKey: env["AWS_SECRET_ACCESS_KEY"] as string,
      },
    };
    this.#stage = stage;
    this.#elb = new ElasticLoadBalancingV2Client(access);
    this.ecs = new ECSClient(access);
    this.#dynamodb = new DynamoDBClient(access);
    this.#store = makeStore(this.#dynamodb, `${project}-${stackName}-switch`, stackName);
  }

  close(): void {
    for (const client of [this.#elb, this.#dynamodb, this.ecs]) client.destroy();
  }

  /** The record as it is. Rejects before the first deployment. */
  async record(): Promise<SwitchRecord> {
    const found = await this.#store.read();
    if (found === null) throw new Error(`nothing is recorded of stack ${stackName} yet`);
    return found.record;
  }

  /** Inputs of the last `up`. */
  async inputs(): Promise<SwitchInputs> {
    const { inputs } = await this.record();
    if (inputs === null) throw new Error(`no up of stack ${stackName} has recorded its inputs yet`);
    return inputs;
  }

  /** The rule as the balancer has it; null when it is gone. */
  async rule(): Promise<LiveRule | null> {
    const { ruleArn, inputs } = await this.record();
    if (ruleArn === null || inputs === null) return null;
    const { targetGroups } = inputs;
    return openRule({ elb: this.#elb, elbOnce: this.#elb }, { ruleArn, targetGroups, make: null }).read();
  }

  async ruleArn(): Promise<string> {
    return (await this.record()).ruleArn as string;
  }

  /** Changes the record, and nothing else, against whatever is written meanwhile. */
  async edit(change: (record: SwitchRecord) => SwitchRecord): Promise<void> {
    for (;;) {
      const found = await this.#store.read();
      if (found === null) throw new Error(`nothing is recorded of stack ${stackName} yet`);
      if (await this.#store.write(change(found.record), found.version)) return;
    }
  }

  /** Lets the time pass that a lease has left: a drill need not wait for a minute that nothing happens in. */
  async passLease(): Promise<void> {
    const now = Date.now();
    await this.edit((record) => ({
      ...record,
      lease: record.lease && { ...record.lease, until: Math.min(record.lease.until, now) },
    }));
  }

  /**
   * A change by hand of the weighted rule, past everything that keeps a record. A foreign group gets no weight: nobody would
   * answer there.
   */
  async setRule(weights: Weights, foreign?: string): Promise<void> {
    const { targetGroups } = await this.inputs();
    const groups = [
      ...colours.map((of) => ({ TargetGroupArn: targetGroups[of], Weight: weights[of] })),
      ...(foreign === undefined ? [] : [{ TargetGroupArn: foreign, Weight: 0 }]),
    ];
    await this.#elb.send(
      new ModifyRuleCommand({
        RuleArn: await this.ruleArn(),
        Actions: [{ Type: "forward", ForwardConfig: { TargetGroups: groups } }],
      }),
    );
  }

  /** Makes another target group on the same network. */
  async copyTargetGroup(of: string): Promise<string> {
    const { TargetGroups } = await this.#elb.send(new DescribeTargetGroupsCommand({ TargetGroupArns: [of] }));
    const { Protocol, Port, VpcId, TargetType } = TargetGroups?.[0] ?? {};
    const made = await this.#elb.send(
      new CreateTargetGroupCommand({ Name: "third", Protocol, Port, VpcId, TargetType }),
    );
    return made.TargetGroups?.[0]?.TargetGroupArn as string;
  }

  async destroyRule(): Promise<void> {
    await this.#elb.send(new DeleteRuleCommand({ RuleArn: await this.ruleArn() }));
  }

  /** Resolves once the rule shows these weights. */
  async shows(weights: Weights, withinMs: number): Promise<void> {
    await this.until(`the rule shows green ${weights.green}`, withinMs, async () => {
      const rule = await this.rule();
      return rule !== null && sameWeights(rule.weights, weights);
    });
  }

  /** Resolves with the milliseconds until something holds; rejects, saying what, when it does not in time. */
  async until(what: string, withinMs: number, holds: () => Promise<boolean>): Promise<number> {
    const began = Date.now();
    while (!(await holds())) {
      if (Date.now() - began > withinMs)
        throw new Error(`${what}: not within ${withinMs / 1_000} s; ${JSON.stringify(await this.record())}`);
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
    return Date.now() - began;
  }

  /** What the guardian told the on-call topic, oldest first. */
  pages(): readonly string[] {
    return this.#stage.aws.sns.messages
      .filter(({ subject }) => subject?.startsWith(`${stackName}: `) === true)
      .map(({ subject, text }) => `${subject}: ${text}`);
  }

  /** What the guardian printed. */
  guardianLines(): readonly string[] {
    return this.#stage.aws.logs.lines(`/aws/lambda/${project}-${stackName}-guardian`);
  }

  /** Counts the balancer's rule changes that took effect, until it is called. */
  countRuleChanges(): () => number {
    let count = 0;
    const stop = this.#stage.aws.onCall(({ when, operation, error }) => {
      if (when === "after" && error === null && operation === "ModifyRule") count++;
    });
    return () => {
      stop();
      return count;
    };
  }
}

/** Weights with this percentage on green. */
export const green = (weight: number): Weights => ({ blue: 100 - weight, green: weight });

/** Does something with the account's console open, and closes it whatever happens. */
export async function withAccount<T>(stage: Stage, work: (account: Account) => Promise<T>): Promise<T> {
  const account = new Account(stage);
  try {
    return await work(account);
  } finally {
    account.close();
  }
}
