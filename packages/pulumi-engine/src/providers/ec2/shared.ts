import type { Values } from "../fields.ts";
import type { Tags, Tools } from "../kind.ts";
import { arnIn } from "../partition.ts";
import { tagList } from "../tags.ts";
import { asText } from "../values.ts";

/** Tags as EC2 takes them with a new resource, named by its type; none at all when there are none. */
export function tagSpecification<T extends string>(type: T, tags: Tags | undefined) {
  const all = tagList(tags);
  return all.length === 0 ? undefined : [{ ResourceType: type, Tags: all }];
}

/** Changes the live tags of a resource of EC2, by the output that holds its id: tags of EC2 hang on ids, not on ARNs. */
export const retagBy =
  (idProperty: string) =>
  async (tools: Tools, state: Values, set: Tags, removed: string[]): Promise<void> => {
    const ec2 = await tools.aws.ec2();
    const Resources = [asText(state[idProperty])];
    if (removed.length > 0) await ec2.deleteTags({ Resources, Tags: removed.map((Key) => ({ Key })) });
    if (Object.keys(set).length > 0) await ec2.createTags({ Resources, Tags: tagList(set) });
  };

/** The ARN of a thing of EC2 in this region, for answers that do not name it; without an account that field is empty. */
export const arnOf = (tools: Tools, account: string | undefined, resource: string): string =>
  arnIn(tools.region, "ec2", { region: tools.region, account }, resource);
