import { Document, type Node, type Pair, Scalar, type YAMLMap, isMap, isScalar, parseDocument } from "yaml";
import { UsageError } from "../domain/usage-error.ts";

/** Where a member stands: the keys that lead to its map, and its own. */
export interface MemberPath {
  readonly of: readonly string[];
  readonly key: string;
  /** The member of the same map that a new one is put after; left out, or not there: the last. */
  readonly after?: string;
}

/**
 * A YAML text with one member of a map set, and every other byte as it was: comments, quotes and the order of keys stay. A node of
 * another document keeps its own style. Throws UsageError where the map is not written as a block.
 */
export function withMember(text: string, { of, key, after }: MemberPath, value: unknown): string {
  const map = blockMapAt(text, of);
  const there = pairOf(map, key);
  const last = map.items.at(-1) as MapPair | undefined;
  const beside = there ?? (after === undefined ? undefined : pairOf(map, after)) ?? last;
  if (beside === undefined) throw notBlock(of);
  const column = columnOf(text, beside.key.range[0]);
  const lineEnd = text.includes("\r\n") ? "\r\n" : "\n";
  const rendered = indented(textOf(key, value), column).replaceAll("\n", lineEnd);
  if (there === undefined) {
    const at = endOfLine(text, endOf(beside) - (text[endOf(beside) - 1] === "\n" ? 1 : 0));
    const before = text.slice(0, at);
    const gap = before.endsWith("\n") ? "" : lineEnd;
    return `${before}${gap}${" ".repeat(column)}${rendered}${lineEnd}${text.slice(at)}`;
  }
  const end = endOf(there);
  const closes = text[end - 1] === "\n" ? lineEnd : "";
  return `${text.slice(0, there.key.range[0])}${rendered}${closes}${text.slice(end)}`;
}

/** The same for every member in which two objects differ, down to the lists and single values in them. */
export function withDifferences(text: string, at: MemberPath, before: unknown, after: unknown): string {
  if (!isObject(before) || !isObject(after))
    return JSON.stringify(before) === JSON.stringify(after) ? text : withMember(text, at, after);
  const of = [...at.of, at.key];
  return Object.entries(after).reduce(
    (changed, [key, value]) => withDifferences(changed, { of, key }, before[key], value),
    text,
  );
}

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/** Text that stands without quotes. */
export function plainText(value: string): Scalar {
  const scalar = new Scalar(value);
  scalar.type = "PLAIN";
  return scalar;
}

/** The node of a YAML text at a path; null: there is none. */
export function nodeAt(text: string, path: readonly string[]): Node | null {
  const found = path.length === 0 ? documentOf(text).contents : documentOf(text).getIn(path, true);
  return (found ?? null) as Node | null;
}

type Ranged = { readonly range: readonly [number, number, number] };
type MapPair = Pair<Scalar & Ranged, (Node & Ranged) | null>;

function documentOf(text: string) {
  const document = parseDocument(text);
  const [error] = document.errors;
  if (error !== undefined) throw error;
  return document;
}

function blockMapAt(text: string, path: readonly string[]): YAMLMap {
  const map = nodeAt(text, path);
  if (!isMap(map) || map.flow === true) throw notBlock(path);
  return map;
}

const notBlock = (path: readonly string[]) =>
  new UsageError(`${path.join(".") || "the file"} holds no keys on lines of their own: write it as a block`);

const pairOf = (map: YAMLMap, key: string) =>
  (map.items as unknown as MapPair[]).find((pair) => isScalar(pair.key) && pair.key.value === key);

/** Where a member's value ends: behind its last line's end for a block. */
const endOf = ({ key, value }: MapPair) => value?.range[1] ?? key.range[1] + 1;

const columnOf = (text: string, at: number) => at - (text.lastIndexOf("\n", at - 1) + 1);

function endOfLine(text: string, from: number): number {
  const at = text.indexOf("\n", from);
  return at < 0 ? text.length : at + 1;
}

/** `key: value` as a block of its own. */
function textOf(key: string, value: unknown): string {
  const document = new Document({});
  document.set(key, value);
  return document.toString(style).trimEnd();
}

/** Text is quoted: a moment or hex digits would be read as something else by other readers of YAML. */
const style = {
  lineWidth: 0,
  flowCollectionPadding: false,
  defaultStringType: "QUOTE_DOUBLE",
  defaultKeyType: "PLAIN",
} as const;

const indented = (text: string, column: number) => text.replaceAll(/\n(?=[^\n])/g, `\n${" ".repeat(column)}`);
