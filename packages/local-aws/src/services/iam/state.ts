import type { Tag } from "@aws-sdk/client-iam";
import { AwsError } from "../../error.ts";
import { type Ids, arn } from "../../names.ts";
import type { Handler } from "../../service.ts";
import type { Tags } from "../../tags.ts";

/** A role as GetRole shows it, with its inline policies by name and the ARNs of attached ones. */
export interface Role {
  readonly live: Record<string, unknown> & { RoleName: string; Arn: string };
  readonly inline: Map<string, string>;
  readonly attached: Set<string>;
}

interface Policy {
  readonly live: Record<string, unknown> & { Arn: string; PolicyName: string };
  /** Documents by version id. */
  readonly versions: Map<string, string>;
  usual: string;
}

interface IdentityProvider {
  readonly url: string;
  readonly clients: Set<string>;
  thumbprints: string[];
  readonly created: Date;
}

/** Everything of Identity and Access Management. */
export interface State {
  readonly ids: Ids;
  readonly tags: Tags;
  /** By name. */
  readonly roles: Map<string, Role>;
  /** By ARN. */
  readonly policies: Map<string, Policy>;
  /** By ARN. */
  readonly providers: Map<string, IdentityProvider>;
}

/** An ARN of IAM, which has no region. */
export const iamArn = (rest: string) => arn("iam", rest, { region: "" });
/** IAM's error for what is not there: NoSuchEntity, status 404. `what` begins the sentence. */
export const gone = (what: string) => new AwsError("NoSuchEntity", `${what} cannot be found.`, 404);

function mustFind<T>(held: ReadonlyMap<string, T>, ref: string | undefined, what: string): T {
  const found = held.get(ref ?? "");
  if (found === undefined) throw gone(what);
  return found;
}

/** The role of a name; throws NoSuchEntity. */
export const roleOf = (state: State, name: string | undefined) =>
  mustFind(state.roles, name, `The role with name ${name}`);
/** The managed policy of an ARN; throws NoSuchEntity. */
export const policyOf = (state: State, ref: string | undefined) =>
  mustFind(state.policies, ref, `Policy ${ref}`);
/** The OpenID Connect provider of an ARN; throws NoSuchEntity. */
export const providerOf = (state: State, ref: string | undefined) =>
  mustFind(state.providers, ref, `OpenIDConnect Provider ${ref}`);

/** A policy document itself, which must be JSON with statements, as IAM checks it. Answers carry it percent-encoded. */
export function checked(document: string | undefined): string {
  try {
    const parsed = JSON.parse(document ?? "") as { Statement?: unknown };
    if (parsed.Statement === undefined) throw new Error("it has no Statement");
    return document as string;
  } catch (error) {
    throw new AwsError("MalformedPolicyDocument", `Syntax errors in policy: ${(error as Error).message}`);
  }
}

/** The two operations that tag one kind of thing, which each kind calls by a name of its own. */
export function tagging(state: State, arnOf: (input: never) => string): { tag: Handler; untag: Handler } {
  return {
    tag(input: { Tags?: Tag[] }) {
      state.tags.set(arnOf(input as never), input.Tags);
      return {};
    },
    untag(input: { TagKeys?: string[] }) {
      state.tags.remove(arnOf(input as never), input.TagKeys);
      return {};
    },
  };
}
