import { Listener } from "@pulumi/aws/lb/listener.js";
import { ListenerRule } from "@pulumi/aws/lb/listenerRule.js";
import type { ListenerRuleArgs } from "@pulumi/aws/lb/listenerRule.js";
import { LoadBalancer } from "@pulumi/aws/lb/loadBalancer.js";
import { TargetGroup } from "@pulumi/aws/lb/targetGroup.js";
import * as pulumi from "@pulumi/pulumi";
import { type Colour, colours, perColour } from "../domain/colour.ts";
import { header, healthPath as sidecarHealth, pinQuery } from "../domain/telemetry.ts";
import type { HubConfig } from "./config.ts";
import type { Certificate } from "./domain.ts";
import type { LogsBucket } from "./logs-bucket.ts";
import type { Network } from "./network.ts";
import { type PathCondition, bothWays, pathConditionOf } from "./paths.ts";

/** Settings of the balancer, each with its reason. */
export const settings = {
  /** Seconds. The sidecar's heartbeat comes every 15 s, so an idle stream is never cut. */
  idleTimeout: 120,
  /** Seconds. After the drain nothing is left but short calls. */
  deregistrationDelay: 60,
  /** An open stream is an outstanding request: streams spread over tasks. */
  algorithm: "least_outstanding_requests",
  /** The newest policy with TLS 1.3; the default one is from 2016. */
  sslPolicy: "ELBSecurityPolicy-TLS13-1-2-Res-PQ-2025-09",
} as const;

/** Priorities of the listener's rules: pins first, so that an open session never depends on weights. */
export const priorities = {
  pin: { blue: 10, green: 11 },
  session: { blue: 20, green: 21 },
  probe: { blue: 30, green: 31 },
  weighted: 100,
} as const;

/** The load balancer's parts that others refer to; the switch's weighted rule is not among them. */
export interface Balancer {
  readonly loadBalancer: LoadBalancer;
  readonly listener: Listener;
  readonly groups: Readonly<Record<Colour, TargetGroup>>;
  /** All that attaches the target groups: a service needs its group attached first. */
  readonly rules: readonly ListenerRule[];
  /** What clients connect to, no slash at the end. */
  readonly url: pulumi.Output<string>;
}

/** What the balancer stands on and writes to. Without a certificate it speaks plain HTTP; without `logs` it keeps none. */
export interface BalancerNeeds {
  readonly network: Network;
  readonly certificate: Certificate | null;
  readonly logs: LogsBucket | null;
}

/** The load balancer with everything but its weighted rule, which is the switch's. */
export function makeBalancer(
  config: HubConfig,
  needs: BalancerNeeds,
  opts: pulumi.ComponentResourceOptions,
): Balancer {
  const { network, certificate, logs } = needs;
  const { access, domain, production } = config;
  const port = access.port ?? (domain ? 443 : 80);
  const loadBalancer = new LoadBalancer(
    "hub",
    {
      internal: !access.internetFacing,
      loadBalancerType: "application",
      securityGroups: [network.balancerGroup.id],
      subnets: access.internetFacing ? network.publicSubnetIds : network.privateSubnetIds,
      idleTimeout: settings.idleTimeout,
      enableDeletionProtection: production,
      dropInvalidHeaderFields: true,
      desyncMitigationMode: "defensive",
      ...(logs
        ? {
            accessLogs: { bucket: logs.bucket, enabled: true, prefix: "requests" },
            healthCheckLogs: { bucket: logs.bucket, enabled: true, prefix: "health" },
          }
        : {}),
    },
    { ...opts, dependsOn: logs ? [logs.ready] : [] },
  );
  const groups = perColour((colour) => targetGroup(config, colour, network, opts));
  const listener = new Listener(
    "hub",
    {
      loadBalancerArn: loadBalancer.arn,
      port,
      protocol: certificate ? "HTTPS" : "HTTP",
      ...(certificate ? { certificateArn: certificate.arn, sslPolicy: settings.sslPolicy } : {}),
      // Only what a rule names is reachable: the hub's admin API is not.
      defaultActions: [
        {
          type: "fixed-response",
          fixedResponse: { contentType: "text/plain", messageBody: "Not found", statusCode: "404" },
        },
      ],
    },
    opts,
  );
  if (certificate)
    new Listener(
      "to-https",
      {
        loadBalancerArn: loadBalancer.arn,
        port: 80,
        protocol: "HTTP",
        defaultActions: [
          { type: "redirect", redirect: { protocol: "HTTPS", port: String(port), statusCode: "HTTP_301" } },
        ],
      },
      opts,
    );
  const rules = colours.flatMap((colour) => slotRules(config, colour, listener, groups[colour], opts));
  const usual = certificate ? 443 : 80;
  const host = domain ? pulumi.output(domain.name) : loadBalancer.dnsName;
  const url = pulumi.interpolate`${certificate ? "https" : "http"}://${host}${port === usual ? "" : `:${port}`}`;
  return { loadBalancer, listener, groups, rules, url };
}

function targetGroup(
  config: HubConfig,
  colour: Colour,
  network: Network,
  opts: pulumi.ComponentResourceOptions,
) {
  const { healthCheck, hub, sidecar } = config;
  // No name of our own: a replacement would meet its own name (ResourceInUse).
  return new TargetGroup(
    colour,
    {
      port: sidecar.enabled ? sidecar.port : hub.port,
      protocol: "HTTP",
      targetType: "ip",
      vpcId: network.vpcId,
      deregistrationDelay: settings.deregistrationDelay,
      loadBalancingAlgorithmType: settings.algorithm,
      // MCP clients keep no cookies, and cookies slow a rollback.
      stickiness: { type: "lb_cookie", enabled: false },
      healthCheck: {
        path: sidecar.enabled ? sidecarHealth : hub.healthPath,
        interval: healthCheck.intervalSeconds,
        timeout: healthCheck.timeoutSeconds,
        healthyThreshold: healthCheck.healthy,
        unhealthyThreshold: healthCheck.unhealthy,
        matcher: "200",
      },
    },
    opts,
  );
}

/** Three ways to name a slot, each where it belongs: a pin in the message URL, the prefix of a session's id, and the probe header. */
function slotRules(
  config: HubConfig,
  colour: Colour,
  listener: Listener,
  group: TargetGroup,
  opts: pulumi.ComponentResourceOptions,
): ListenerRule[] {
  const { mcpPath, messagePath } = config.hub;
  const rule = (
    kind: "pin" | "session" | "probe",
    paths: PathCondition,
    condition: ListenerRuleArgs["conditions"],
  ) =>
    new ListenerRule(
      `${kind}-${colour}`,
      {
        listenerArn: listener.arn,
        priority: priorities[kind][colour],
        conditions: [{ pathPattern: paths }, ...(condition as { pathPattern?: never }[])],
        actions: [{ type: "forward", targetGroupArn: group.arn }],
      },
      opts,
    );
  return [
    rule("pin", { values: [messagePath] }, [{ queryStrings: [{ key: pinQuery.slot, value: colour }] }]),
    rule("session", { values: [...new Set([...bothWays(mcpPath), messagePath])] }, [
      { httpHeader: { httpHeaderName: "mcp-session-id", values: [`${colour}.*`] } },
    ]),
    rule("probe", pathConditionOf(config), [
      { httpHeader: { httpHeaderName: header.probeSlot, values: [colour] } },
    ]),
  ];
}
