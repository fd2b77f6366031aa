import assert from "node:assert/strict";
import { test } from "node:test";
import { environmentOf } from "../src/tasks/environment.ts";
import { UnusableImages, loadImages, parseImages } from "../src/tasks/index.ts";

test("folders are relative to the images file", () => {
  const images = parseImages(
    '{"hub/mine:1": {"command": ["node", "hub.js"], "cwd": "../hub", "env": {"A": "1"}}, "b": {"command": ["x"]}}',
    "/srv/rehearse/images.json",
  );
  assert.deepEqual(images["hub/mine:1"], { command: ["node", "hub.js"], cwd: "/srv/hub", env: { A: "1" } });
  assert.equal(images["b"]?.cwd, "/srv/rehearse");
});

test("every problem of an images file is told at once, each with its path", () => {
  const bad = '{"hub/sample:1": {"command": [], "cwd": 3, "port": 1}, "b": {"command": ["a", 2]}, "c": 5}';
  assert.throws(
    () => parseImages(bad, "images.json"),
    (error: unknown) => {
      assert.ok(error instanceof UnusableImages);
      for (const part of [
        /images\.json/,
        /\["hub\/sample:1"\]\.command: a command has/,
        /\["hub\/sample:1"\]\.cwd: /,
        /"port"/,
        /b\.command\[1\]: /,
        /c: /,
      ])
        assert.match(error.message, part);
      return true;
    },
  );
});

test("no file, no JSON, no object and no image are refused by the file's name", async () => {
  await assert.rejects(loadImages("/nowhere/images.json"), {
    name: "UnusableImages",
    message: /\/nowhere\/images\.json: there is no such file/,
  });
  for (const [text, why] of [
    ["{", /is not JSON/],
    ["[]", /expected record/],
    ["{}", /names no image/],
  ] as const)
    assert.throws(() => parseImages(text, "i.json"), { name: "UnusableImages", message: why });
});

test("a placeholder that is none is refused where it stands, and a shell's own braces are its own", () => {
  const file = (image: object) => JSON.stringify({ hub: image });
  assert.throws(
    () => parseImages(file({ command: ["hub", "--port={prot}"], env: { PORT: "{Port}" } }), "i.json"),
    (error: unknown) => {
      assert.ok(error instanceof UnusableImages);
      assert.match(
        error.message,
        /hub\.command\[1\]: there is no placeholder \{prot\}; there are \{port\} and \{config\}/,
      );
      assert.match(error.message, /hub\.env\.PORT: there is no placeholder \{Port\}/);
      return true;
    },
  );
  const words = ["sh", "-c", 'exec hub ${HOME} {port} {config} {} {"a":1}'];
  assert.deepEqual(parseImages(`\ufeff${file({ command: words })}`, "i.json")["hub"]?.command, words);
});

test("both placeholders are filled in in an image's environment, and a port that is not declared is missed", () => {
  const image = { command: ["hub"], env: { PORT: "{port}", SETTINGS: "file:{config}" } };
  const metadata = { metadataUri: "http://m", agentUri: "http://a" };
  const container = (containerPorts: number[]) =>
    ({ name: "hub", image: "hub:1", containerPorts, environment: {} }) as never;
  const of = (containerPorts: number[]) =>
    environmentOf(
      container(containerPorts),
      image,
      { metadata } as never,
      new Map([[80, 4_711]]),
      {},
      "/c.json",
    );
  const { PORT, SETTINGS } = of([80]);
  assert.deepEqual([PORT, SETTINGS], ["4711", "file:/c.json"]);
  assert.throws(() => of([]), /the env of image hub:1 has \{port\}, but container hub declares no port/);
});
