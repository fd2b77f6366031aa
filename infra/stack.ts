import * as cloudwatch from "@pulumi/aws/cloudwatch/index.js";
import * as dynamodb from "@pulumi/aws/dynamodb/index.js";
import * as ecs from "@pulumi/aws/ecs/index.js";
import { getCallerIdentityOutput } from "@pulumi/aws/getCallerIdentity.js";
import * as secretsmanager from "@pulumi/aws/secretsmanager/index.js";
import * as pulumi from "@pulumi/pulumi";
import { type Colour, colours, perColour } from "../domain/colour.ts";
import { metricNamespaceOf, proofPath } from "../domain/telemetry.ts";
import { TrafficSwitch, readSwitch } from "../rollout/resource.ts";
import { makeAlarms } from "./alarms.ts";
import { type Balancer, makeBalancer, priorities } from "./balancer.ts";
import { type HubConfig, publicPaths } from "./config.ts";
import { describeCost, monthlyCostOf } from "./cost.ts";
import { dashboardBody } from "./dashboard.ts";
import { boundaryPolicy } from "./deploy-limits.ts";
import { deployPolicy } from "./deploy-policy.ts";
import { makeAlias, makeCertificate, zoneOf } from "./domain.ts";
import { bundleGuardian, makeGuardian } from "./guardian.ts";
import { guard, slotOf } from "./guards.ts";
import { makeLogsBucket } from "./logs-bucket.ts";
import { makeNetwork } from "./network.ts";
import {
  type Things,
  ecrRepositories,
  executionPolicy,
  guardianPolicy,
  switchPolicy,
  taskPolicy,
} from "./policies.ts";
import type { Place } from "./read.ts";
import { releaseNameOf } from "./release.ts";
import {
  lambdaTrust,
  makeBoundary,
  makeDeployRole,
  makeRole,
  rolePath,
  switchSessionMs,
  switchTrust,
  taskTrust,
} from "./roles.ts";
import { makeLogGroups, makeSlot, mostTasks } from "./slots.ts";
import { makeTopics } from "./topics.ts";

/** What everything else is a child of. */
class Hub extends pulumi.ComponentResource {
  constructor(name: string) {
    super("hub:index:Hub", name, {}, {});
  }

  /** Nothing more will be added. */
  done(): void {
    this.registerOutputs();
  }
}

