import { type Endpoint, type Transport, transports } from "./found.ts";
import { type Knock, knock } from "./knock.ts";
import { mcpPaths, pathsBelow } from "./usual-paths.ts";

/** Paths on which nothing at all came back before the search is given up: the rest would only wait as long. */
const mostSilences = 2;
/** Paths that a hub sends us on to, at most. */
const mostMoves = 5;

/** The options of a search: where, and with what. */
export interface SearchOptions {
  /** Scheme, host and port. */
  readonly origin: string;
  /** The path in the address that was given; empty: none. */
  readonly prefix: string;
  /** Bearer token; null: none. */
  readonly token: string | null;
  /** How long a door may take to answer, in milliseconds. */
  readonly patienceMs: number;
}

/** What a search came to. */
export interface Searched {
  readonly endpoints: readonly Endpoint[];
  /** The doors at which nobody spoke MCP. */
  readonly closed: readonly Knock[];
}

/** Looks for MCP on one path after the other, on each in every way that was not found yet. Never rejects. */
export async function search({ origin, prefix, token, patienceMs }: SearchOptions): Promise<Searched> {
  const paths = pathsBelow(prefix, mcpPaths);
  const endpoints: Endpoint[] = [];
  const closed: Knock[] = [];
  let silences = 0;
  let moves = 0;
  // Paths are added while it runs: those that the hub sends its clients on to.
  for (const path of paths) {
    const ways = transports.filter((transport) => !isFound(transport, endpoints));
    if (ways.length === 0) break;
    const doors = ways.map((transport) => ({ origin, path, transport }));
    const knocks = await Promise.all(doors.map((door) => knock(door, { token, host: null }, patienceMs)));
    endpoints.push(...knocks.flatMap(({ endpoint }) => endpoint ?? []));
    closed.push(...knocks.filter(({ endpoint }) => endpoint === null));
    for (const { movedTo } of knocks)
      if (movedTo !== null && !paths.includes(movedTo) && moves++ < mostMoves) paths.push(movedTo);
    if (knocks.some(({ heads }) => heads.length > 0)) continue;
    silences += 1;
    if (silences === mostSilences || knocks.every(({ unreachable }) => unreachable !== null)) break;
  }
  return { endpoints, closed };
}

/** What is posted to is one endpoint, whichever of its revisions answered. */
function isFound(transport: Transport, endpoints: readonly Endpoint[]): boolean {
  return endpoints.some((found) => (found.transport === "sse") === (transport === "sse"));
}
