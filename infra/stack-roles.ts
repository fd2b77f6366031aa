import type * as dynamodb from "@pulumi/aws/dynamodb/index.js";
import type * as ecs from "@pulumi/aws/ecs/index.js";
import type * as iam from "@pulumi/aws/iam/index.js";
import * as pulumi from "@pulumi/pulumi";
import { colours } from "../domain/colour.ts";
import type { SwitchPreview } from "../domain/request.ts";
import type { Balancer } from "./balancer.ts";
import { closesItself } from "./config-network.ts";
import { type HubConfig, slotOf } from "./config.ts";
import { type Deployed, boundaryPolicy } from "./deploy-limits.ts";
import type { LogGroups } from "./log-groups.ts";
import type { MadeBefore } from "./made-before.ts";
import { arnOf, globalArnOf } from "./partition.ts";
import {
  type Things,
  ecrRepositories,
  executionPolicy,
  guardianPolicy,
  switchPolicy,
  taskPolicy,
} from "./policies.ts";
import type { Place } from "./read.ts";
import {
  type MadeRole,
  lambdaTrust,
  makePolicy,
  makeRole,
  switchSessionMs,
  switchTrust,
  taskTrust,
} from "./roles.ts";
import type { StackNames } from "./stack-names.ts";
import type { Topics } from "./topics.ts";
import { type WorkflowRoles, makeWorkflowRoles } from "./workflow-roles.ts";

/** What the stack's roles are made from: what they act on, and where. */
export interface RoleNeeds extends MadeBefore {
  readonly place: Place;
  readonly names: StackNames;
  /** Id of the account. */
  readonly account: pulumi.Output<string>;
  readonly record: dynamodb.Table;
  readonly logGroups: LogGroups;
  /** Of the stack's metrics. */
  readonly namespace: pulumi.Output<string>;
  readonly cluster: ecs.Cluster;
  readonly balancer: Balancer;
  readonly topics: Topics;
  /** Releases that slots keep: what these need stays theirs. */
  readonly kept: SwitchPreview["kept"];
}

/** The stack's roles, each with the policy that must be attached before it is of use. */
export interface StackRoles {
  /** Starts the containers. */
  readonly execution: MadeRole;
  /** The containers' own. */
  readonly task: MadeRole;
  readonly switching: MadeRole;
  readonly guardian: MadeRole;
  /** Where a repository's workflows deploy. */
  readonly workflows: WorkflowRoles | null;
}

/** Every role of the stack, each with exactly what it needs; the workflows' too where a repository is named. */
export function makeStackRoles(
  config: HubConfig,
  needs: RoleNeeds,
  opts: pulumi.ComponentResourceOptions,
): StackRoles {
  const { names, account } = needs;
  const things = thingsOf(config, needs);
  // Where a workflow may change the roles, it stays below what a person set.
  const boundary = config.github && boundaryOf(names, things, opts).arn;
  const place = { path: names.rolePath, boundary };
  const make = (name: string, trust: pulumi.Input<object>, policy: typeof taskPolicy, description: string) =>
    makeRole(name, trust, things.apply(policy), opts, { ...place, description });
  const roles = {
    execution: make("execution", taskTrust, executionPolicy, "Starts the hub's containers"),
    task: make("task", taskTrust, taskPolicy, "The hub's containers"),
    switching: makeRole(
      "switch",
      account.apply((id) => switchTrust({ region: needs.place.region, account: id })),
      things.apply(switchPolicy),
      opts,
      {
        ...place,
        description: "Moves traffic between the colours",
        maxSessionMs: switchSessionMs,
      },
    ),
    guardian: make(
      "guardian",
      lambdaTrust,
      guardianPolicy,
      "Sends traffic home when nobody is watching any more",
    ),
  };
  if (!config.github || !boundary) return { ...roles, workflows: null };
  const workflows = makeWorkflowRoles(
    {
      github: config.github,
      region: needs.place.region,
      path: names.rolePath,
      anySecrets: needs.secrets.secrets.length + needs.secrets.parameters.length > 0,
      deployed: deployedOf(config, needs, boundary, roles.switching.role),
    },
    opts,
  );
  return { ...roles, workflows };
}

function boundaryOf(
  { rolePath }: StackNames,
  things: pulumi.Output<Things>,
  opts: pulumi.ComponentResourceOptions,
): iam.Policy {
  const policies = [executionPolicy, taskPolicy, switchPolicy, guardianPolicy];
  const most = things.apply((of) =>
    boundaryPolicy(
      policies.map((policy) => policy(of)),
      of,
    ),
  );
  return makePolicy("boundary", most, opts, {
    description: "The most that the stack's roles may do",
    path: rolePath,
  });
}

/** What workflows deploy, as their policies name it. */
function deployedOf(
  { network }: HubConfig,
  { place, names, account, record, secrets, zoneId }: RoleNeeds,
  boundary: pulumi.Output<string>,
  switchRole: iam.Role,
): pulumi.Output<Deployed> {
  const { project, stack, region } = place;
  return pulumi
    .output({
      account,
      boundary,
      switchRole: switchRole.arn,
      table: record.arn,
      secrets: secrets.secrets,
      anyParameters: secrets.parameters.length > 0,
      zone: zoneId && globalArnOf("route53", { region, account: "" }, `hostedzone/${zoneId}`),
    })
    .apply((of) => ({
      ...of,
      project,
      stack,
      region,
      path: names.rolePath,
      ownVpc: network.vpcId === undefined,
    }));
}

/** ARNs that the roles' policies name. Services go by pattern, for they need the roles to exist. */
function thingsOf(config: HubConfig, needs: RoleNeeds): pulumi.Output<Things> {
  const { place, names, account, record, logGroups, secrets, cluster, balancer, topics } = needs;
  const { region, stack } = place;
  const at = (account: string) => ({ region, account });
  const repositories = ecrRepositories([
    ...colours.map((colour) => slotOf(config, colour).image),
    ...(config.sidecar.enabled ? [config.sidecar.image] : []),
    ...colours.flatMap((colour) => needs.kept[colour]?.origin.images ?? []),
  ]);
  return pulumi
    .output({
      id: account,
      table: record.arn,
      groups: [logGroups.slots, logGroups.sidecars].flatMap((of) => colours.map((colour) => of[colour].arn)),
      namespace: needs.namespace,
      evidenceGroup: logGroups.evidence.arn,
      found: secrets,
      cluster: cluster.arn,
      clusterName: cluster.name,
      listener: balancer.listener.arn,
      topics: [topics.onCall.arn, topics.team.arn],
      fixedRules: balancer.rules.map((rule) => rule.arn),
    })
    .apply(({ id, groups, clusterName, found, ...of }) => ({
      ...of,
      region,
      account: id,
      secrets: found,
      probing: found.probing,
      logGroups: groups,
      repositories,
      services: colours.map((colour) => arnOf("ecs", at(id), `service/${clusterName}/${colour}-*`)),
      item: stack,
      guardianLogs: arnOf("logs", at(id), `log-group:/aws/lambda/${names.guardian}`),
      guardianInVpc: closesItself(config.access)
        ? arnOf("lambda", at(id), `function:${names.guardian}`)
        : null,
      listenerRules: of.listener.replace(":listener/", ":listener-rule/"),
      scalableTargets: arnOf("application-autoscaling", at(id), "scalable-target/*"),
    }));
}