/** The whole stack. The switch is asked first: a refusal comes before anything is touched. */
export async function makeStack(config: HubConfig, place: Place) {
  const { project, stack, region, profile } = place;
  const prefix = `${project}-${stack}`;
  const table = `${prefix}-switch`;
  const namespace = metricNamespaceOf(project, stack);
  const releases = perColour((colour) => releaseNameOf(slotOf(config, colour), config));
  // Bundled while the switch is asked, which takes as long; where it is refused, nobody needs the bundle.
  const bundle = bundleGuardian();
  bundle.catch(() => undefined);
  const preview = await readSwitch({
    region,
    ...(profile === undefined ? {} : { profile }),
    table,
    stack,
    greenWeight: config.greenWeight,
    releases,
    plan: config.rollout,
  });
  const { refusals, warnings } = guard(config, preview, Date.now());
  if (refusals.length > 0) throw new pulumi.RunError(refusals.join("\n"));
  for (const warning of warnings) await pulumi.log.warn(warning);
  const firstLive: Colour = preview.live ?? (config.greenWeight === 100 ? "green" : "blue");

  const whole = new Hub(prefix);
  const opts = { parent: whole };
  const network = await makeNetwork(config, opts);
  const certificate = makeCertificate(config, opts);
  const account = getCallerIdentityOutput().accountId;
  const logs =
    config.access.internetFacing || config.production ? makeLogsBucket(account, region, opts) : null;
  const balancer = makeBalancer(config, { network, certificate, logs }, opts);
  makeAlias(config, balancer.loadBalancer, opts);
  const topics = makeTopics(config, opts);
  const alarms = makeAlarms(
    { prefix, namespace },
    config.thresholds,
    topics,
    { loadBalancer: balancer.loadBalancer.arnSuffix, certificateArn: certificate?.arn },
    opts,
  );

  const record = new dynamodb.Table(
    "switch",
    {
      name: table,
      billingMode: "PAY_PER_REQUEST",
      hashKey: "id",
      attributes: [{ name: "id", type: "S" }],
      pointInTimeRecovery: { enabled: true },
      deletionProtectionEnabled: config.production,
    },
    opts,
  );
  const cluster = new ecs.Cluster("hub", {}, opts);
  const logGroups = makeLogGroups(config, place, opts);
  const evidenceGroup = new cloudwatch.LogGroup(
    "evidence",
    { name: `/${project}/${stack}/evidence`, retentionInDays: config.evidence.retentionDays },
    opts,
  );
  const secrets = findSecrets(config);
  const path = rolePath(project, stack);
  const repositories = ecrRepositories([
    ...colours.map((colour) => slotOf(config, colour).image),
    ...(config.sidecar.enabled ? [config.sidecar.image] : []),
  ]);
  const things = thingsOf(place, account, {
    repositories,
    record,
    logGroups,
    evidenceGroup,
    secrets,
    cluster,
    balancer,
    topics,
  });
  // Where a workflow may change the roles, it stays below what a person set.
  const boundary =
    config.github &&
    makeBoundary(
      path,
      things.apply((of) =>
        boundaryPolicy(
          [executionPolicy, taskPolicy, switchPolicy, guardianPolicy].map((policy) => policy(of)),
          of,
        ),
      ),
      opts,
    ).arn;
  const execution = makeRole("execution", taskTrust, things.apply(executionPolicy), opts, {
    path,
    boundary,
    description: "Starts the hub's containers",
  });
  const task = makeRole("task", taskTrust, things.apply(taskPolicy), opts, {
    path,
    boundary,
    description: "The hub's containers",
  });
  const needs = {
    stack,
    region,
    cluster,
    network,
    balancer,
    executionRole: execution.role,
    taskRole: task.role,
    permissions: [execution.policy, task.policy],
    logGroups,
    releases,
    secrets,
    table,
    namespace,
  };
  const slots = perColour((colour) => makeSlot(config, colour, needs, colour === firstLive, opts));
  const switching = makeRole("switch", account.apply(switchTrust), things.apply(switchPolicy), opts, {
    path,
    boundary,
    description: "Moves traffic between the colours",
    maxSessionMs: switchSessionMs,
  });
  const guarding = makeRole("guardian", lambdaTrust, things.apply(guardianPolicy), opts, {
    path,
    boundary,
    description: "Sends traffic home when nobody is watching any more",
  });
  const guardian = await makeGuardian(
    { name: `${prefix}-guardian`, table, stack, ...guarding, alarmPrefix: `${prefix}-`, bundle },
    opts,
  );
  if (config.github && boundary) {
    const zone = config.domain?.zone;
    makeDeployRole(
      config.github,
      pulumi
        .output({
          account,
          boundary,
          switchRole: switching.role.arn,
          table: record.arn,
          secrets: [...secrets.values()],
          zone: zone === undefined ? null : pulumi.interpolate`arn:aws:route53:::hostedzone/${zoneOf(zone)}`,
        })
        .apply((of) =>
          deployPolicy({ ...of, project, stack, region, path, ownVpc: config.network.vpcId === undefined }),
        ),
      opts,
    );
  }
  const dashboard = new cloudwatch.Dashboard(
    "hub",
    {
      dashboardName: prefix,
      dashboardBody: pulumi
        .all(alarms.arns)
        .apply((arns) => dashboardBody({ region, namespace }, config.thresholds, arns)),
    },
    opts,
  );

  const { hub, sidecar } = config;
  const traffic = new TrafficSwitch(
    "switch",
    {
      region,
      ...(profile === undefined ? {} : { profile }),
      roleArn: switching.role.arn,
      table,
      stack,
      listenerArn: balancer.listener.arn,
      priority: priorities.weighted,
      conditions: [{ field: "path-pattern", values: publicPaths(config) }],
      targetGroups: perColour((colour) => balancer.groups[colour].arn),
      cluster: cluster.arn,
      services: perColour((colour) => slots[colour].service.name),
      taskDefinitions: perColour((colour) => slots[colour].taskDefinition.arn),
      releases,
      capacity: perColour((colour) => ({
        tasks: slotOf(config, colour).tasks,
        max: mostTasks(slotOf(config, colour)),
      })),
      greenWeight: config.greenWeight,
      plan: config.rollout,
      thresholds: config.thresholds,
      hub: {
        url: balancer.url,
        healthPath: hub.healthPath,
        mcpPath: hub.mcpPath,
        transport: hub.transport,
        tool: hub.tool,
        toolArguments: hub.toolArguments,
        llmFailurePatterns: hub.llmFailurePatterns,
        answerMs: hub.answerWithin,
        analysisMs: hub.analysisWithin,
        mayDisappear: hub.mayDisappear,
        ...(hub.ready === undefined ? {} : { ready: hub.ready }),
        ...(sidecar.enabled ? { proofPath, signingSecret: sidecar.signingSecret } : {}),
        ...(sidecar.tokenSecret === undefined ? {} : { tokenSecret: sidecar.tokenSecret }),
      },
      logGroups: perColour((colour) => logGroups[colour].name),
      alarms: alarms.names,
      metricNamespace: namespace,
      topics: { onCall: topics.onCall.arn, team: topics.team.arn },
      logErrorPatterns: hub.logErrorPatterns,
      commands: config.commands,
      ...(config.release === undefined ? {} : { release: config.release }),
      evidence: {
        logGroup: evidenceGroup.name,
        ...(config.evidence.folder === undefined ? {} : { folder: config.evidence.folder }),
      },
    },
    {
      ...opts,
      dependsOn: [
        record,
        guardian,
        // A role without its policy may do nothing.
        switching.policy,
        ...balancer.rules,
        ...colours.map((colour) => slots[colour].service),
      ],
    },
  );
  whole.done();
  const monthlyCost = monthlyCostOf(config, region);
  return {
    url: balancer.url,
    live: traffic.live,
    liveSince: traffic.liveSince,
    weights: traffic.weights,
    lastRollout: traffic.lastRollout,
    previous: traffic.previous,
    ruleArn: traffic.ruleArn,
    releases,
    rollout: preview.summary,
    cost: describeCost(monthlyCost),
    warnings: [...warnings],
    dashboard: pulumi.interpolate`https://${region}.console.aws.amazon.com/cloudwatch/home?region=${region}#dashboards/dashboard/${dashboard.dashboardName}`,
    monthlyCost,
  };
}

