import type { Tags } from "./kind.ts";

/** Tags as most services list them, `{Key, Value}`; ECS writes `{key, value}`. */
export const tagList = (tags: Tags | undefined): { Key: string; Value: string }[] =>
  Object.entries(tags ?? {}).map(([Key, Value]) => ({ Key, Value }));

/** Tags as most services list them, or nothing: some operations refuse an empty list. */
export function tagListOrNone(tags: Tags | undefined): { Key: string; Value: string }[] | undefined {
  const all = tagList(tags);
  return all.length === 0 ? undefined : all;
}

/** Tags by key, from AWS's usual list. */
export const tagMap = (
  tags: readonly { Key?: string | undefined; Value?: string | undefined }[] | undefined,
): Tags => Object.fromEntries((tags ?? []).map(({ Key, Value }) => [Key ?? "", Value ?? ""]));

/** Tags as ECS lists them, with small letters. */
export const lowerTagList = (tags: Tags | undefined): { key: string; value: string }[] =>
  Object.entries(tags ?? {}).map(([key, value]) => ({ key, value }));

/** Tags by key, from ECS's list. */
export const lowerTagMap = (
  tags: readonly { key?: string | undefined; value?: string | undefined }[] | undefined,
): Tags => Object.fromEntries((tags ?? []).map(({ key, value }) => [key ?? "", value ?? ""]));
