import { isDeepStrictEqual } from "node:util";
import {
  SECRET_SIGNATURE,
  SIGNATURE_KEY,
  UNKNOWN,
  secret,
  type PropertyMap,
  type PropertyValue,
} from "./provider.ts";

/** Pulumi's signatures of the other marked objects that cross the wire. */
const OUTPUT_SIGNATURE = "d0e6a833031e9bbcd3f4e8bde6ca49a4";
const RESOURCE_SIGNATURE = "5cf8f73096256a8f31e491e813e4eb8e";

/** Whether a value is an object: marked ones are too, lists are not. */
export function isMap(value: PropertyValue | undefined): value is PropertyMap {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** Whether a value itself is marked as a secret; `holdsSecret` looks inside. */
export function isSecret(value: PropertyValue | undefined): value is PropertyMap & { value: PropertyValue } {
  return isMap(value) && value[SIGNATURE_KEY] === SECRET_SIGNATURE;
}

/** The value without the marks of secrets, at any depth. */
export function plain(value: PropertyValue): PropertyValue {
  if (isSecret(value)) return plain(value.value);
  if (Array.isArray(value)) return value.map(plain);
  return isMap(value) ? plainMap(value) : value;
}

/** Properties without the marks of secrets, at any depth. */
export function plainMap(map: PropertyMap): PropertyMap {
  return Object.fromEntries(Object.entries(map).map(([key, value]) => [key, plain(value)]));
}

/** Whether something in a value is not known yet, at any depth. */
export function holdsUnknown(value: PropertyValue | undefined): boolean {
  return some(value, (inner) => inner === UNKNOWN);
}

/** Whether something in a value is marked as a secret, at any depth. */
export function holdsSecret(value: PropertyValue | undefined): boolean {
  return some(value, isSecret);
}

function some(value: PropertyValue | undefined, test: (value: PropertyValue) => boolean): boolean {
  if (value === undefined) return false;
  if (test(value)) return true;
  if (Array.isArray(value)) return value.some((inner) => some(inner, test));
  return isMap(value) && Object.values(value).some((inner) => some(inner, test));
}

/**
 * Marks in `outputs` what has the same name as a secret in `inputs`, so that a provider which knows nothing of secrets
 * cannot leak one into the state.
 */
export function markLike(outputs: PropertyMap, inputs: PropertyMap): PropertyMap {
  const marked = { ...outputs };
  for (const [key, input] of Object.entries(inputs)) {
    const output = marked[key];
    if (output !== undefined) marked[key] = markValueLike(output, input);
  }
  return marked;
}

function markValueLike(output: PropertyValue, input: PropertyValue): PropertyValue {
  if (isSecret(output)) return output;
  if (isSecret(input)) return secret(output);
  if (isMap(output) && isMap(input)) return markLike(output, input);
  if (!Array.isArray(output) || !holdsSecret(input)) return output;
  // Elements of a list have no names: where the two differ in length nobody can say which one was the secret.
  if (!Array.isArray(input) || input.length !== output.length) return secret(output);
  return output.map((element, index) => markValueLike(element, input[index] ?? null));
}

/** Properties with the values of these names marked as secrets. Those that are missing stay so, and no mark is doubled. */
export function markKeys(map: PropertyMap, keys: readonly string[]): PropertyMap {
  const marked = { ...map };
  for (const key of keys) {
    const value = marked[key];
    if (value !== undefined && !isSecret(value)) marked[key] = secret(value);
  }
  return marked;
}

/**
 * Turns what only the wire knows into plain values: references to resources become their id (a component's: its URN),
 * output values become their value, unknown where it is not there yet.
 */
export function lowered(value: PropertyValue): PropertyValue {
  if (Array.isArray(value)) return value.map(lowered);
  if (!isMap(value)) return value;
  switch (value[SIGNATURE_KEY]) {
    case OUTPUT_SIGNATURE: {
      const inner = value["value"] === undefined ? UNKNOWN : lowered(value["value"]);
      return value["secret"] === true ? secret(inner) : inner;
    }
    case RESOURCE_SIGNATURE:
      if (!("id" in value)) return value["urn"] ?? null;
      return value["id"] === "" ? UNKNOWN : (value["id"] ?? UNKNOWN);
    default:
      return loweredMap(value);
  }
}

/** Properties as `lowered` leaves each of them. */
export function loweredMap(map: PropertyMap): PropertyMap {
  return Object.fromEntries(Object.entries(map).map(([key, value]) => [key, lowered(value)]));
}

/** Names of the top-level properties that differ; the marks of secrets do not count, an unknown value always differs. */
export function changedKeys(olds: PropertyMap, news: PropertyMap): string[] {
  const keys = new Set([...Object.keys(olds), ...Object.keys(news)]);
  return [...keys].filter((key) => {
    const [before, after] = [olds[key], news[key]];
    if (before === undefined || after === undefined) return before !== after;
    return holdsUnknown(after) || !isDeepStrictEqual(plain(before), plain(after));
  });
}

/** Splits a property path as Pulumi writes it: `a.b[0]["c.d"]`. */
function parsePath(path: string): string[] {
  const parts = [...path.matchAll(/\["((?:[^"\\]|\\.)*)"\]|\[(\d+|\*)\]|([^.[\]]+)/g)];
  return parts.map(([, quoted, index, word]) => quoted?.replaceAll('\\"', '"') ?? index ?? word ?? "");
}

/** `news` with everything that `paths` name put back to what `olds` has: its old value, or nothing. */
export function withIgnored(news: PropertyMap, olds: PropertyMap, paths: readonly string[]): PropertyMap {
  return paths.reduce(
    (map, path) => putBack(map, olds, parsePath(path)),
    news as PropertyValue,
  ) as PropertyMap;
}

function putBack(
  news: PropertyValue,
  olds: PropertyValue | undefined,
  [head, ...rest]: string[],
): PropertyValue {
  if (head === undefined) return olds ?? news;
  if (isSecret(news)) return secret(putBack(news.value, isSecret(olds) ? olds.value : olds, [head, ...rest]));
  const before = isSecret(olds) ? olds.value : olds;
  if (Array.isArray(news)) {
    return news.map((element, index) =>
      head === "*" || head === String(index)
        ? putBack(element, Array.isArray(before) ? before[index] : undefined, rest)
        : element,
    );
  }
  if (!isMap(news)) return news;
  const old = isMap(before) ? before : {};
  const keys = head === "*" ? [...new Set([...Object.keys(news), ...Object.keys(old)])] : [head];
  const result = { ...news };
  for (const key of keys) {
    const [current, previous] = [result[key], old[key]];
    if (rest.length > 0) {
      if (current !== undefined) result[key] = putBack(current, previous, rest);
    } else if (previous === undefined) delete result[key];
    else result[key] = previous;
  }
  return result;
}

/** Whether a path of `replaceOnChanges` names one of the properties that changed (`*` names all). */
export function namesOneOf(path: string, changed: readonly string[]): boolean {
  const head = parsePath(path)[0];
  return changed.length > 0 && (head === "*" || (head !== undefined && changed.includes(head)));
}
