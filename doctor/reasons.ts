import { beginningOf } from "../domain/health.ts";
import type { Auth, HealthFound } from "./found.ts";
import type { Knock } from "./knock.ts";
import type { Searched } from "./search.ts";
import { mcpPaths } from "./usual-paths.ts";

/** Why a hub that opens sessions can't be rehearsed all the same, a sentence each. @param ofTools what its tools say to that */
export function whyNot(
  { auth, health }: { auth: Auth | null; health: HealthFound },
  ofTools: string | null,
): string[] {
  return [
    ...(auth === null ? [] : [whyToken(auth)]),
    ...(ofTools === null ? [] : [ofTools]),
    ...(health.path === null ? [whyNoHealth(health)] : []),
  ];
}

/** Why no endpoint of a hub will do, a sentence. */
export function whyNoEndpoint({ endpoints, closed }: Searched, auth: Auth | null): string {
  if (auth !== null) return whyToken(auth);
  const [stateless] = endpoints;
  if (stateless !== undefined)
    return (
      `it speaks ${stateless.revision} alone, and probes and gates open sessions: ` +
      `let it speak an older revision beside it at ${stateless.path}`
    );
  const nearest = nearestOf(closed);
  const said = nearest === undefined ? "" : `: at ${nearest.door.path} ${saidBy(nearest)}`;
  return `it speaks MCP on none of the usual paths (${mcpPaths.join(" ")})${said}; name its path in --url`;
}

/** The door that came nearest to MCP: one that answered well, or was there at least. */
function nearestOf(closed: readonly Knock[]): Knock | undefined {
  const answered = (most: number) =>
    closed.find(({ heads }) => heads.some(({ status }) => status <= most && status !== 404));
  return answered(299) ?? answered(599) ?? closed[0];
}

function saidBy({ heads, why }: Knock): string {
  const head = heads.at(-1);
  const answered =
    head === undefined ? "" : `it answered HTTP ${head.status} ${head.contentType}`.trimEnd() + ", ";
  return `${answered}and the official client says "${beginningOf(why, 120)}"`.replace(/^and /, "");
}

function whyToken({ tokenTaken, path, status }: Auth): string {
  const known =
    tokenTaken === null
      ? "; with MCP_HUB_TOKEN set the rest is found out"
      : tokenTaken
        ? ""
        : ", and MCP_HUB_TOKEN holds none that it takes";
  return (
    `it turns away clients without a token (HTTP ${status} at ${path}), and those of a rehearsal have none${known}: ` +
    "start it without its own check, which the sidecar makes in front of it (sidecar.tokenSecret)"
  );
}

const whyNoHealth = ({ why }: HealthFound): string =>
  `no health path says that it is up (${why}): let it answer GET /health with 200, for the balancer asks one`;
