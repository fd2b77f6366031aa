import type { Tag } from "@aws-sdk/client-ec2";
import type { Handler } from "../../service.ts";
import type { State } from "./state.ts";

/** The operations on tags, which EC2 has for things of all kinds together. */
export function tags(state: State): Record<string, Handler> {
  return {
    CreateTags(input: { Resources?: string[]; Tags?: Tag[] }) {
      for (const id of input.Resources ?? []) state.tags.set(id, input.Tags);
      return {};
    },
    DeleteTags(input: { Resources?: string[]; Tags?: Tag[] }) {
      for (const id of input.Resources ?? [])
        state.tags.remove(
          id,
          (input.Tags ?? []).map(({ Key = "" }) => Key),
        );
      return {};
    },
  };
}
