import type { DiffResult } from "../engine/provider.ts";
import { fieldsOf } from "./check.ts";
import { isObject, same, type Values } from "./fields.ts";
import type { Kind, Tags } from "./kind.ts";
import { isGenerated } from "./naming.ts";

/** Names of the properties whose values differ between two sets of checked inputs; order as in `news`, then removed ones. */
export function changedProperties(kind: Kind, before: Values, now: Values): string[] {
  const fields = fieldsOf(kind);
  const names = new Set([...Object.keys(now), ...Object.keys(before)]);
  names.delete("__defaults");
  return [...names].filter((name) => !same(fields[name], before[name], now[name]));
}

/** The program's tags over the provider's default tags. */
export function allTags(defaultTags: Tags, inputs: Values): Tags {
  const own = isObject(inputs.tags) ? inputs.tags : {};
  const written = Object.entries({ ...defaultTags, ...own }).map(([key, value]) => [key, String(value)]);
  return Object.fromEntries(written) as Tags;
}

/** What differs, and what of it needs a new resource. */
export function difference(
  kind: Kind,
  defaultTags: Tags,
  { olds, oldInputs, news }: { olds: Values; oldInputs: Values; news: Values },
): DiffResult {
  const diffs = changedProperties(kind, oldInputs, news);
  const tagged = "tags" in kind.fields && olds.tagsAll !== undefined;
  if (tagged && !diffs.includes("tags") && !same({ kind: "map" }, olds.tagsAll, allTags(defaultTags, news)))
    diffs.push("tagsAll");
  const forceNew: readonly string[] = [...(kind.forceNew ?? []), "region"];
  const replaces = diffs.filter((name) => forceNew.includes(name));
  return {
    changes: diffs.length > 0,
    diffs,
    replaces,
    ...(replaces.length > 0 ? { deleteBeforeReplace: cannotCoexist(kind, oldInputs, news) } : {}),
  };
}

/** Two resources cannot carry one name: where the program fixed it, the old one goes first. */
function cannotCoexist(kind: Kind, before: Values, now: Values): boolean {
  if (kind.deleteBeforeReplace === true) return true;
  if (kind.naming === undefined) return false;
  const { property, prefix } = kind.naming;
  if (prefix !== undefined && now[prefix] !== undefined) return false;
  return !isGenerated(now, property) && before[property] === now[property];
}
