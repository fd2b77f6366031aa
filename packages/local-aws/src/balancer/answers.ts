import { STATUS_CODES, type IncomingMessage, type ServerResponse } from "node:http";
import type { RequestFacts } from "./conditions.ts";
import type { FixedResponseAction, RedirectAction } from "./types.ts";

const server = "awselb/2.0";

/** The short HTML page of an ALB's own errors. */
export function answerError(response: ServerResponse, status: number, why?: string): void {
  const title = `${status} ${STATUS_CODES[status] ?? ""}`.trim();
  const more = why === undefined ? "" : `<center>${escapeHtml(why)}</center>\r\n`;
  answer(
    response,
    status,
    "text/html",
    `<html>\r\n<head><title>${title}</title></head>\r\n<body>\r\n<center><h1>${title}</h1></center>\r\n${more}</body>\r\n</html>\r\n`,
  );
}

/** An error as bytes for a socket whose request could not even be read. */
export function rawError(status: number): string {
  return `HTTP/1.1 ${status} ${STATUS_CODES[status] ?? ""}\r\nServer: ${server}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n`;
}

/** A fixed response, as its rule has it; plain text and empty unless the rule says otherwise. */
export function answerFixed(response: ServerResponse, action: FixedResponseAction): void {
  answer(response, action.status, action.contentType ?? "text/plain", action.body ?? "");
}

/**
 * A redirect to the rule's address, parts of the request filled in; `port` is the listener's own, which the address always
 * names.
 */
export function answerRedirect(
  response: ServerResponse,
  action: RedirectAction,
  request: RequestFacts,
  port: number,
): void {
  const parts: Record<string, string> = {
    protocol: "http",
    host: (request.headers.host ?? "127.0.0.1").replace(/:\d+$/, ""),
    port: String(port),
    path: request.path.replace(/^\//, ""),
    query: request.query.replace(/^\?/, ""),
  };
  const fill = (template: string): string =>
    template.replace(/#\{(protocol|host|port|path|query)\}/g, (_all, part: string) => parts[part] ?? "");
  const protocol = fill(action.protocol ?? "#{protocol}").toLowerCase();
  const query = fill(action.query ?? "#{query}");
  const location = `${protocol}://${fill(action.host ?? "#{host}")}:${fill(action.port ?? "#{port}")}${fill(action.path ?? "/#{path}")}`;
  response.setHeader("Location", query === "" ? location : `${location}?${query}`);
  answerError(response, action.status);
}

function answer(response: ServerResponse, status: number, contentType: string, body: string): void {
  response.statusCode = status;
  response.setHeader("Server", server);
  response.setHeader("Content-Type", contentType);
  response.setHeader("Content-Length", Buffer.byteLength(body));
  response.end(body);
}

/** Path and query of a request target; null when it is neither a path nor an absolute URL. */
export function requestTarget(request: IncomingMessage): { path: string; query: string } | null {
  let url = request.url ?? "";
  const absolute = /^https?:\/\/[^/?#]+/i.exec(url);
  if (absolute) url = url.slice(absolute[0].length) || "/";
  if (!url.startsWith("/") && !(url === "*" && request.method === "OPTIONS")) return null;
  const mark = url.indexOf("?");
  return mark < 0 ? { path: url, query: "" } : { path: url.slice(0, mark), query: url.slice(mark) };
}

function escapeHtml(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
}
