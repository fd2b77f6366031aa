import assert from "node:assert/strict";
import { test } from "node:test";
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
