import assert from "node:assert/strict";
import { globSync, readFileSync } from "node:fs";
import test from "node:test";
import { fileURLToPath } from "node:url";
import ts from "typescript";

const top = fileURLToPath(new URL("../", import.meta.url));
const practice = "rehearsal,simulation,tools";
const rooms = `{domain,checks,rollout,release,sidecar,plan,infra,${practice},packages/*/src}/**/*.ts`;
const parsing = { languageVersion: ts.ScriptTarget.ESNext, jsDocParsingMode: ts.JSDocParsingMode.ParseNone };
const exported = /^export (?:\w+ )*?(?:function\*?|class|interface|type|enum|const|let) (\w+)/;
/** Words that say nothing beside a name. */
const filler = ["a", "an", "the", "its", "this", "all"];
const wordsOf = (text: string): string[] => text.toLowerCase().match(/[a-z0-9]+/g) ?? [];

/** Exports without a doc comment of their own, or with one that has no word beside the name's. Re-exports have theirs elsewhere. */
function undocumented(text: string, file: string): string[] {
  const source = ts.createSourceFile(file, text, parsing);
  return source.statements.flatMap((statement) => {
    const start = statement.getStart(source);
    const name = exported.exec(text.slice(start, statement.end))?.[1];
    // What a blank line parts from the statement is about the file.
    const above = text.slice(statement.pos, start).split(/\n\s*\n/);
    const said = wordsOf(/\/\*\*(.*?)\*\//s.exec(above.at(-1) ?? "")?.[1] ?? "");
    const known = [...filler, ...wordsOf((name ?? "").replace(/[A-Z]/g, " $&"))];
    return name === undefined || said.some((word) => !known.includes(word)) ? [] : [`${file}: ${name}`];
  });
}

test("every export has a doc comment that says more than its name", () => {
  const bad = "/** The B. */\nexport const theB = 1;\n/** A file. */\n\nexport type C = 1;\n";
  assert.deepEqual(undocumented(bad, "a.ts"), ["a.ts: theB", "a.ts: C"]);
  const files = globSync(rooms, { cwd: top });
  assert.ok(files.length > 700);
  const missing = files.flatMap((file) => undocumented(readFileSync(top + file, "utf8"), file));
  assert.deepEqual(missing, []);
});
