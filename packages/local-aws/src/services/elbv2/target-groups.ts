import type {
  CreateTargetGroupInput,
  DeleteTargetGroupInput,
  DeregisterTargetsInput,
  DescribeTargetGroupAttributesInput,
  DescribeTargetGroupsInput,
  DescribeTargetHealthInput,
  ModifyTargetGroupAttributesInput,
  ModifyTargetGroupInput,
  RegisterTargetsInput,
  TargetDescription,
} from "@aws-sdk/client-elastic-load-balancing-v2";
import { AwsError } from "../../error.ts";
import { arn } from "../../names.ts";
import type { Handler } from "../../service.ts";
import { type HeldTargetGroup, type State, change, listed, selected, targetGroupOf } from "./state.ts";

/** Attributes of a target group of an Application Load Balancer and what they are unless set. */
const defaults: Readonly<Record<string, string>> = {
  "stickiness.enabled": "false",
  "stickiness.type": "lb_cookie",
  "stickiness.lb_cookie.duration_seconds": "86400",
  "stickiness.app_cookie.cookie_name": "",
  "stickiness.app_cookie.duration_seconds": "86400",
  "deregistration_delay.timeout_seconds": "300",
  "slow_start.duration_seconds": "0",
  "load_balancing.algorithm.type": "round_robin",
  "load_balancing.algorithm.anomaly_mitigation": "off",
  "load_balancing.cross_zone.enabled": "use_load_balancer_configuration",
  "target_group_health.dns_failover.minimum_healthy_targets.count": "1",
  "target_group_health.dns_failover.minimum_healthy_targets.percentage": "off",
  "target_group_health.unhealthy_state_routing.minimum_healthy_targets.count": "1",
  "target_group_health.unhealthy_state_routing.minimum_healthy_targets.percentage": "off",
};

/** Makes the balancer do what the group says. */
function tell(state: State, { live, attributes }: HeldTargetGroup): void {
  state.balancer.putTargetGroup({
    arn: live.TargetGroupArn,
    healthCheck: {
      enabled: live.HealthCheckEnabled ?? true,
      path: live.HealthCheckPath ?? "/",
      port: live.HealthCheckPort === "traffic-port" ? "traffic-port" : Number(live.HealthCheckPort),
      intervalMs: (live.HealthCheckIntervalSeconds ?? 30) * 1_000,
      timeoutMs: (live.HealthCheckTimeoutSeconds ?? 5) * 1_000,
      healthyThreshold: live.HealthyThresholdCount ?? 5,
      unhealthyThreshold: live.UnhealthyThresholdCount ?? 2,
      matcher: live.Matcher?.HttpCode ?? "200",
    },
    deregistrationDelayMs: Number(attributes.get("deregistration_delay.timeout_seconds")) * 1_000,
    algorithm: attributes.get("load_balancing.algorithm.type") as "round_robin",
  });
}

/** What create and modify have in common; what is left out stays. */
function settings(input: CreateTargetGroupInput | ModifyTargetGroupInput): Partial<HeldTargetGroup["live"]> {
  const { HealthCheckIntervalSeconds: interval = 30, HealthCheckTimeoutSeconds: timeout = 5 } = input;
  if (timeout >= interval)
    throw new AwsError(
      "ValidationError",
      `Health check interval must be greater than the timeout; they are ${interval} and ${timeout} seconds`,
    );
  const given = {
    HealthCheckEnabled: input.HealthCheckEnabled,
    HealthCheckProtocol: input.HealthCheckProtocol,
    HealthCheckPort: input.HealthCheckPort,
    HealthCheckPath: input.HealthCheckPath,
    HealthCheckIntervalSeconds: input.HealthCheckIntervalSeconds,
    HealthCheckTimeoutSeconds: input.HealthCheckTimeoutSeconds,
    HealthyThresholdCount: input.HealthyThresholdCount,
    UnhealthyThresholdCount: input.UnhealthyThresholdCount,
    Matcher: input.Matcher,
  };
  return Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined));
}

const targetOf = ({ live }: HeldTargetGroup, target: TargetDescription) => ({
  id: target.Id ?? "",
  port: target.Port ?? live.Port ?? 80,
});

