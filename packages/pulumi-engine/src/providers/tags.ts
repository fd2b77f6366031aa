import type { Tags } from "./kind.ts";

/** AWS writes a tag as `{Key, Value}` in most services, `{key, value}` in ECS, `{TagKey, TagValue}` in none used here. */
export const tagList = (tags: Tags | undefined): { Key: string; Value: string }[] =>
  Object.entries(tags ?? {}).map(([Key, Value]) => ({ Key, Value }));

/** The same, or nothing: some operations refuse an empty list. */
export function tagListOrNone(tags: Tags | undefined): { Key: string; Value: string }[] | undefined {
  const all = tagList(tags);
  return all.length === 0 ? undefined : all;
}

export const tagMap = (
  tags: readonly { Key?: string | undefined; Value?: string | undefined }[] | undefined,
): Tags => Object.fromEntries((tags ?? []).map(({ Key, Value }) => [Key ?? "", Value ?? ""]));

export const lowerTagList = (tags: Tags | undefined): { key: string; value: string }[] =>
  Object.entries(tags ?? {}).map(([key, value]) => ({ key, value }));

export const lowerTagMap = (
  tags: readonly { key?: string | undefined; value?: string | undefined }[] | undefined,
): Tags => Object.fromEntries((tags ?? []).map(({ key, value }) => [key ?? "", value ?? ""]));
