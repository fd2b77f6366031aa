import type { SecurityGroupRule, Tag } from "@aws-sdk/client-ec2";
import { AwsError } from "../../error.ts";
import type { Ids } from "../../names.ts";
import type { Handler } from "../../service.ts";
import type { Tags } from "../../tags.ts";

/** A thing as it is described, without its tags. */
export type Thing = Record<string, unknown>;
/** Things of one kind, by id. */
export type Held = Map<string, Thing>;

type SecurityGroup = Thing & { GroupId: string; GroupName: string; VpcId: string };
/** A rule of a security group, with what every rule has. */
export type HeldRule = SecurityGroupRule & {
  SecurityGroupRuleId: string;
  GroupId: string;
  IsEgress: boolean;
};

/** Everything EC2 holds, each kind by its id. */
export interface State {
  readonly ids: Ids;
  readonly tags: Tags;
  readonly vpcs: Held;
  /** What a call of its own tells of a VPC, by its id: no VPC is described with it. */
  readonly vpcAttributes: Held;
  readonly subnets: Held;
  readonly gateways: Held;
  readonly addresses: Held;
  readonly nats: Held;
  readonly tables: Held;
  readonly groups: Map<string, SecurityGroup>;
  readonly rules: Map<string, HeldRule>;
}

/** What a call that makes something may say of its tags. */
export interface Tagged {
  readonly TagSpecifications?: readonly { readonly Tags?: Tag[] }[];
}

/** A new id of a kind: `vpc-0…`. */
export const newId = ({ ids }: State, kind: string) => `${kind}-0${ids.hex(16)}`;

/** The thing of an id. Throws AWS's error `code` where there is none. */
export function find(held: ReadonlyMap<string, Thing>, id: string | undefined, code: string): Thing {
  const found = held.get(id ?? "");
  if (found) return found;
  throw new AwsError(code, `The ID '${id ?? ""}' does not exist`);
}

/** The VPC of an id; throws InvalidVpcID.NotFound. */
export const vpcOf = (state: State, id: string | undefined) => find(state.vpcs, id, "InvalidVpcID.NotFound");

/** Keeps a new thing with its tags; `key` is the member that holds its id. */
export function keep(
  state: State,
  held: Held,
  kind: string,
  key: string,
  of: Thing,
  { TagSpecifications = [] }: Tagged,
): Thing {
  const id = newId(state, kind);
  held.set(id, { [key]: id, ...of });
  for (const { Tags: given } of TagSpecifications) state.tags.set(id, given);
  return { ...held.get(id), Tags: state.tags.list(id) };
}

/** The operation that deletes things of one kind. */
export function remove(state: State, held: Held, key: string, code: string): Handler {
  return (input: Thing) => {
    const id = input[key] as string;
    find(held, id, code);
    held.delete(id);
    state.tags.forget(id);
    return {};
  };
}
