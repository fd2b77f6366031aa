import { randomBytes } from "node:crypto";
import type { provider } from "@pulumi/pulumi";
import { unmark } from "./inputs.ts";
import { leavingReleases, leavingType } from "./leaving-releases.ts";
import { metricNamespace, namespaceType } from "./metric-namespace.ts";
import { findParameters } from "./parameters.ts";
import { readSwitch } from "./preview.ts";
import type { Progress } from "./progress.ts";
import { type Calls, switching } from "./switching.ts";
import type { Work } from "./work.ts";

/** A resource's type: the last one in its URN's third part, behind those of its parents. */
export const typeOf = (urn: string): string => urn.split("::")[2]?.split("$").at(-1) ?? "";

/**
 * The provider of `trafficswitch:index:TrafficSwitch`, gRPC calls in, rollouts out; of the namespace that the stack's metrics have;
 * and of what tells sessions that their release leaves.
 */
export function trafficSwitch(progress: Progress, work: Work): provider.Provider {
  /** Runs one call so that a cancel reaches it, and every line is with the engine before the answer is. */
  const telling = <T>(call: (cancel: AbortSignal) => Promise<T>): Promise<T> =>
    work.run(async (cancel) => {
      try {
        return await call(cancel);
      } finally {
        await progress.flush();
      }
    });

  const own = switching(progress);
  const others: Readonly<Record<string, Calls>> = {
    [namespaceType]: metricNamespace(randomBytes),
    [leavingType]: leavingReleases((urn, text) => progress.say(urn, text)),
  };
  const of = (urn: string) => others[typeOf(urn)] ?? own;
  return {
    version: "0.1.0",
    check: (urn, olds, news) => work.run(() => of(urn).check(urn, olds, news)),
    diff: (id, urn, olds, news) => work.run(() => of(urn).diff(id, urn, olds, news)),
    create: (urn, inputs) => telling((cancel) => of(urn).create(urn, inputs, cancel)),
    update: (id, urn, olds, news) => telling((cancel) => of(urn).update(id, urn, olds, news, cancel)),
    read: (id, urn, props) => work.run(() => of(urn).read(id, urn, props)),
    delete: (id, urn, props) => work.run(() => of(urn).delete(id, urn, props)),
    invoke: (token, request) => work.run(() => invoke(token, unmark(request))),
    cancel() {
      work.cancel("the rollout was cancelled");
      return Promise.resolve();
    },
  };
}

async function invoke(token: string, request: unknown): Promise<provider.InvokeResult> {
  switch (token) {
    case "trafficswitch:index:readSwitch":
      return readSwitch(request);
    case "trafficswitch:index:findParameters":
      return findParameters(request);
    default:
      throw new Error(`the traffic switch has no function ${token}`);
  }
}
