import type { Values } from "../fields.ts";
import type { Tags, Tools } from "../kind.ts";
import { tagList, tagMap } from "../tags.ts";
import { asText } from "../values.ts";

/**
 * The end of an ARN that stands in metric dimensions: `loadbalancer/app/name/hash` is `app/name/hash` there; target groups keep
 * their first word.
 */
export function arnSuffix(arn: string): string {
  const resource = arn.split(":").slice(5).join(":");
  return resource.replace(/^loadbalancer\//, "");
}

/** The live tags of what an ARN of ELBv2 names. */
export async function liveTags(tools: Tools, arn: string): Promise<Tags> {
  const answer = await (await tools.aws.elb()).describeTags({ ResourceArns: [arn] });
  return tagMap(answer.TagDescriptions?.[0]?.Tags);
}

/** Changes the live tags of what `state.arn` names in ELBv2: `removed` go, then `set` come. */
export async function retag(tools: Tools, state: Values, set: Tags, removed: string[]): Promise<void> {
  const elb = await tools.aws.elb();
  const ResourceArns = [asText(state.arn)];
  if (removed.length > 0) await elb.removeTags({ ResourceArns, TagKeys: removed });
  if (Object.keys(set).length > 0) await elb.addTags({ ResourceArns, Tags: tagList(set) });
}
