import type { provider } from "@pulumi/pulumi";
import { hasUnknowns, unmark } from "./inputs.ts";

/** The type of the resource that is a namespace of metrics. */
export const namespaceType = "trafficswitch:index:MetricNamespace";
/** Bytes that are drawn: nobody finds them by trying, 100 namespaces to a line of a log. */
const drawnBytes = 16;

/** Draws so many bytes that nobody can foresee. */
export type Draw = (bytes: number) => Buffer;

/**
 * The calls for `trafficswitch:index:MetricNamespace`. It is nothing in the account: what was drawn when it was made stays in the
 * state until it is deleted.
 */
export function metricNamespace(
  draw: Draw,
): Required<Pick<provider.Provider, "check" | "diff" | "create" | "update" | "read" | "delete">> {
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
    // Another beginning is another namespace, and nothing else of it can change.
    update: async (_id, _urn, olds) => ({ outs: unmark(olds) as Record<string, unknown> }),
    read: async (id, _urn, props) => ({ id, props: unmark(props) as Record<string, unknown> }),
    delete: () => Promise.resolve(),
  };
}

const startOf = (of: unknown): unknown => (unmark(of) as { start?: unknown }).start;
