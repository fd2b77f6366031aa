import type { Values } from "../fields.ts";
import type { Tags, Tools } from "../kind.ts";
import { tagList } from "../tags.ts";
import { asText } from "../values.ts";

/** EC2 takes tags with the resource, named by its type; none at all when there are none. */
export function tagSpecification<T extends string>(type: T, tags: Tags | undefined) {
  const all = tagList(tags);
  return all.length === 0 ? undefined : [{ ResourceType: type, Tags: all }];
}

/** Tags of EC2 hang on ids, not on ARNs. */
export const retagBy =
  (idProperty: string) =>
  async (tools: Tools, state: Values, set: Tags, removed: string[]): Promise<void> => {
    const ec2 = await tools.aws.ec2();
    const Resources = [asText(state[idProperty])];
    if (removed.length > 0) await ec2.deleteTags({ Resources, Tags: removed.map((Key) => ({ Key })) });
    if (Object.keys(set).length > 0) await ec2.createTags({ Resources, Tags: tagList(set) });
  };

export const arnOf = (tools: Tools, account: string | undefined, resource: string): string =>
  `arn:aws:ec2:${tools.region}:${account ?? ""}:${resource}`;
