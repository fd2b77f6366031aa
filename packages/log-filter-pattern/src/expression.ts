import type { Expression } from "./pattern.ts";
import type { Reader } from "./reader.ts";

/** Reads tests joined by `&&` and `||`; `&&` binds closer. Throws Problem. */
export function readExpression<Test>(reader: Reader, readTest: () => Expression<Test>): Expression<Test> {
  return readJoined(reader, "||", "any", () => readJoined(reader, "&&", "all", readTest));
}

function readJoined<Test>(
  reader: Reader,
  sign: string,
  kind: "all" | "any",
  readOne: () => Expression<Test>,
): Expression<Test> {
  const first = readOne();
  const of = [first];
  for (reader.skipBlanks(); reader.take(sign); reader.skipBlanks()) of.push(readOne());
  return of.length === 1 ? first : { kind, of };
}
