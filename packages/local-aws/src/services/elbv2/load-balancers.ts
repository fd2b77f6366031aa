import type {
  CreateLoadBalancerInput,
  DeleteLoadBalancerInput,
  DescribeLoadBalancerAttributesInput,
  DescribeLoadBalancersInput,
  ModifyLoadBalancerAttributesInput,
  SetIpAddressTypeInput,
  SetSecurityGroupsInput,
  SetSubnetsInput,
} from "@aws-sdk/client-elastic-load-balancing-v2";
import { AwsError } from "../../error.ts";
import { arn } from "../../names.ts";
import type { Call, Handler } from "../../service.ts";
import { defaultVpc } from "../ec2/index.ts";
import { removeListener } from "./listeners.ts";
import { type State, change, listed, loadBalancerOf, selected } from "./state.ts";

/** Attributes of an Application Load Balancer and what they are unless set (Elastic Load Balancing API, LoadBalancerAttribute). */
const defaults: Readonly<Record<string, string>> = {
  "access_logs.s3.enabled": "false",
  "access_logs.s3.bucket": "",
  "access_logs.s3.prefix": "",
  "connection_logs.s3.enabled": "false",
  "connection_logs.s3.bucket": "",
  "connection_logs.s3.prefix": "",
  "health_check_logs.s3.enabled": "false",
  "health_check_logs.s3.bucket": "",
  "health_check_logs.s3.prefix": "",
  "idle_timeout.timeout_seconds": "60",
  "client_keep_alive.seconds": "3600",
  "deletion_protection.enabled": "false",
  "load_balancing.cross_zone.enabled": "true",
  "routing.http2.enabled": "true",
  "routing.http.drop_invalid_header_fields.enabled": "false",
  "routing.http.desync_mitigation_mode": "defensive",
  "routing.http.preserve_host_header.enabled": "false",
  "routing.http.xff_header_processing.mode": "append",
  "routing.http.xff_client_port.enabled": "false",
  "routing.http.x_amzn_tls_version_and_cipher_suite.enabled": "false",
  "waf.fail_open.enabled": "false",
  "zonal_shift.config.enabled": "false",
};

/** The operations on load balancers, of which the local AWS has application load balancers only. */
export function loadBalancers(state: State): Record<string, Handler> {
  return {
    CreateLoadBalancer(input: CreateLoadBalancerInput, call: Call) {
      const name = input.Name ?? "";
      if ((input.Type ?? "application") !== "application")
        throw new AwsError(
          "InvalidConfigurationRequest",
          `The local AWS has application load balancers only, not ${input.Type}.`,
        );
      if (!/^[A-Za-z0-9-]{1,32}$/.test(name))
        throw new AwsError(
          "ValidationError",
          `The load balancer name '${name}' cannot be longer than '32' characters or hold others than letters, digits and '-'`,
        );
      if ([...state.loadBalancers.values()].some(({ live }) => live.LoadBalancerName === name))
        throw new AwsError(
          "DuplicateLoadBalancerName",
          `A load balancer with the name '${name}' already exists`,
        );
      const subnets = input.Subnets ?? input.SubnetMappings?.map(({ SubnetId }) => SubnetId ?? "") ?? [];
      if (subnets.length < 2)
        throw new AwsError(
          "ValidationError",
          "At least two subnets in two different Availability Zones must be specified",
        );
      const LoadBalancerArn = arn("elasticloadbalancing", `loadbalancer/app/${name}/${state.ids.hex(16)}`);
      state.loadBalancers.set(LoadBalancerArn, {
        live: {
          LoadBalancerArn,
          LoadBalancerName: name,
          // The balancer is on this machine: every name of it is the loopback address.
          DNSName: "127.0.0.1",
          CanonicalHostedZoneId: "Z35SXDOTRQ7X7K",
          CreatedTime: new Date(call.now),
          Scheme: input.Scheme ?? "internet-facing",
          VpcId: defaultVpc.vpcId,
          State: { Code: "active" },
          Type: "application",
          AvailabilityZones: subnets.map((SubnetId, index) => ({
            ZoneName: `us-east-1${"abcdef"[index] ?? "a"}`,
            SubnetId,
          })),
          SecurityGroups: input.SecurityGroups ?? [],
          IpAddressType: input.IpAddressType ?? "ipv4",
        },
        attributes: new Map(Object.entries(defaults)),
      });
      state.tags.set(LoadBalancerArn, input.Tags);
      const { live } = loadBalancerOf(state, LoadBalancerArn);
      // It is ready when it is looked at first.
      return { LoadBalancers: [{ ...live, State: { Code: "provisioning" } }] };
    },
    DescribeLoadBalancers(input: DescribeLoadBalancersInput) {
      const found = selected(
        state.loadBalancers,
        { arns: input.LoadBalancerArns, names: input.Names },
        ({ live }) => live.LoadBalancerName,
        "LoadBalancerNotFound",
        "Load balancer",
      );
      return { LoadBalancers: found.map(({ live }) => live) };
    },
    async DeleteLoadBalancer(input: DeleteLoadBalancerInput) {
      const found = state.loadBalancers.get(input.LoadBalancerArn ?? "");
      if (!found) return {};
      if (found.attributes.get("deletion_protection.enabled") === "true")
        throw new AwsError(
          "OperationNotPermitted",
          `Load balancer '${input.LoadBalancerArn}' cannot be deleted because deletion protection is enabled`,
        );
      for (const listener of state.listeners.values())
        if (listener.live.LoadBalancerArn === input.LoadBalancerArn) await removeListener(state, listener);
      state.loadBalancers.delete(found.live.LoadBalancerArn);
      state.tags.forget(found.live.LoadBalancerArn);
      return {};
    },
    DescribeLoadBalancerAttributes(input: DescribeLoadBalancerAttributesInput) {
      return { Attributes: listed(loadBalancerOf(state, input.LoadBalancerArn).attributes) };
    },
    ModifyLoadBalancerAttributes(input: ModifyLoadBalancerAttributesInput) {
      const found = loadBalancerOf(state, input.LoadBalancerArn);
      change(found.attributes, input.Attributes);
      return { Attributes: listed(found.attributes) };
    },
    SetSecurityGroups(input: SetSecurityGroupsInput) {
      const { live } = loadBalancerOf(state, input.LoadBalancerArn);
      live.SecurityGroups = input.SecurityGroups ?? [];
      return { SecurityGroupIds: live.SecurityGroups };
    },
    SetSubnets(input: SetSubnetsInput) {
      const { live } = loadBalancerOf(state, input.LoadBalancerArn);
      const subnets = input.Subnets ?? input.SubnetMappings?.map(({ SubnetId }) => SubnetId ?? "") ?? [];
      live.AvailabilityZones = subnets.map((SubnetId, index) => ({
        ZoneName: `us-east-1${"abcdef"[index] ?? "a"}`,
        SubnetId,
      }));
      return { AvailabilityZones: live.AvailabilityZones, IpAddressType: live.IpAddressType };
    },
    SetIpAddressType(input: SetIpAddressTypeInput) {
      const { live } = loadBalancerOf(state, input.LoadBalancerArn);
      live.IpAddressType = input.IpAddressType;
      return { IpAddressType: live.IpAddressType };
    },
  };
}
