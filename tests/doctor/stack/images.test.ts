import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { type Fetch, imageRef, lookAtImage } from "../../../doctor/stack/registry.ts";
import { listOf, registry } from "./registry.ts";

const digest = `sha256:${"a".repeat(64)}`;

test("an image's name is read as Docker reads it", () => {
  const read = (text: string) => Object.values(imageRef(text)).join(" ");
  assert.equal(read("redis"), "docker.io library/redis latest");
  assert.equal(read("grafana/mcp:1.2"), "docker.io grafana/mcp 1.2");
  assert.equal(read(`ghcr.io/example/mcp-hub@${digest}`), `ghcr.io example/mcp-hub ${digest}`);
  assert.equal(read(`ghcr.io/example/mcp-hub:1@${digest}`), `ghcr.io example/mcp-hub ${digest}`);
  assert.equal(read("localhost/hub"), "localhost hub latest");
  assert.equal(read("127.0.0.1:5000/a/b:x"), "127.0.0.1:5000 a/b x");
});

test("a registry, a repository and a tag come out of a name as they went into it", () => {
  const word = fc.stringMatching(/^[a-z0-9]{1,8}$/);
  const host = fc.oneof(
    word.map((name) => `${name}.example`),
    fc.tuple(word, fc.integer({ min: 1, max: 65_535 })).map(([name, port]) => `${name}:${port}`),
  );
  const whole = fc.tuple(host, fc.array(word, { minLength: 1, maxLength: 3 }), word);
  fc.assert(
    fc.property(whole, ([registryName, parts, tag]) => {
      const repository = parts.join("/");
      assert.deepEqual(imageRef(`${registryName}/${repository}:${tag}`), {
        registry: registryName,
        repository,
        reference: tag,
      });
    }),
  );
});

test("platforms are those of a list but for its attestations, or the one that an image's config names", async (t) => {
  const { host, asked } = await registry(t, {
    "hub/manifests/1": listOf("linux/arm64", "linux/amd64"),
    "hub/manifests/2": { body: { schemaVersion: 2, config: { digest } } },
    [`hub/blobs/${digest}`]: { body: { os: "linux", architecture: "amd64" } },
    "hub/manifests/3": { body: { schemaVersion: 1 } },
  });
  const look = (tag: string) => lookAtImage(imageRef(`${host}/hub:${tag}`), fetch, null);
  assert.deepEqual(await look("1"), { platforms: ["linux/arm64", "linux/amd64"] });
  assert.deepEqual(await look("2"), { platforms: ["linux/amd64"] });
  assert.deepEqual(await look("3"), { why: "its manifest names no config" });
  assert.deepEqual(await look("4"), { missing: "MANIFEST_UNKNOWN" });
  assert.ok(
    asked.every((line) => line.startsWith("anybody /v2/hub/")),
    asked.join("\n"),
  );
});

test("a registry that wants a token of its service gets one, and a login goes to the registry alone", async (t) => {
  const held = { "own/hub/manifests/1": listOf("linux/arm64") };
  const challenge = (origin: string) =>
    `Bearer realm="${origin}/token",service="local",scope="repository:own/hub:pull"`;
  const guarded = await registry(t, held, { challenge, authorization: "Bearer of-the-service" });
  const ref = imageRef(`${guarded.host}/own/hub:1`);
  assert.deepEqual(await lookAtImage(ref, fetch, "me:secret"), { platforms: ["linux/arm64"] });
  const login = `Basic ${Buffer.from("me:secret").toString("base64")}`;
  assert.deepEqual(guarded.asked, [
    `${login} /v2/own/hub/manifests/1`,
    "anybody /token?service=local&scope=repository%3Aown%2Fhub%3Apull",
    "Bearer of-the-service /v2/own/hub/manifests/1",
  ]);
  const closed = await registry(t, held, { challenge, authorization: "Bearer another" });
  assert.deepEqual(await lookAtImage(imageRef(`${closed.host}/own/hub:1`), fetch, null), {
    closed: "HTTP 401",
  });
});

test("Docker Hub is asked where its registry is, and a registry that nobody reaches says why", async () => {
  const asked: string[] = [];
  const gone: Fetch = (url) => {
    asked.push(url);
    throw new TypeError("fetch failed", { cause: new Error("getaddrinfo ENOTFOUND registry-1.docker.io") });
  };
  assert.deepEqual(await lookAtImage(imageRef("redis:7"), gone, null), {
    why: "getaddrinfo ENOTFOUND registry-1.docker.io",
  });
  assert.deepEqual(asked, ["https://registry-1.docker.io/v2/library/redis/manifests/7"]);
});