/** The operations on target groups and their targets. */
export function targetGroups(state: State): Record<string, Handler> {
  return {
    CreateTargetGroup(input: CreateTargetGroupInput) {
      const name = input.Name ?? "";
      if (!/^[A-Za-z0-9-]{1,32}$/.test(name))
        throw new AwsError(
          "ValidationError",
          `Target group name '${name}' cannot be longer than '32' characters`,
        );
      if ([...state.targetGroups.values()].some(({ live }) => live.TargetGroupName === name))
        throw new AwsError(
          "DuplicateTargetGroupName",
          `A target group with the same name '${name}' exists, but with different settings`,
        );
      const TargetGroupArn = arn("elasticloadbalancing", `targetgroup/${name}/${state.ids.hex(16)}`);
      const held: HeldTargetGroup = {
        live: {
          TargetGroupArn,
          TargetGroupName: name,
          Protocol: input.Protocol ?? "HTTP",
          Port: input.Port ?? 80,
          VpcId: input.VpcId,
          TargetType: input.TargetType ?? "instance",
          ProtocolVersion: input.ProtocolVersion ?? "HTTP1",
          IpAddressType: input.IpAddressType ?? "ipv4",
          HealthCheckEnabled: true,
          HealthCheckProtocol: "HTTP",
          HealthCheckPort: "traffic-port",
          HealthCheckPath: "/",
          HealthCheckIntervalSeconds: 30,
          HealthCheckTimeoutSeconds: 5,
          HealthyThresholdCount: 5,
          UnhealthyThresholdCount: 2,
          Matcher: { HttpCode: "200" },
          ...settings(input),
        },
        attributes: new Map(Object.entries(defaults)),
      };
      state.targetGroups.set(TargetGroupArn, held);
      state.tags.set(TargetGroupArn, input.Tags);
      tell(state, held);
      return { TargetGroups: [shown(state, held)] };
    },
    ModifyTargetGroup(input: ModifyTargetGroupInput) {
      const held = targetGroupOf(state, input.TargetGroupArn);
      Object.assign(held.live, settings({ ...held.live, ...input }));
      tell(state, held);
      return { TargetGroups: [shown(state, held)] };
    },
    DescribeTargetGroups(input: DescribeTargetGroupsInput) {
      const found = selected(
        state.targetGroups,
        { arns: input.TargetGroupArns, names: input.Names },
        ({ live }) => live.TargetGroupName,
        "TargetGroupNotFound",
        "Target group",
      )
        .map((held) => shown(state, held))
        .filter(
          ({ LoadBalancerArns }) =>
            !input.LoadBalancerArn || LoadBalancerArns?.includes(input.LoadBalancerArn),
        );
      return { TargetGroups: found };
    },
    DeleteTargetGroup(input: DeleteTargetGroupInput) {
      const found = state.targetGroups.get(input.TargetGroupArn ?? "");
      if (!found) return {};
      if (usersOf(state, found.live.TargetGroupArn).length > 0)
        throw new AwsError(
          "ResourceInUse",
          `Target group '${input.TargetGroupArn}' is currently in use by a listener or a rule`,
        );
      state.targetGroups.delete(found.live.TargetGroupArn);
      state.tags.forget(found.live.TargetGroupArn);
      state.balancer.removeTargetGroup(found.live.TargetGroupArn);
      return {};
    },
    DescribeTargetGroupAttributes(input: DescribeTargetGroupAttributesInput) {
      return { Attributes: listed(targetGroupOf(state, input.TargetGroupArn).attributes) };
    },
    ModifyTargetGroupAttributes(input: ModifyTargetGroupAttributesInput) {
      const held = targetGroupOf(state, input.TargetGroupArn);
      change(held.attributes, input.Attributes);
      tell(state, held);
      return { Attributes: listed(held.attributes) };
    },
    RegisterTargets(input: RegisterTargetsInput) {
      const held = targetGroupOf(state, input.TargetGroupArn);
      for (const target of input.Targets ?? [])
        state.balancer.registerTarget(held.live.TargetGroupArn, targetOf(held, target));
      return {};
    },
    DeregisterTargets(input: DeregisterTargetsInput) {
      const held = targetGroupOf(state, input.TargetGroupArn);
      for (const target of input.Targets ?? [])
        state.balancer.deregisterTarget(held.live.TargetGroupArn, targetOf(held, target));
      return {};
    },
    DescribeTargetHealth(input: DescribeTargetHealthInput) {
      const held = targetGroupOf(state, input.TargetGroupArn);
      const known = state.balancer.targetHealth(held.live.TargetGroupArn);
      const asked = input.Targets?.map((target) => targetOf(held, target));
      const shownTargets = asked
        ? asked.map(
            (target) =>
              known.find((one) => one.target.id === target.id && one.target.port === target.port) ?? {
                target,
                state: "unused" as const,
                reason: "Target.NotRegistered",
                description: "Target is not registered to the target group",
              },
          )
        : known;
      return {
        TargetHealthDescriptions: shownTargets.map((one) => ({
          Target: { Id: one.target.id, Port: one.target.port, AvailabilityZone: "us-east-1a" },
          HealthCheckPort: String(one.target.port),
          TargetHealth: { State: one.state, Reason: one.reason, Description: one.description },
        })),
      };
    },
  };
}

/** Listeners whose default action or rules name the group. */
function usersOf(state: State, groupArn: string): string[] {
  return [...state.listeners.values()]
    .filter(({ live, rules }) =>
      JSON.stringify([live.DefaultActions, [...rules.values()].map((rule) => rule.live.Actions)]).includes(
        `"${groupArn}"`,
      ),
    )
    .map(({ live }) => live.LoadBalancerArn);
}

const shown = (state: State, { live }: HeldTargetGroup) => ({
  ...live,
  LoadBalancerArns: [...new Set(usersOf(state, live.TargetGroupArn))],
});
