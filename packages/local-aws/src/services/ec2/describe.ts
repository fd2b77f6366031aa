import type { Filter, Tag } from "@aws-sdk/client-ec2";
import { type State, type Thing, find } from "./state.ts";

/** Those asked for by id and filter, with their tags. Throws with the code where an id is not known. */
export function describe(
  state: State,
  held: ReadonlyMap<string, Thing>,
  wanted: readonly string[] | undefined,
  filters: readonly Filter[] | undefined,
  code: string,
): Thing[] {
  for (const id of wanted ?? []) find(held, id, code);
  return [...held]
    .filter(([id]) => wanted === undefined || wanted.includes(id))
    .map(([id, of]): Thing => ({ ...of, Tags: state.tags.list(id) }))
    .filter((of) => (filters ?? []).every((filter) => fitsFilter(of, filter)));
}

/** `vpc-id`, `tag:Name`, `group-name` and the like; wildcards as EC2 has them. */
function fitsFilter(of: Thing, { Name = "", Values = [] }: Filter): boolean {
  const value = Name.startsWith("tag:")
    ? (of["Tags"] as Tag[]).find(({ Key }) => Key === Name.slice(4))?.Value
    : of[
        members[Name] ??
          Name.split("-")
            .map((part) => part[0]?.toUpperCase() + part.slice(1))
            .join("")
      ];
  return Values.some((wanted) =>
    new RegExp(`^${wanted.replaceAll(/[.+?^${}()|[\]\\]/g, "\\$&").replaceAll("*", ".*")}$`).test(
      String(value),
    ),
  );
}

const members: Readonly<Record<string, string>> = {
  isDefault: "IsDefault",
  "default-for-az": "DefaultForAz",
  cidr: "CidrBlock",
  "cidr-block-association.cidr-block": "CidrBlock",
};
