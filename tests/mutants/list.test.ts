import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { mutated } from "../../tools/mutants/mutant.ts";
import { mutantsOf, rooms } from "../../tools/mutants/rooms/index.ts";
import { mutants as rollout } from "../rollout/mutants/list.ts";

const repository = fileURLToPath(new URL("../../", import.meta.url));
const all = mutantsOf(Object.keys(rooms));

test("the place of every mutant is in its file exactly once, and its tests are there", () => {
  for (const mutant of all) {
    const { does, file, tests } = mutant;
    const text = readFileSync(repository + file, "utf8");
    const changed = mutated(text, mutant);
    assert.ok(changed !== null && changed !== text, `${file} is not changed once by: ${does}`);
    assert.ok(tests.length > 0, does);
    for (const name of tests) assert.ok(existsSync(repository + name), `${does}: ${name}`);
  }
});

test("every room has mutants, each of a sentence of its own, and none that the simulation's list has", () => {
  for (const [room, mutants] of Object.entries(rooms)) assert.ok(mutants.length > 0, room);
  const sentences = all.map(({ does }) => does);
  assert.deepEqual(
    sentences.filter((does, at) => sentences.indexOf(does) !== at),
    [],
  );
  const place = (file: string, before: string, after: string) => [file, before, after].join("\n");
  const played = new Set(rollout.map((one) => place(one.file, one.search, one.replacement)));
  assert.deepEqual(
    all.filter(({ file, before, after }) => played.has(place(file, before, after))),
    [],
  );
});
