import assert from "node:assert/strict";
import { seeded } from "local-aws/random";
import { EndpointRewriter } from "../../sidecar/affinity/endpoint-event.ts";
import { EventData } from "../../sidecar/mcp/event-data.ts";
import { EventStrings } from "../../sidecar/mcp/event-strings.ts";
import { messagesIn } from "../../sidecar/mcp/messages.ts";
import { StringReplacer } from "../../sidecar/mcp/string-replacer.ts";

type Random = () => number;
const pick = <T>(random: Random, all: readonly T[]): T => all[Math.floor(random() * all.length)] as T;
const times = <T>(count: number, make: () => T): T[] => Array.from({ length: count }, make);

const texts = [
  "",
  "é€😀",
  'a "quoted" \\ text',
  "requestState",
  "event: endpoint",
  "data: x",
  "\u2028",
  "\\u0022",
  "}{][,:",
  "line\nline\r\n",
  "endpoint",
  "null",
];

function json(random: Random, depth = 3): unknown {
  const kind = Math.floor(random() * (depth > 0 ? 6 : 4));
  if (kind === 0) return pick(random, texts);
  if (kind === 1) return random() * 1e6 - 5e5;
  if (kind === 2) return pick(random, [true, false, null, 0, -1]);
  if (kind === 3) return pick(random, texts).repeat(Math.floor(random() * 20));
  if (kind === 4) return times(Math.floor(random() * 4), () => json(random, depth - 1));
  const names = ["result", "requestState", "params", "id", "a", 'b"', "é"];
  return Object.fromEntries(
    times(Math.floor(random() * 4), () => [pick(random, names), json(random, depth - 1)]),
  );
}

function message(random: Random): string {
  const body = { jsonrpc: "2.0", id: Math.floor(random() * 9), result: json(random) };
  return JSON.stringify(body, null, random() < 0.2 ? 1 : 0).replaceAll("\n", " ");
}

function events(random: Random, endpoint: string | null): string {
  const end = pick(random, ["\n", "\r\n", "\r"]);
  const other = () =>
    pick(random, [
      () => `: ${pick(random, ["", "ping", "event: endpoint"])}${end}${end}`,
      () => `event: message${end}data: ${message(random)}${end}${end}`,
      () => `id: 7${end}data:${message(random)}${end}data: ${message(random)}${end}${end}`,
      () => `retry: 100${end}${end}`,
      () => `dat${end}data${end}event:endpointx${end}data: /no${end}${end}`,
    ])();
  const before = times(Math.floor(random() * 3), other).join("");
  const first = endpoint === null ? "" : `event: endpoint${end}data: ${endpoint}${end}${end}`;
  return before + first + times(Math.floor(random() * 5), other).join("");
}

/** Bytes changed, left out, doubled or put in at random. */
function mutate(random: Random, bytes: Buffer): Buffer {
  const parts = [...bytes];
  for (let edit = Math.floor(random() * 4); edit > 0 && parts.length > 0; edit--) {
    const at = Math.floor(random() * parts.length);
    const byte = pick(random, [0, 10, 13, 34, 92, 123, 125, 58, 44, 255, Math.floor(random() * 256)]);
    if (random() < 0.4) parts[at] = byte;
    else if (random() < 0.5) parts.splice(at, Math.ceil(random() * 9));
    else parts.splice(at, 0, byte, byte);
  }
  return Buffer.from(parts);
}

function cut(random: Random, bytes: Buffer): Buffer[] {
  const longest = pick(random, [1, 3, 40, 4_000]);
  const chunks: Buffer[] = [];
  for (let at = 0; at < bytes.length;) {
    const next = at + 1 + Math.floor(random() * longest);
    chunks.push(bytes.subarray(at, next));
    at = next;
  }
  return chunks;
}

interface Rewriter {
  push(chunk: Buffer): Buffer;
  flush(): Buffer;
}
const through = (rewriter: Rewriter, chunks: readonly Buffer[]) =>
  Buffer.concat([...chunks.map((chunk) => rewriter.push(chunk)), rewriter.flush()]);

const keeps = (path: readonly string[]) => ({ path, largest: 1 << 20, replace: () => null });
const wraps = { path: ["result", "requestState"], largest: 1 << 20, replace: (own: string) => `>${own}` };

/** One random case, from its own seed. Throws an AssertionError when a byte changed that must not. */
export function fuzzCase(seed: number): void {
  const random = seeded(seed);
  const endpoint = random() < 0.5 ? `/messages?sessionId=${Math.floor(random() * 1e9)}` : null;
  const whole = Buffer.from(events(random, endpoint));
  const pinned = Buffer.from(
    endpoint === null ? whole : whole.toString("utf8").replace(endpoint, `${endpoint}&pin=1`),
  );
  const pin = () => new EndpointRewriter((url) => `${url}&pin=1`);
  const shows = (actual: Buffer, expected: Buffer, what: string) =>
    assert.equal(actual.toString("latin1"), expected.toString("latin1"), what);
  shows(through(pin(), cut(random, whole)), pinned, "only the endpoint's URL changes");
  const broken = mutate(random, whole);
  const neutral = () => new EndpointRewriter((url) => url);
  shows(through(neutral(), cut(random, broken)), broken, "a broken stream passes unharmed");
  shows(
    through(new EventStrings(keeps(wraps.path)), cut(random, broken)),
    broken,
    "a broken stream passes the state's reader unharmed",
  );
  const data = new EventData(
    1 << 16,
    (text) => void messagesIn(text),
    (ends) => void ends.answer(),
  );
  for (const chunk of cut(random, broken)) data.push(chunk);
  const body = Buffer.from(message(random));
  const mangled = mutate(random, body);
  shows(through(new StringReplacer(keeps(wraps.path)), cut(random, mangled)), mangled, "broken JSON passes");
  const wrapped = JSON.parse(through(new StringReplacer(wraps), cut(random, body)).toString()) as {
    result: { requestState?: unknown } | null;
  };
  const expected = JSON.parse(body.toString()) as typeof wrapped;
  const { result } = expected;
  if (result !== null && typeof result === "object" && typeof result.requestState === "string")
    result.requestState = `>${result.requestState}`;
  assert.deepEqual(wrapped, expected, "only the state is wrapped");
}
