import { shellWord } from "../domain/shell-word.ts";
import { columns, wrapped } from "../domain/wrapped.ts";
import { shownNames } from "./choose-tools.ts";
import type { AskedHub } from "./flags.ts";
import type { Auth, Endpoint, Found, HealthFound, ToolCall } from "./found.ts";
import type { Written } from "./write.ts";

/** Width of what stands in front of each line. */
const indent = 12;

/** 0: it can be rehearsed; 1: it can't; 3: it could not be reached. */
export function exitCodeOf({ unreachable, fit }: Found): 0 | 1 | 3 {
  if (unreachable !== null) return 3;
  return fit === null ? 1 : 0;
}

/** What was found, for programs. */
export function documentOf(found: Found, written: Written | null): object {
  const { fit, ...facts } = found;
  const exitCode = exitCodeOf(found);
  return {
    schema: 1,
    exitCode,
    rehearsable: exitCode === 3 ? null : fit !== null,
    ...facts,
    config: fit?.config ?? null,
    written: written === null ? [] : [written.config, written.images],
  };
}

/** What was found, for people, and what to type next. */
export function reportText(found: Found, asked: AskedHub, written: Written | null): string {
  const { url, unreachable, fit } = found;
  if (unreachable !== null)
    return `${wrapped(`unreachable: nothing answers at ${url}: ${unreachable}`, 0)}\nType: curl -i ${url}`;
  const verdict =
    fit === null
      ? found.reasons.map((reason) => wrapped(`not to be rehearsed: ${reason}.`, 0))
      : ["it can be rehearsed"];
  return [url, ...linesOf(found), "", ...verdict, ...nextLines(found, asked, written)].join("\n");
}

function linesOf({ endpoints, auth, health, host, tools, call }: Found): string[] {
  const named = endpoints.map(({ server: { name, version } }) => `${name} ${version}`.trim());
  const servers = [...new Set(named)].filter((server) => server !== "");
  return [
    ...endpoints.map((endpoint, at) => line(at === 0 ? "speaks" : "", endpointText(endpoint))),
    ...(servers.length === 0 ? [] : [line("server", servers.join(", "))]),
    ...(endpoints.length === 0 && auth === null
      ? []
      : [line("token", auth === null ? "asks for none" : authText(auth))]),
    ...(host === null ? [] : [line("Host", host.why)]),
    ...(health === null ? [] : [line("health", healthText(health))]),
    ...(tools === null ? [] : [line("tools", `${tools.length}: ${shownNames(tools)}`)]),
    ...(call === null ? [] : [line("calls", callText(call))]),
  ];
}

const line = (label: string, text: string): string =>
  `  ${label}`.padEnd(indent) + wrapped(text, indent).slice(indent);

function endpointText({ path, transport, revision, session, messagePath }: Endpoint): string {
  switch (transport) {
    case "streamable-http": {
      const sessions = session ? "with sessions" : "without sessions";
      return `streamable HTTP at ${path}, ${sessions}${revision === null ? "" : `, revision ${revision}`}`;
    }
    case "sse":
      return `HTTP+SSE at ${path}, messages to ${messagePath}`;
    case "stateless":
      return `the stateless revision ${revision} at ${path}`;
    default:
      return transport satisfies never;
  }
}

function authText({ path, status, challenge, tokenTaken }: Auth): string {
  const said = challenge === "" ? "" : `, WWW-Authenticate: ${challenge}`;
  const tried =
    tokenTaken === null ? "" : `; the one in MCP_HUB_TOKEN is ${tokenTaken ? "taken" : "refused"}`;
  return `asks for one (HTTP ${status} at ${path}${said})${tried}`;
}

function healthText({ path, why, answersAnything }: HealthFound): string {
  if (path === null) return `none found: ${why}`;
  const vague = answersAnything ? "; so does any path, so it says no more than that the process runs" : "";
  return `${path}: ${why}${vague}`;
}

function callText({ tool, toolArguments, works, why, durationMs }: ToolCall): string {
  const asked = `${tool} ${JSON.stringify(toolArguments)}`;
  return works ? `${asked}, answered in ${Math.round(durationMs)} ms` : `${asked}: ${why}`;
}

/** The next command to type, and what to do before it; null: the reasons say what to do. */
function nextLines({ fit, url }: Found, { command }: AskedHub, written: Written | null): string[] {
  if (fit === null) return [];
  if (written === null) return [`Type: npm run doctor -- --url ${url} --write .`];
  const { config, images } = written;
  const first = command === null ? [wrapped(`put the command that starts it into ${images}, then`, 0)] : [];
  const type = `Type: npm run rehearse -- --images ${shellWord(images)} --config ${shellWord(config)}`;
  const whole = type.length <= columns ? type : type.replace(" --config ", " \\\n        --config ");
  return [`written: ${images}`, `         ${config}`, ...first, whole];
}
