import assert from "node:assert/strict";
import test, { type TestContext } from "node:test";
import { peerAddress } from "../../sidecar/affinity/peers.ts";
import { pinSession, pinUrl } from "../../sidecar/affinity/pin.ts";
import { ownPlace, rangesOf } from "../../sidecar/http/network.ts";
import { key, listen, raw, startSidecar } from "./kit.ts";

const session = "5f8a1c9e-0000-4000-8000-000000000001";

/** Counts what reaches it, whatever it is. */
async function trap(t: TestContext) {
  const reached: string[] = [];
  const { port } = await listen(t, (request, response) => {
    if (request.url === "/api/health") return response.end('{"state":"ready"}');
    reached.push(`${request.method} ${request.url} ${String(request.headers["mcp-session-id"])}`);
    return response.setHeader("x-hub-task", `127.0.0.1:${port}`).end("reached");
  });
  return { port, reached };
}

/** Pins in URLs, each edited from a good one: none is what the sidecar signed. */
function forgedUrls(good: string, task: string, other: string): string[] {
  const [, query = ""] = good.split("?");
  const parameters = new URLSearchParams(query);
  const edited = (change: (all: URLSearchParams) => void) => {
    const all = new URLSearchParams(parameters);
    change(all);
    return `/messages?${all.toString()}`;
  };
  const signature = parameters.get("pin") as string;
  const set = (name: string, value: string) => edited((all) => all.set(name, value));
  const host = (name: string) => set("task", `${name}:${other}`);
  const flipped = signature.replace(/^./, (first) => (first === "0" ? "1" : "0"));
  return [
    set("slot", "green"),
    set("slot", "BLUE"),
    set("slot", "blue\n"),
    set("slot", ""),
    set("task", `127.0.0.1:${other}`),
    set("task", `${task}.`),
    set("task", `0${task}`),
    set("task", ""),
    set("task", `${task}@127.0.0.1:${other}`),
    set("task", `127.0.0.1:${other}#${task}`),
    set("task", `${task}\n127.0.0.1:${other}`),
    ...["localhost", "[::1]", "2130706433", "0x7f000001", "127.1", "0.0.0.0", "169.254.170.2"].map(host),
    ...["169.254.169.254", "evil.example", "[::ffff:127.0.0.1]", "127.0.0.1%00", "10.0.0.1"].map(host),
    ...[0, 1, 8, 16, 31].map((length) => set("pin", signature.slice(0, length))),
    set("pin", `${signature}0`),
    set("pin", signature + signature),
    set("pin", signature.toUpperCase().replace(/^\d*/, "A")),
    set("pin", flipped),
    set("pin", "0".repeat(32)),
    set("pin", "é".repeat(16)),
    set("sessionId", "another"),
    edited((all) => all.append("sessionId", "another")),
    edited((all) => all.append("slot", "blue")),
    edited((all) => all.append("task", `127.0.0.1:${other}`)),
    edited((all) => all.append("pin", signature)),
    edited((all) => all.delete("slot")),
    edited((all) => all.delete("task")),
    edited((all) => all.delete("pin")),
    edited((all) => all.delete("sessionId")),
    edited((all) => all.append("more", "1")),
    `/mcp?${query}`,
    `/messages?${query.replace("slot=", "slot%3D")}`,
    `/messages?${query.replace("&task=", "%26task=")}`,
    `/messages?${query.replaceAll("&", ";")}`,
    `/messages?${query.replace("sessionId=", "sessionid=")}`,
    `/messages?${query.replace("sessionId=", "session%49d=")}`,
    `/messages?slot=green&${query}`,
    `/messages?sessionId=${session}`,
    "/messages",
  ];
}

/** Pins in session ids. */
function forgedIds(good: string, task: string, other: string): string[] {
  const [slot, task64, signature, own] = good.split(".") as [string, string, string, string];
  const at = (address: string) => Buffer.from(address).toString("base64url");
  return [
    own,
    `.${own}`,
    "...",
    ["green", task64, signature, own].join("."),
    [slot, at(`127.0.0.1:${other}`), signature, own].join("."),
    [slot, at(`localhost:${other}`), signature, own].join("."),
    [slot, at(`${task}\n`), signature, own].join("."),
    [slot, "", signature, own].join("."),
    [slot, task64, signature.slice(0, 31), own].join("."),
    [slot, task64, "", own].join("."),
    [slot, task64, `${signature}0`, own].join("."),
    [slot, task64, "f".repeat(32), own].join("."),
    [slot, task64, signature, `${own}x`].join("."),
    [slot, task64, signature, ""].join("."),
    [slot, task64, signature].join("."),
    [slot, task64, signature, own, own].join("."),
    `${good}, ${good}`,
    good.replaceAll(".", "%2e"),
    Buffer.from(good).toString("base64url"),
  ];
}

