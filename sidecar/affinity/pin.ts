import { pinQuery } from "../../domain/telemetry.ts";
import { short, sign, verify } from "./signature.ts";

/** The home of a session: the task that it lives in. */
export interface Home {
  readonly slot: string;
  /** `host:port` of its task's sidecar. */
  readonly task: string;
}

/** A pin that was read: its home, and what the hub itself made of it. */
export interface Pinned extends Home {
  /** The message URL's path and query, or the session id, as the hub knows it. */
  readonly own: string;
}

/**
 * The public path and query for what the hub named, with slot, task and signature. The signature covers all of it, so that no
 * part can be changed alone. Where the public path is the hub's own they are added to its query, as sidecars of earlier versions
 * do and read; else that path and query is one parameter more.
 * @param own path and query at the hub
 * @param publicPath the one path that the balancer knows for messages
 */
export function pinUrl(own: string, home: Home, key: string, publicPath: string): string {
  const signature = sign(key, "pin", [home.slot, home.task, own].join("\n")).slice(0, short);
  const added: [string, string][] = [
    [pinQuery.slot, home.slot],
    [pinQuery.task, home.task],
    [pinQuery.signature, signature],
  ];
  if (!isPlain(own, publicPath))
    return `${publicPath}?${new URLSearchParams([...added, [pinQuery.own, own]]).toString()}`;
  return `${own}${own.includes("?") ? "&" : "?"}${new URLSearchParams(added).toString()}`;
}

/** Whether what is added to a hub's query can be told from what it has, and taken off again without a trace. */
function isPlain(own: string, publicPath: string): boolean {
  const [path, query = ""] = split(own, "?");
  const names = [...new URLSearchParams(query).keys()];
  return path === publicPath && !names.some((name) => pinNames.has(name)) && withoutPin(path, query) === own;
}

/** Reads a pin from a request's path and query. Null: there is none. "forged": there is one that nobody here signed. */
function readUrlPin(url: string, keys: readonly string[]): Pinned | "forged" | null {
  const [path, query = ""] = split(url, "?");
  const parameters = new URLSearchParams(query);
  const [slot, task, signature] = [pinQuery.slot, pinQuery.task, pinQuery.signature].map((name) =>
    parameters.getAll(name),
  );
  if (!slot?.length && !task?.length && !signature?.length) return null;
  if (slot?.length !== 1 || task?.length !== 1 || signature?.length !== 1) return "forged";
  const home = { slot: slot[0] as string, task: task[0] as string };
  const own = [...ownUrls(path, query, parameters)].find((one) =>
    verifyShort(keys, "pin", [home.slot, home.task, one].join("\n"), signature[0] as string),
  );
  return own === undefined ? "forged" : { ...home, own };
}

/**
 * What a pinned URL may stand for at the hub. A parameter of this name may also be the hub's own, in a URL that a sidecar of an
 * earlier version signed: the signature decides.
 */
function* ownUrls(path: string, query: string, parameters: URLSearchParams): Generator<string> {
  const told = parameters.getAll(pinQuery.own);
  if (told.length === 1 && parameters.size === pinNames.size) yield told[0] as string;
  yield withoutPin(path, query);
}

/** The pinned session id, `<slot>.<task>.<signature>.<the hub's own id>`; the slot comes first, for the balancer's rules match on it. */
export function pinSession(id: string, home: Home, key: string): string {
  const task = Buffer.from(home.task).toString("base64url");
  const signature = sign(key, "session", [home.slot, home.task, id].join("\n")).slice(0, short);
  return [home.slot, task, signature, id].join(".");
}

/** Reads a pin from a session id. "forged": nobody here signed it. */
function readSessionPin(text: string, keys: readonly string[]): Pinned | "forged" {
  const [slot = "", task64 = "", signature = "", ...rest] = text.split(".");
  const task = Buffer.from(task64, "base64url").toString("utf8");
  const own = rest.join(".");
  return verifyShort(keys, "session", [slot, task, own].join("\n"), signature)
    ? { slot, task, own }
    : "forged";
}

const verifyShort = (keys: readonly string[], purpose: "pin" | "session", text: string, signature: string) =>
  signature.length === short && verify(keys, purpose, text, signature);

/** The query without the pin's own parameters, with everything else byte for byte as it came. */
function withoutPin(path: string, query: string): string {
  const left = query
    .split("&")
    .filter((part) => part !== "" && !addedNames.has(part.split("=")[0] as string));
  return left.length === 0 ? path : `${path}?${left.join("&")}`;
}

const pinNames: ReadonlySet<string> = new Set(Object.values(pinQuery));
/** Those that are added to a hub's own query. */
const addedNames: ReadonlySet<string> = new Set([pinQuery.slot, pinQuery.task, pinQuery.signature]);

function split(text: string, at: string): [string, string?] {
  const index = text.indexOf(at);
  return index < 0 ? [text] : [text.slice(0, index), text.slice(index + 1)];
}

/** Most pins that are remembered; the oldest is let go. */
const mostRemembered = 10_000;

/** Reads pins, and remembers those that were good: a session sends the same one with each request. */
export class PinReader {
  readonly #keys: readonly string[];
  readonly #urls = new Map<string, Pinned>();
  readonly #sessions = new Map<string, Pinned>();

  constructor(keys: readonly string[]) {
    this.#keys = keys;
  }

  /** The pin of a request's path and query. */
  url(url: string): Pinned | "forged" | null {
    return this.#urls.get(url) ?? remember(this.#urls, url, readUrlPin(url, this.#keys));
  }

  /** The pin of a session id. */
  session(id: string): Pinned | "forged" {
    return this.#sessions.get(id) ?? remember(this.#sessions, id, readSessionPin(id, this.#keys));
  }
}

function remember<Read extends Pinned | "forged" | null>(
  good: Map<string, Pinned>,
  text: string,
  read: Read,
): Read {
  if (read === null || read === "forged") return read;
  good.set(text, read);
  if (good.size > mostRemembered) good.delete(good.keys().next().value as string);
  return read;
}
