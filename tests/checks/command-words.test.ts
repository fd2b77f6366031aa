import assert from "node:assert/strict";
import test from "node:test";
import { commandWords } from "../../checks/cli/command-flag.ts";

const words = (line: string) => commandWords("--command ", line);

test("quotes keep a word's spaces, and what only a shell would make something of is refused", () => {
  assert.deepEqual(words(`gateway --stdio "node server.js stdio" --port {port}`), [
    "gateway",
    "--stdio",
    "node server.js stdio",
    "--port",
    "{port}",
  ]);
  assert.deepEqual(words(`a --name='one two' "" b`), ["a", "--name=one two", "", "b"]);
  assert.deepEqual(words(`a 'x; y | z'`), ["a", "x; y | z"]);
  for (const line of [`a "b`, `a 'b`, "a | b", `a "$HOME"`, "a \\b"])
    assert.throws(() => words(line), /runs its words without a shell/, line);
});
