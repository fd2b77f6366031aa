import type { Values } from "../fields.ts";
import type { Tags, Tools } from "../kind.ts";
import { tagList, tagMap } from "../tags.ts";

/** The live tags of what an ARN of CloudWatch names; none without an ARN. */
export async function liveTags(tools: Tools, arn: string | undefined): Promise<Tags> {
  if (arn === undefined) return {};
  const cloudwatch = await tools.aws.cloudwatch();
  return tagMap((await cloudwatch.listTagsForResource({ ResourceARN: arn })).Tags);
}

/** Changes the live tags of what `state.arn` names: `removed` go, then `set` come. */
export async function retag(tools: Tools, state: Values, set: Tags, removed: string[]): Promise<void> {
  const cloudwatch = await tools.aws.cloudwatch();
  const ResourceARN = String(state.arn);
  if (removed.length > 0) await cloudwatch.untagResource({ ResourceARN, TagKeys: removed });
  if (Object.keys(set).length > 0) await cloudwatch.tagResource({ ResourceARN, Tags: tagList(set) });
}

/** Dimensions as CloudWatch lists them; undefined where there are none to say. */
export const dimensionList = (dimensions: Record<string, string> | undefined) =>
  dimensions && Object.entries(dimensions).map(([Name, Value]) => ({ Name, Value }));

/**
 * Dimensions by name, from CloudWatch's list; undefined for an empty one, which is what AWS answers where the program said
 * nothing.
 */
export const dimensionMap = (
  dimensions: readonly { Name?: string | undefined; Value?: string | undefined }[] | undefined,
): Record<string, string> | undefined =>
  dimensions?.length
    ? Object.fromEntries(dimensions.map(({ Name, Value }) => [Name ?? "", Value ?? ""]))
    : undefined;

/** A list as the program says it: an empty one, which is what AWS answers where the program said nothing, becomes undefined. */
export const someOf = <T>(values: T[] | undefined): T[] | undefined => (values?.length ? values : undefined);