test("no forged pin reaches a hub, another task, another slot or another port", async (t) => {
  const hub = await trap(t);
  const peer = await trap(t);
  const { port } = await startSidecar(t, { hub: hub.port });
  const task = `127.0.0.1:${port}`;
  const home = { slot: "blue", task };
  const url = pinUrl(`/messages?sessionId=${session}`, home, key, "/messages");
  const id = pinSession(session, home, key);
  const good = await raw(port, post(url));
  assert.match(good, /reached/, "the pin they are made from is a good one");
  assert.match(await raw(port, post("/mcp", id)), /reached/);
  assert.equal(hub.reached.length, 2);
  const urls = forgedUrls(url, task, String(peer.port));
  const ids = forgedIds(id, task, String(peer.port));
  assert.ok(urls.length + ids.length >= 60, `${urls.length + ids.length} pins`);
  for (const forged of urls)
    for (const method of ["POST", "GET"]) {
      const answer = await raw(port, post(forged, undefined, method));
      assert.match(answer, /^HTTP\/1\.1 40[045] /, `${method} ${forged}`);
    }
  for (const forged of ids)
    for (const method of ["POST", "GET", "DELETE"]) {
      const answer = await raw(port, post("/mcp", forged, method));
      assert.match(answer, /^HTTP\/1\.1 40[04] /, `${method} ${forged}`);
    }
  assert.deepEqual([hub.reached.slice(2), peer.reached], [[], []]);
});

test("a pin that was signed for elsewhere is good nowhere else, and opens no session", async (t) => {
  const hub = await trap(t);
  const gone = await listen(t, (_request, response) => response.end("something else has this address"));
  const { port } = await startSidecar(t, { hub: hub.port });
  const own = { slot: "blue", task: `127.0.0.1:${port}` };
  const signed = (home: { slot: string; task: string }, by = key) => [
    post(pinUrl(`/messages?sessionId=${session}`, home, by, "/messages")),
    post("/mcp", pinSession(session, home, by)),
  ];
  const refused = [
    ...signed({ slot: "green", task: own.task }),
    ...signed({ slot: "blue", task: `127.0.0.1:${gone.port}` }),
    ...signed({ slot: "blue", task: "127.0.0.1:1" }),
    ...signed({ slot: "blue", task: `localhost:${hub.port}` }),
    ...signed({ slot: "blue", task: "169.254.170.2:80" }),
    ...signed({ slot: "blue", task: "127.0.0.1:0" }),
    ...signed({ slot: "blue", task: "127.0.0.1:99999" }),
    ...signed({ slot: "blue", task: "no-address" }),
    ...signed(own, "a key of another stack"),
    // The signature of one kind is not good for the other.
    post(
      "/mcp",
      pinSession(session, own, key).replace(/^(\w+\.\w+)\.\w+/, (_all, start: string) => {
        const query = pinUrl(`/messages?sessionId=${session}`, own, key, "/messages").split("?")[1];
        return `${start}.${new URLSearchParams(query).get("pin")}`;
      }),
    ),
    post(pinUrl("/mcp?a=1", own, key, "/mcp"), undefined, "GET"),
  ];
  for (const request of refused) assert.match(await raw(port, request), /^HTTP\/1\.1 40[45] /, request);
  assert.deepEqual(hub.reached, []);
});

test("a hub that would open a session for a pinned request is not let: the client begins anew", async (t) => {
  const { port: hub } = await listen(t, (_request, response) =>
    response.setHeader("mcp-session-id", "a new one").end("{}"),
  );
  const { port } = await startSidecar(t, { hub });
  const id = pinSession("an old one", { slot: "blue", task: `127.0.0.1:${port}` }, key);
  const answer = await raw(port, post("/mcp", id));
  assert.match(answer, /^HTTP\/1\.1 404 /);
  assert.doesNotMatch(answer, /mcp-session-id/i);
});

