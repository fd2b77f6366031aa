import type { Tag } from "@aws-sdk/client-cloudwatch";
import type { Handler } from "../../service.ts";
import type { State } from "./state.ts";

/** The operations on tags, which CloudWatch has for everything by its ARN. */
export function tags(state: State): Record<string, Handler> {
  return {
    TagResource(input: { ResourceARN?: string; Tags?: Tag[] }) {
      state.tags.set(input.ResourceARN ?? "", input.Tags);
      return {};
    },
    UntagResource(input: { ResourceARN?: string; TagKeys?: string[] }) {
      state.tags.remove(input.ResourceARN ?? "", input.TagKeys);
      return {};
    },
    ListTagsForResource: (input: { ResourceARN?: string }) => ({
      Tags: state.tags.list(input.ResourceARN ?? ""),
    }),
  };
}
