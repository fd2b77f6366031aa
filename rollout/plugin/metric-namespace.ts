import type { provider } from "@pulumi/pulumi";
import { hasUnknowns, unmark } from "./inputs.ts";

const type = "trafficswitch:index:MetricNamespace";
/** Bytes that are drawn: nobody finds them by trying, 100 namespaces to a line of a log. */
const drawnBytes = 16;

/** Draws so many bytes that nobody can foresee. */
export type Draw = (bytes: number) => Buffer;

/** Whether a resource is a namespace of metrics: its type is the last one in its URN's third part. */
export const isMetricNamespace = (urn: string): boolean => urn.split("::")[2]?.split("$").at(-1) === type;

/**
 * The calls for `trafficswitch:index:MetricNamespace`. It is nothing in the account: what was drawn when it was made stays in the
 * state until it is deleted.
 */
export function metricNamespace(
  draw: Draw,
): Required<Pick<provider.Provider, "check" | "diff" | "create" | "read" | "delete">> {
  return {
    async check(_urn, _olds, news) {
      const start = startOf(news);
      const fine = (typeof start === "string" && start !== "") || hasUnknowns(start);
      return { inputs: news, failures: fine ? [] : [{ property: "start", reason: "must be a text" }] };
    },
    async diff(_id, _urn, olds, news) {
      const start = startOf(news);
      const other = startOf(olds) !== start && !hasUnknowns(start);
      return { changes: other, replaces: other ? ["start"] : [] };
    },
    async create(_urn, inputs) {
      const start = String(startOf(inputs));
      const namespace = `${start}/${draw(drawnBytes).toString("hex")}`;
      return { id: namespace, outs: { start, namespace } };
    },
    read: async (id, _urn, props) => ({ id, props: unmark(props) as Record<string, unknown> }),
    delete: () => Promise.resolve(),
  };
}

const startOf = (of: unknown): unknown => (unmark(of) as { start?: unknown }).start;
