import type { Values } from "../fields.ts";
import type { Tags, Tools } from "../kind.ts";
import { tagList, tagMap } from "../tags.ts";

export async function liveTags(tools: Tools, arn: string | undefined): Promise<Tags> {
  if (arn === undefined) return {};
  const cloudwatch = await tools.aws.cloudwatch();
  return tagMap((await cloudwatch.listTagsForResource({ ResourceARN: arn })).Tags);
}

export async function retag(tools: Tools, state: Values, set: Tags, removed: string[]): Promise<void> {
  const cloudwatch = await tools.aws.cloudwatch();
  const ResourceARN = String(state.arn);
  if (removed.length > 0) await cloudwatch.untagResource({ ResourceARN, TagKeys: removed });
  if (Object.keys(set).length > 0) await cloudwatch.tagResource({ ResourceARN, Tags: tagList(set) });
}

export const dimensionList = (dimensions: Record<string, string> | undefined) =>
  dimensions && Object.entries(dimensions).map(([Name, Value]) => ({ Name, Value }));

export const dimensionMap = (
  dimensions: readonly { Name?: string | undefined; Value?: string | undefined }[] | undefined,
): Record<string, string> | undefined =>
  dimensions?.length
    ? Object.fromEntries(dimensions.map(({ Name, Value }) => [Name ?? "", Value ?? ""]))
    : undefined;

/** An empty list is what AWS answers where the program said nothing. */
export const someOf = <T>(values: T[] | undefined): T[] | undefined => (values?.length ? values : undefined);
