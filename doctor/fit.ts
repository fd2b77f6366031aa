import { ConfigError, parseConfig } from "../infra/config.ts";
import type { Endpoint, Fit, HostTaken, SessionTransport, ToolCall } from "./found.ts";

/** What a stack config is made from. */
interface Facts {
  readonly url: string;
  readonly endpoint: Endpoint<SessionTransport>;
  readonly host: HostTaken;
  readonly healthPath: string;
  readonly call: ToolCall;
}

/** Longest name of a stack that is made here: names in the account are made of it. */
const longestName = 30;

/** The stack config that fits, valid as it stands; or its problems, where a stack can't have what the hub has. */
export function fitOf(facts: Facts): Fit | { readonly problems: readonly string[] } {
  const name = nameOf(facts.endpoint.server.name);
  const image = `${name}:1`;
  const config = {
    blue: { image },
    hub: hubOf(facts),
    sidecar: { signingSecret: "hub/signing" },
  };
  try {
    parseConfig(config);
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    return { problems: error.problems.map((problem) => `no stack config fits it: ${problem}`) };
  }
  return { name, image, config };
}

function hubOf({ url, endpoint, host, healthPath, call }: Facts): Record<string, unknown> {
  const { port } = new URL(url);
  const { path, transport } = endpoint;
  return {
    ...(port === "" ? {} : { port: Number(port) }),
    healthPath,
    mcpPath: path,
    transport,
    ...(host.host === "loopback" ? { host: host.host } : {}),
    tool: call.tool,
    toolArguments: call.toolArguments,
  };
}

/** A name for a stack and an image, of what the server calls itself; it has no dot, for names in the account take none. */
function nameOf(server: string): string {
  const plain = server
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, "-")
    .slice(0, longestName)
    .replaceAll(/^-+|-+$/g, "");
  return plain === "" ? "mine" : plain;
}
