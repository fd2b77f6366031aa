/**
 * An address that something secret may be sent to: by TLS, or with `loopback` to this machine, whom nobody listens in on. Null for any
 * other, and for what is none.
 */
export function safeAddress(text: string, { loopback }: { loopback: boolean }): URL | null {
  const url = URL.canParse(text) ? new URL(text) : null;
  const isLocal = loopback && url?.protocol === "http:" && url.hostname === "127.0.0.1";
  return url?.protocol === "https:" || isLocal ? url : null;
}
