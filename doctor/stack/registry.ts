/** Who asks a registry over the network; as `fetch` does it. */
export type Fetch = (url: string, init: RequestInit) => Promise<Response>;

/** An image's name taken apart, as Docker and ECS read it. */
export interface ImageRef {
  /** Host of the registry, with a port where it has one. */
  readonly registry: string;
  readonly repository: string;
  /** A digest or a tag. */
  readonly reference: string;
}

/** What a registry said of an image. */
export type Looked =
  | { readonly platforms: readonly string[] }
  | { readonly missing: string }
  | { readonly closed: string }
  | { readonly why: string };

/** How long one answer may take, in milliseconds. */
const patienceMs = 15_000;
/** What manifests may be: a list by platform, or that of one image, of OCI and of Docker. */
const manifests = [
  "application/vnd.oci.image.index.v1+json",
  "application/vnd.docker.distribution.manifest.list.v2+json",
  "application/vnd.oci.image.manifest.v1+json",
  "application/vnd.docker.distribution.manifest.v2+json",
];

/** Docker's own rules: without a host it is Docker Hub, and without a tag the latest. */
export function imageRef(text: string): ImageRef {
  const [name = "", digest] = text.split("@");
  const [, path = name, tag = "latest"] = /^(.*?)(?::([\w][\w.-]*))?$/.exec(name) ?? [];
  const [first = "", ...rest] = path.split("/");
  const named = rest.length > 0 && (/[.:]/.test(first) || first === "localhost");
  const repository = named ? rest.join("/") : rest.length > 0 ? path : `library/${path}`;
  return { registry: named ? first : "docker.io", repository, reference: digest ?? tag };
}

/**
 * Asks a registry which platforms an image is built for, by the distribution protocol of OCI. Nothing is pulled.
 * @param login name and password where they are known; null: as anybody
 */
export async function lookAtImage(ref: ImageRef, fetch: Fetch, login: string | null): Promise<Looked> {
  try {
    return await look(ref, { fetch, login, token: null });
  } catch (error) {
    const { message, cause } = error as Error & { cause?: Error };
    return { why: cause?.message || message };
  }
}

interface Door {
  readonly fetch: Fetch;
  readonly login: string | null;
  /** What the registry's own token service gave. */
  readonly token: string | null;
}

async function look(ref: ImageRef, door: Door): Promise<Looked> {
  const answer = await ask(ref, `manifests/${ref.reference}`, door, manifests.join(", "));
  const asked = await answer.text();
  if (answer.status === 401 && door.token === null) {
    const token = await tokenFor(answer.headers.get("www-authenticate") ?? "", door);
    if (token !== null) return look(ref, { ...door, token });
  }
  if (answer.status === 404) return { missing: codeIn(asked) ?? "HTTP 404" };
  if (answer.status === 401 || answer.status === 403) return { closed: `HTTP ${answer.status}` };
  if (!answer.ok) return { why: `it answered HTTP ${answer.status}` };
  const manifest = JSON.parse(asked) as Manifest;
  if (manifest.manifests !== undefined)
    return { platforms: manifest.manifests.flatMap(({ platform }) => platformText(platform)) };
  if (manifest.config === undefined) return { why: "its manifest names no config" };
  const blob = await ask(ref, `blobs/${manifest.config.digest}`, door, "*/*");
  if (!blob.ok) return { why: `it answered HTTP ${blob.status} for the image's config` };
  return { platforms: platformText((await blob.json()) as Platform) };
}

interface Platform {
  readonly os?: string;
  readonly architecture?: string;
}
interface Manifest {
  readonly manifests?: readonly { readonly platform?: Platform }[];
  readonly config?: { readonly digest: string };
}

/** `linux/arm64`; none for what is no image, such as an attestation. */
const platformText = ({ os, architecture }: Platform = {}): string[] =>
  os === undefined || architecture === undefined || os === "unknown" ? [] : [`${os}/${architecture}`];

function ask({ registry, repository }: ImageRef, path: string, door: Door, accept: string) {
  const host = registry === "docker.io" ? "registry-1.docker.io" : registry;
  // As Docker does it: a registry on this machine is spoken to without TLS.
  const scheme = /^(localhost|127\.\d+\.\d+\.\d+)(:|$)/.test(host) ? "http" : "https";
  const said =
    door.token !== null ? `Bearer ${door.token}` : door.login === null ? null : `Basic ${base64(door.login)}`;
  const headers = { accept, ...(said === null ? {} : { authorization: said }) };
  const signal = AbortSignal.timeout(patienceMs);
  return door.fetch(`${scheme}://${host}/v2/${repository}/${path}`, { headers, signal });
}

/** A token of the service that the registry's challenge names; null: it names none, or the service gave none. */
async function tokenFor(challenge: string, { fetch }: Door): Promise<string | null> {
  const [, realm] = /^Bearer .*?realm="([^"]+)"/i.exec(challenge) ?? [];
  if (realm === undefined) return null;
  const url = new URL(realm);
  for (const name of ["service", "scope"]) {
    const [, value] = new RegExp(`[ ,]${name}="([^"]*)"`, "i").exec(challenge) ?? [];
    if (value !== undefined) url.searchParams.set(name, value);
  }
  // Without the login: where the token service is, the registry says, and nobody else did.
  const answer = await fetch(url.href, { signal: AbortSignal.timeout(patienceMs) });
  if (!answer.ok) return null;
  const { token, access_token: other } = (await answer.json()) as { token?: string; access_token?: string };
  return token ?? other ?? null;
}

/** The code of a registry's error, `MANIFEST_UNKNOWN`; null: it has none. */
const codeIn = (text: string): string | null => /"code"\s*:\s*"([A-Z_]+)"/.exec(text)?.[1] ?? null;
const base64 = (text: string): string => Buffer.from(text).toString("base64");
