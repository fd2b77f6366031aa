import type {
  AddTagsInput,
  CreateListenerInput,
  DeleteListenerInput,
  DescribeListenerAttributesInput,
  DescribeListenersInput,
  DescribeTagsInput,
  ModifyListenerAttributesInput,
  ModifyListenerInput,
  RemoveTagsInput,
} from "@aws-sdk/client-elastic-load-balancing-v2";
import { AwsError } from "../../error.ts";
import type { Handler } from "../../service.ts";
import { checkedActions, localAction, localCondition } from "./actions.ts";
import {
  type HeldListener,
  type State,
  change,
  listed,
  listenerOf,
  loadBalancerOf,
  ruleOf,
} from "./state.ts";

const defaults: Readonly<Record<string, string>> = {
  "tcp.idle_timeout.seconds": "350",
  "routing.http.response.server.enabled": "true",
};

/** The listener as the balancer takes it. */
function local(state: State, { live, rules }: HeldListener) {
  const idle = loadBalancerOf(state, live.LoadBalancerArn).attributes.get("idle_timeout.timeout_seconds");
  return {
    arn: live.ListenerArn,
    port: live.Port,
    defaultAction: localAction(live.DefaultActions),
    attributes: { idleTimeoutMs: Number(idle) * 1_000 },
    rules: [...rules.values()].map((rule) => ({
      arn: rule.live.RuleArn,
      priority: rule.priority,
      conditions: (rule.live.Conditions ?? []).map(localCondition),
      action: localAction(rule.live.Actions),
    })),
  };
}

/** Makes the balancer do what the listener says, after its propagation delay. */
export function tell(state: State, listener: HeldListener): void {
  state.balancer.updateListener(local(state, listener));
}

/** Deletes a listener with its rules; ends once its port is closed. */
export async function removeListener(state: State, listener: HeldListener): Promise<void> {
  state.listeners.delete(listener.live.ListenerArn);
  state.tags.forget(listener.live.ListenerArn);
  await state.balancer.closeListener(listener.live.ListenerArn);
}

async function open(state: State, listener: HeldListener): Promise<void> {
  try {
    listener.openAt = await state.balancer.openListener(local(state, listener));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EADDRINUSE") throw error;
    throw new AwsError(
      "InvalidConfigurationRequest",
      `Port ${listener.live.Port} of this machine is taken by another program`,
    );
  }
}

/** The operations on listeners. */
export function listeners(state: State): Record<string, Handler> {
  return {
    async CreateListener(input: CreateListenerInput) {
      const { live: balancer } = loadBalancerOf(state, input.LoadBalancerArn);
      const Port = input.Port ?? 80;
      const mine = [...state.listeners.values()].filter(
        ({ live }) => live.LoadBalancerArn === balancer.LoadBalancerArn,
      );
      if (mine.some(({ live }) => live.Port === Port))
        throw new AwsError(
          "DuplicateListener",
          `A listener already exists on this port for this load balancer '${balancer.LoadBalancerArn}'`,
        );
      const path = balancer.LoadBalancerArn.split(":loadbalancer/")[1];
      const prefix = balancer.LoadBalancerArn.split(":loadbalancer/")[0];
      const id = `${path}/${state.ids.hex(16)}`;
      const listener: HeldListener = {
        live: {
          ListenerArn: `${prefix}:listener/${id}`,
          LoadBalancerArn: balancer.LoadBalancerArn,
          Port,
          Protocol: input.Protocol ?? "HTTP",
          DefaultActions: checkedActions(state, input.DefaultActions),
          Certificates: input.Certificates,
          SslPolicy: input.SslPolicy,
          AlpnPolicy: input.AlpnPolicy,
          MutualAuthentication: input.MutualAuthentication,
        },
        attributes: new Map(Object.entries(defaults)),
        rules: new Map(),
        openAt: Port,
        defaultRuleArn: `${prefix}:listener-rule/${id}/${state.ids.hex(16)}`,
      };
      await open(state, listener);
      state.listeners.set(listener.live.ListenerArn, listener);
      state.tags.set(listener.live.ListenerArn, input.Tags);
      return { Listeners: [listener.live] };
    },
    DescribeListeners(input: DescribeListenersInput) {
      if (input.ListenerArns)
        return { Listeners: input.ListenerArns.map((arn) => listenerOf(state, arn).live) };
      const { live } = loadBalancerOf(state, input.LoadBalancerArn);
      const all = [...state.listeners.values()].map((listener) => listener.live);
      return { Listeners: all.filter(({ LoadBalancerArn }) => LoadBalancerArn === live.LoadBalancerArn) };
    },
    async ModifyListener(input: ModifyListenerInput) {
      const listener = listenerOf(state, input.ListenerArn);
      const { live } = listener;
      if (input.DefaultActions) live.DefaultActions = checkedActions(state, input.DefaultActions);
      if (input.Protocol) live.Protocol = input.Protocol;
      if (input.SslPolicy) live.SslPolicy = input.SslPolicy;
      if (input.Certificates) live.Certificates = input.Certificates;
      if (input.Port !== undefined && input.Port !== live.Port) {
        await state.balancer.closeListener(live.ListenerArn);
        live.Port = input.Port;
        await open(state, listener);
      } else tell(state, listener);
      return { Listeners: [live] };
    },
    async DeleteListener(input: DeleteListenerInput) {
      await removeListener(state, listenerOf(state, input.ListenerArn));
      return {};
    },
    DescribeListenerAttributes(input: DescribeListenerAttributesInput) {
      return { Attributes: listed(listenerOf(state, input.ListenerArn).attributes) };
    },
    ModifyListenerAttributes(input: ModifyListenerAttributesInput) {
      const listener = listenerOf(state, input.ListenerArn);
      for (const { Key = "" } of input.Attributes ?? [])
        if (!listener.attributes.has(Key)) listener.attributes.set(Key, "");
      change(listener.attributes, input.Attributes);
      return { Attributes: listed(listener.attributes) };
    },
    AddTags(input: AddTagsInput) {
      for (const arn of input.ResourceArns ?? []) state.tags.set(arn, input.Tags);
      return {};
    },
    RemoveTags(input: RemoveTagsInput) {
      for (const arn of input.ResourceArns ?? []) state.tags.remove(arn, input.TagKeys);
      return {};
    },
    DescribeTags(input: DescribeTagsInput) {
      for (const arn of input.ResourceArns ?? []) if (arn.includes(":listener-rule/")) ruleOf(state, arn);
      return {
        TagDescriptions: (input.ResourceArns ?? []).map((ResourceArn) => ({
          ResourceArn,
          Tags: state.tags.list(ResourceArn),
        })),
      };
    },
  };
}
