import type { Open, Sample } from "../logs/sample.ts";

/** Longest name of a tool that is shown, characters: names are the clients'. */
const longestName = 60;

/** A request of a side, ended or still open. */
export type Request = Sample | Open;
/** When a request began, milliseconds since the epoch. */
export const sinceOf = (request: Request): number =>
  "since" in request ? request.since : request.at - request.latencyMs;

/** Requests of both sides that ask alike. */
export interface Group {
  readonly what: string;
  /** In the order in which they came. */
  readonly candidate: Request[];
  readonly live: Request[];
}

/** Groups by what their requests ask. A gate looks at the same ones again and again: a name is put together once for each. */
export class Groups {
  readonly #byName = new Map<string, Group>();
  readonly #byMethod = new Map<string, Map<string | null, Group>>();

  of(request: Request): Group {
    // What a name tells apart, besides method and tool.
    const { begun, from, tool, sessionAt } = request;
    const kind = from === "probe" ? "p" : sessionAt === null ? "n" : begun === false ? "w" : " ";
    const method = `${kind}${request.method}`;
    let byTool = this.#byMethod.get(method);
    if (byTool === undefined) this.#byMethod.set(method, (byTool = new Map()));
    const known = byTool.get(tool);
    if (known !== undefined) return known;
    const group = this.#named(nameOf(request));
    byTool.set(tool, group);
    return group;
  }

  #named(what: string): Group {
    const known = this.#byName.get(what);
    if (known !== undefined) return known;
    const group: Group = { what, candidate: [], live: [] };
    this.#byName.set(what, group);
    return group;
  }
}

/** Requests with one name are alike: the same was asked, in a session that began in the same way. */
function nameOf({ method, tool, begun, from, sessionAt }: Request): string {
  const asked = (tool === null ? method : `${method} ${tool}`).slice(0, longestName);
  const notes = [
    ...(from === "user" && sessionAt === null ? ["without a session"] : []),
    ...(begun === false && method !== "initialize" ? ["session without initialize"] : []),
    ...(from === "probe" ? ["own probes"] : []),
  ];
  return notes.length === 0 ? asked : `${asked} (${notes.join(", ")})`;
}
