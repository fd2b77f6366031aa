import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import type { TestContext } from "node:test";

/** What a registry has of one image. */
export interface Held {
  readonly body: unknown;
  readonly type?: string;
}

/** A registry on the loopback interface: who comes without what its challenge asks for gets 401. */
export async function registry(
  t: TestContext,
  held: Readonly<Record<string, Held>>,
  options: { readonly challenge?: (origin: string) => string; readonly authorization?: string } = {},
): Promise<{ host: string; asked: string[] }> {
  const asked: string[] = [];
  const server = createServer((request, response) => {
    const { url = "", headers } = request;
    asked.push(`${headers.authorization ?? "anybody"} ${url}`);
    const json = (status: number, body: unknown, more: Record<string, string> = {}) =>
      void response
        .writeHead(status, { "content-type": "application/json", ...more })
        .end(JSON.stringify(body));
    if (url.startsWith("/token?")) return json(200, { token: "of-the-service" });
    const { challenge, authorization } = options;
    if (challenge !== undefined && headers.authorization !== authorization)
      return json(401, { errors: [] }, { "www-authenticate": challenge(`http://${headers.host}`) });
    const found = held[url.replace("/v2/", "")];
    if (found === undefined) return json(404, { errors: [{ code: "MANIFEST_UNKNOWN" }] });
    return json(200, found.body, { "content-type": found.type ?? "application/json" });
  });
  await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
  t.after(() => server.close());
  return { host: `127.0.0.1:${(server.address() as AddressInfo).port}`, asked };
}

/** A list by platform, as buildx writes it: its attestations stand among the images. */
export const listOf = (...platforms: readonly string[]): Held => ({
  type: "application/vnd.oci.image.index.v1+json",
  body: {
    schemaVersion: 2,
    manifests: [...platforms, "unknown/unknown"].map((text) => {
      const [os, architecture] = text.split("/");
      return { digest: `sha256:${"0".repeat(64)}`, platform: { os, architecture } };
    }),
  },
});