/** ARNs of the secrets the config names. They exist before the stack: their values are nobody's business here. */
function findSecrets({ hub, sidecar }: HubConfig): ReadonlyMap<string, pulumi.Output<string>> {
  const names = [
    ...Object.values(hub.secrets),
    ...(sidecar.enabled ? [sidecar.signingSecret, sidecar.tokenSecret] : []),
  ];
  const wanted = [...new Set(names.filter((name) => name !== undefined))];
  return new Map(wanted.map((name) => [name, secretsmanager.getSecretOutput({ name }).arn]));
}

interface Made {
  readonly repositories: readonly string[];
  readonly record: dynamodb.Table;
  readonly logGroups: Readonly<Record<Colour, cloudwatch.LogGroup>>;
  readonly evidenceGroup: cloudwatch.LogGroup;
  readonly secrets: ReadonlyMap<string, pulumi.Output<string>>;
  readonly cluster: ecs.Cluster;
  readonly balancer: Balancer;
  readonly topics: {
    readonly onCall: { readonly arn: pulumi.Output<string> };
    readonly team: { readonly arn: pulumi.Output<string> };
  };
}

/** ARNs that the roles' policies name. Services go by pattern, for they need the roles to exist. */
function thingsOf(
  { region, project, stack }: Place,
  account: pulumi.Output<string>,
  made: Made,
): pulumi.Output<Things> {
  const { record, logGroups, evidenceGroup, secrets, cluster, balancer, topics } = made;
  return pulumi
    .output({
      id: account,
      table: record.arn,
      groups: [logGroups.blue.arn, logGroups.green.arn],
      evidence: evidenceGroup.arn,
      secretArns: [...secrets.values()],
      clusterArn: cluster.arn,
      clusterName: cluster.name,
      listener: balancer.listener.arn,
      topicArns: [topics.onCall.arn, topics.team.arn],
      fixedRules: balancer.rules.map((rule) => rule.arn),
    })
    .apply(
      ({
        id,
        table,
        groups,
        evidence,
        secretArns,
        clusterArn,
        clusterName,
        listener,
        topicArns,
        fixedRules,
      }) => ({
        table,
        logGroups: groups,
        evidenceGroup: evidence,
        secrets: secretArns,
        repositories: made.repositories,
        services: colours.map((colour) => `arn:aws:ecs:${region}:${id}:service/${clusterName}/${colour}-*`),
        item: stack,
        fixedRules,
        namespace: metricNamespaceOf(project, stack),
        guardianLogs: `arn:aws:logs:${region}:${id}:log-group:/aws/lambda/${project}-${stack}-guardian`,
        cluster: clusterArn,
        listener,
        listenerRules: listener.replace(":listener/", ":listener-rule/"),
        topics: topicArns,
        scalableTargets: `arn:aws:application-autoscaling:${region}:${id}:scalable-target/*`,
      }),
    );
}
