/** A URL to which a session's messages go, as the hub named it. */
export interface MessageUrl {
  /** Path and query at the hub. */
  readonly own: string;
  /** The origin that it names, where that is neither the hub's own address nor the one its client asked; else empty. */
  readonly origin: string;
}

/** The addresses under which a URL means the hub that is asked. */
export interface HubAddresses {
  readonly hub: { readonly host: string; readonly port: number };
  /** The Host that the stream was asked under; undefined: the client named none. */
  readonly clientHost: string | undefined;
}

/** Stands for the origin of what names none (RFC 2606). */
const nobody = "nobody.invalid";

/**
 * What the URL in an `endpoint` event means to its client, which resolves it against the URL of the stream. Null: it is none, or
 * none of HTTP.
 * @param asked path and query of the stream at the hub
 */
export function messageUrl(given: string, asked: string, addresses: HubAddresses): MessageUrl | null {
  const url = URL.parse(given, `http://${nobody}${asked}`);
  if (url === null || !/^https?:$/.test(url.protocol)) return null;
  const own = url.pathname + url.search;
  return { own, origin: namesHub(url, addresses) ? "" : url.origin };
}

/**
 * Whether a URL leads to the hub that is asked. Its scheme says nothing: a hub behind a balancer does not know that its clients
 * come by TLS.
 */
function namesHub({ host }: URL, { hub, clientHost }: HubAddresses): boolean {
  const own = [hub.host, "127.0.0.1", "localhost", "[::1]", "0.0.0.0"].map((name) => `${name}:${hub.port}`);
  const known = [nobody, ...own, ...(clientHost === undefined ? [] : [clientHost.toLowerCase()])];
  return known.some((one) => withoutUsualPort(one) === withoutUsualPort(host));
}

const withoutUsualPort = (host: string): string => host.replace(/:(80|443)$/, "");

/** Names under which hubs put a session's id into a query: `sessionId`, `session_id`, `sessionid`. */
const sessionName = /^session[_-]?id$/i;

/** The hub's own name of a session, in a message URL: its id where the query names one, or all of its path and query. */
export function sessionOf(own: string): string {
  const named = [...new URLSearchParams(own.split("?")[1] ?? "")].find(([name]) => sessionName.test(name));
  return named?.[1] || own;
}
