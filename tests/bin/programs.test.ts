import assert from "node:assert/strict";
import { globSync, readFileSync } from "node:fs";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import ts from "typescript";

const repository = fileURLToPath(new URL("../../", import.meta.url));

/** What only declares, and runs nothing of its own. */
const declarations = new Set([
  ts.SyntaxKind.ImportDeclaration,
  ts.SyntaxKind.ExportDeclaration,
  ts.SyntaxKind.FunctionDeclaration,
  ts.SyntaxKind.ClassDeclaration,
  ts.SyntaxKind.InterfaceDeclaration,
  ts.SyntaxKind.TypeAliasDeclaration,
]);

/** Whether it awaits something itself, and not in a function that it only makes. */
function awaits(node: ts.Node): boolean {
  if (ts.isFunctionLike(node)) return false;
  return ts.isAwaitExpression(node) || (ts.forEachChild(node, awaits) ?? false);
}

/** Whether a module's statement does something when the module is loaded: more than to declare, or to make a constant at once. */
const acts = (statement: ts.Statement): boolean =>
  ts.isVariableStatement(statement) ? awaits(statement) : !declarations.has(statement.kind);

/** The first declaration that comes after the module has begun to act, by its line; null: there is none. */
function declaredTooLate(name: string, text: string): string | null {
  const file = ts.createSourceFile(name, text, ts.ScriptTarget.Latest);
  const begun = file.statements.findIndex(acts);
  const late = file.statements.find((statement, at) => begun >= 0 && at > begun && !acts(statement));
  if (late === undefined) return null;
  const { line } = file.getLineAndCharacterOfPosition(late.getStart(file));
  return `${name}:${line + 1}`;
}

const sources = () =>
  globSync("**/*.{ts,mjs}", { cwd: repository, exclude: ["**/node_modules/**", "**/tests/**"] });
const read = (name: string) => readFileSync(`${repository}${name}`, "utf8");

test("a program acts in its last statements, when all that it is made of has been declared", () => {
  const late = sources().flatMap((name) => declaredTooLate(name, read(name)) ?? []);
  // A Pulumi program's outputs are exports, made of the stack that it has awaited.
  assert.deepEqual(
    late.filter((place) => !place.startsWith("infra/index.ts:")),
    [],
  );
});

test("every command of package.json is such a program", () => {
  const { scripts } = JSON.parse(read("package.json")) as { scripts: Record<string, string> };
  const started = Object.values(scripts).flatMap(
    (line) => /^node bin\/start\.mjs (\S+)$/.exec(line)?.[1] ?? [],
  );
  assert.ok(started.length >= 7, started.join(", "));
  for (const name of started) {
    assert.ok(sources().includes(name), name);
    const { statements } = ts.createSourceFile(name, read(name), ts.ScriptTarget.Latest);
    assert.equal(statements.filter(acts).length, 1, `${name} runs its command in one statement`);
  }
});

test("what stands below a statement that acts is found, and a function's own await is no such statement", () => {
  const found = (text: string) => declaredTooLate("x.ts", text);
  assert.equal(found("await main();\nconst iso = 1;"), "x.ts:2");
  assert.equal(found("process.exitCode = await main();\n\nfunction main() {}"), "x.ts:3");
  assert.equal(found("const code = await main();\nconst iso = 1;"), "x.ts:2");
  assert.equal(found("for await (const line of lines) take(line);\nclass Line {}"), "x.ts:2");
  assert.equal(found("const iso = async () => { await main(); };\nconst other = 1;\nawait iso();"), null);
  assert.equal(found("const other = 1;\nmain();\nprocess.exit();"), null);
});
