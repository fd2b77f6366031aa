import { request as plain } from "node:http";
import { request as secure } from "node:https";
import { Readable } from "node:stream";

/** Statuses whose answers have no body. */
const bodiless: ReadonlySet<number> = new Set([204, 205, 304]);

/** A `fetch` that names a Host of its own, which Node's does not let anybody do. For clients that send text or nothing. */
export function sendAs(host: string): typeof fetch {
  return (input, init) => {
    const url = new URL(input instanceof Request ? input.url : input);
    const headers = { ...Object.fromEntries(new Headers(init?.headers)), host };
    const request = url.protocol === "https:" ? secure : plain;
    return new Promise((resolve, reject) => {
      const signal = init?.signal ?? undefined;
      const asked = request(
        url,
        { method: init?.method ?? "GET", headers, agent: false, signal },
        (answer) => {
          const status = answer.statusCode ?? 0;
          const body = bodiless.has(status) ? null : (Readable.toWeb(answer) as ReadableStream);
          if (body === null) answer.resume();
          const pairs = Object.entries(answer.headers).map(([name, value]): [string, string] => [
            name,
            String(value),
          ]);
          resolve(new Response(body, { status, headers: pairs }));
        },
      );
      asked.on("error", reject);
      asked.end(typeof init?.body === "string" ? init.body : undefined);
    });
  };
}