test("a peer is a task of the slot's own network, on the same port", () => {
  const home = { slot: "blue", task: "10.0.1.7:8080" };
  const inEcs = {
    metadataUri: "http://169.254.170.2/v4",
    listen: { host: "0.0.0.0", port: 8080 },
    network: ["10.0.0.0/22", "10.9.0.0/24"],
  };
  for (const host of ["10.0.2.9", "10.0.0.0", "10.0.3.255", "10.9.0.1"])
    assert.deepEqual(peerAddress(`${host}:8080`, inEcs, home), { host, port: 8080 });
  const outside = ["10.0.4.0", "10.9.1.0", "9.255.255.255", "8.8.8.8", "172.16.0.1", "192.168.1.1"];
  const never = ["169.254.170.2", "169.254.169.254", "127.0.0.1", "0.0.0.0", "hub", "[::1]", "::1", "[::]"];
  const written = [
    "[::ffff:10.0.2.9]",
    "10.0.2",
    "10.0.521",
    "010.0.2.9",
    "0x0a.0.2.9",
    "167772681",
    " 10.0.2.9",
  ];
  for (const host of [...outside, ...never, ...written, ""])
    assert.equal(peerAddress(`${host}:8080`, inEcs, home), null, host);
  for (const task of ["10.0.2.9:80", "10.0.2.9:", "10.0.2.9", "10.0.2.9:8080:8080", "10.0.2.9:08080 ", ""])
    assert.equal(peerAddress(task, inEcs, home), null, task);
  const everywhere = { ...inEcs, network: ["0.0.0.0/0"] };
  for (const host of never) assert.equal(peerAddress(`${host}:8080`, everywhere, home), null, host);
});

test("a signed pin for an address outside the task's network is refused, and nothing is sent there", async (t) => {
  const hub = await trap(t);
  const { port } = await startSidecar(t, { hub: hub.port });
  const addresses = ["10.0.0.1", "172.31.0.9", "192.168.0.2", "100.64.0.1", "203.0.113.7", "128.0.0.1"];
  for (const host of addresses) {
    const home = { slot: "blue", task: `${host}:${port}` };
    for (const request of [
      post(pinUrl(`/messages?sessionId=${session}`, home, key, "/messages")),
      post("/mcp", pinSession(session, home, key)),
    ])
      assert.match(await raw(port, request), /^HTTP\/1\.1 404 /, host);
  }
  assert.deepEqual(hub.reached, []);
});

test("the network is what the task was told, else the private range it is in, else its subnet", () => {
  const at = (host: string, subnet: string | null = null) => ({ host, subnet });
  assert.deepEqual(rangesOf(["10.80.0.0/16"], at("10.80.3.4", "10.80.0.0/20")), ["10.80.0.0/16"]);
  assert.deepEqual(rangesOf([], at("172.31.4.5", "172.31.0.0/20")), ["172.16.0.0/12"]);
  assert.deepEqual(rangesOf([], at("100.64.1.2")), ["100.64.0.0/10"]);
  assert.deepEqual(rangesOf([], at("198.51.100.7", "198.51.100.0/26")), ["198.51.100.0/26"]);
  assert.deepEqual(rangesOf([], at("198.51.100.7")), ["198.51.100.7/32"]);
  assert.deepEqual(rangesOf(["10.80.0.0/16"], at("127.0.0.1")), ["127.0.0.0/8"]);
  assert.throws(() => rangesOf(["10.80.0.0/16"], at("10.81.0.1")), /10\.80\.0\.0\/16.*10\.81\.0\.1/);
});

test("a task finds its address and its subnet in ECS's metadata", async (t) => {
  const { port } = await listen(t, (request, response) => {
    assert.equal(request.url, "/v4/abc/task");
    const awsvpc = { IPv4Addresses: ["10.0.2.106"], IPv4SubnetCIDRBlock: "10.0.2.0/24" };
    response.end(JSON.stringify({ Containers: [{ Networks: [] }, { Networks: [awsvpc] }] }));
  });
  const place = await ownPlace(`http://127.0.0.1:${port}/v4/abc`);
  assert.deepEqual(place, { host: "10.0.2.106", subnet: "10.0.2.0/24" });
  assert.deepEqual(await ownPlace(null), { host: "127.0.0.1", subnet: null });
});

function post(url: string, id?: string, method = "POST"): string {
  const named = id === undefined ? "" : `mcp-session-id: ${id}\r\n`;
  const body = method === "POST" ? "content-length: 2\r\n" : "";
  return `${method} ${url} HTTP/1.1\r\nhost: hub\r\nconnection: close\r\n${named}${body}\r\n${method === "POST" ? "{}" : ""}`;
}
