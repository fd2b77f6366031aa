import { causeText, isUnreachable } from "../checks/sources/causes.ts";
import { sendAs } from "./send-as.ts";

/** The head of one answer. */
export interface Head {
  readonly method: string;
  readonly path: string;
  readonly status: number;
  readonly contentType: string;
  /** Its WWW-Authenticate; empty: it named none. */
  readonly challenge: string;
}

/** What requests are sent with besides what the official client says. */
export interface Marks {
  /** Bearer token; null: none. */
  readonly token: string | null;
  /** Host to name in place of the address's own; null: that one. */
  readonly host: string | null;
}

/** Sends what the official clients ask, and notes what they don't tell: heads, paths, and why nothing came. */
export class Listener {
  readonly heads: Head[] = [];
  /** Paths that something was posted to, in order. */
  readonly posted: string[] = [];
  /** The revision that the client names since it was agreed on. */
  revision: string | null = null;
  /** Where the hub sent us on to, on its own origin. */
  movedTo: string | null = null;
  /** Why no connection came about; null: one did. */
  unreachable: string | null = null;
  /** An answer has begun that is a stream of events. */
  onStream: () => void = () => undefined;
  readonly #marks: Marks;

  constructor(marks: Marks) {
    this.#marks = marks;
  }

  readonly send: typeof fetch = async (input, init) => {
    const url = new URL(input instanceof Request ? input.url : input);
    const method = init?.method ?? "GET";
    const headers = this.#marked(init?.headers);
    if (method === "POST") this.posted.push(url.pathname);
    this.revision = headers.get("mcp-protocol-version") ?? this.revision;
    const { host } = this.#marks;
    const send = host === null ? fetch : sendAs(host);
    const response = await send(url, { ...init, headers, redirect: "manual" }).catch((error: unknown) => {
      if (isUnreachable(error)) this.unreachable ??= causeText(error);
      throw error;
    });
    this.#note(method, url, response);
    return response;
  };

  #marked(given: RequestInit["headers"]): Headers {
    const headers = new Headers(given);
    const { token } = this.#marks;
    if (token !== null) headers.set("authorization", `Bearer ${token}`);
    return headers;
  }

  /** A balancer routes the paths that it was told and no others: where a hub sends its clients on to must be one of them. */
  #note(method: string, url: URL, { status, headers }: Response): void {
    const contentType = headers.get("content-type") ?? "";
    const challenge = headers.get("www-authenticate") ?? "";
    this.heads.push({ method, path: url.pathname, status, contentType, challenge });
    if (method === "GET" && contentType.startsWith("text/event-stream")) this.onStream();
    const location = headers.get("location");
    if (status < 300 || status > 399 || location === null || !URL.canParse(location, url.href)) return;
    const to = new URL(location, url.href);
    if (to.origin === url.origin) this.movedTo = to.pathname;
    throw new Error(`it sends its clients on to ${to.origin === url.origin ? to.pathname : to.origin}`);
  }
}
