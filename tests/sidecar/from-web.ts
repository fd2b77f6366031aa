import type { IncomingMessage, ServerResponse } from "node:http";
import { Readable } from "node:stream";

/** Serves Node's requests by a handler of web requests, as SDK v2's servers are. */
export function fromWeb(serve: (request: Request) => Promise<Response>) {
  return async (incoming: IncomingMessage, outgoing: ServerResponse): Promise<void> => {
    const { method = "GET", headers, url = "/" } = incoming;
    const left = new AbortController();
    outgoing.on("close", () => left.abort());
    const hasBody = method !== "GET" && method !== "HEAD";
    const response = await serve(
      new Request(`http://${headers.host ?? "hub"}${url}`, {
        method,
        headers: Object.entries(headers).map(([name, value]): [string, string] => [name, String(value)]),
        signal: left.signal,
        ...(hasBody ? { body: Readable.toWeb(incoming) as ReadableStream, duplex: "half" } : {}),
      }),
    );
    outgoing.writeHead(response.status, Object.fromEntries(response.headers));
    outgoing.flushHeaders();
    if (response.body === null) return void outgoing.end();
    const body = Readable.fromWeb(response.body as never);
    body.on("error", () => outgoing.destroy());
    outgoing.on("close", () => body.destroy());
    body.pipe(outgoing);
  };
}
