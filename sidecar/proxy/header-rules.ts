import { header } from "../../domain/telemetry.ts";
import { hopHeader } from "../affinity/peers.ts";
import type { Home } from "../affinity/pin.ts";
import type { SidecarConfig } from "../config.ts";
import type { HeaderList } from "../http/answer-head.ts";

/** Headers about one connection only (RFC 9110, section 7.6.1). */
const hopByHop = [
  "connection",
  "keep-alive",
  "proxy-connection",
  "te",
  "trailer",
  "transfer-encoding",
  "upgrade",
  // Answered here already.
  "expect",
];
/** Names of headers about one connection only. */
export const perConnection: ReadonlySet<string> = new Set(hopByHop);
const ownHeaders = [header.slot, header.task, header.release, header.refused];
const probeHeaders = [header.probeSlot, header.probeProof, header.synthetic];

/** Names that do not go on as they came: to the hub, and to a peer task. */
export interface Withheld {
  readonly fromHub: ReadonlySet<string>;
  /** From the hub on a path that is open to anybody, where the header of tokens is the hub's own affair. */
  readonly onPublicPath: ReadonlySet<string>;
  readonly fromPeer: ReadonlySet<string>;
}

/**
 * The names that do not go on: what is about one connection, or only the sidecar may say; the session's id goes on as the other
 * side knows it.
 * @param ownHost the hub is asked under its own address
 */
export function withheldHeaders({ settings, tokens }: SidecarConfig, ownHost = false): Withheld {
  // The token opens the sidecar's door and is nobody else's affair; without tokens the header is the hub's.
  const always = [...hopByHop, ...ownHeaders, hopHeader];
  const ofTokens = tokens.length > 0 ? ["authorization"] : [];
  const onPublicPath = [
    ...always,
    ...probeHeaders,
    ...(readsBodies(settings) ? ["accept-encoding"] : []),
    ...(ownHost ? ["host", "x-forwarded-host"] : []),
  ];
  return {
    fromHub: new Set([...onPublicPath, ...ofTokens]),
    onPublicPath: new Set(onPublicPath),
    fromPeer: new Set([...always, ...ofTokens]),
  };
}

/** The only names that go on with what needs no token to come to the hub's own paths: a question whether it is up, a preflight. */
export const withoutToken: ReadonlySet<string> = new Set([
  "access-control-request-headers",
  "access-control-request-method",
  "access-control-request-private-network",
  "host",
  "origin",
  "user-agent",
  "x-amzn-trace-id",
  "x-forwarded-for",
  "x-forwarded-host",
  "x-forwarded-port",
  "x-forwarded-proto",
]);

/** Whether the hub's answers are read here. */
export const readsBodies = ({ observe, pin }: SidecarConfig["settings"]): boolean => observe || pin;

/** The headers with which every answer of this task says whose it is. */
export const marksOf = ({ slot, release }: SidecarConfig, { task }: Home): HeaderList => [
  header.slot,
  slot,
  header.task,
  task,
  header.release,
  release,
];
