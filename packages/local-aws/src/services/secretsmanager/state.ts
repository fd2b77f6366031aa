import { AwsError } from "../../error.ts";
import type { Ids } from "../../names.ts";
import type { Tags } from "../../tags.ts";

/** A version of a secret: a text or bytes, and its stages, such as AWSCURRENT. */
export interface Version {
  readonly id: string;
  readonly text: string | undefined;
  readonly bytes: Uint8Array | undefined;
  readonly created: Date;
  readonly stages: Set<string>;
}

/** A secret with its versions by id; `deleted` is when it was marked for deletion, null: it was not. */
export interface Secret {
  readonly arn: string;
  readonly name: string;
  description: string | undefined;
  kmsKey: string | undefined;
  policy: string | undefined;
  readonly created: Date;
  deleted: Date | null;
  readonly versions: Map<string, Version>;
}

/** Everything Secrets Manager holds. */
export interface State {
  readonly ids: Ids;
  readonly tags: Tags;
  /** By name. */
  readonly secrets: Map<string, Secret>;
}

/** The secret of a name, an ARN, or an ARN without the letters that AWS adds. */
function find({ secrets }: State, ref: string | undefined): Secret | undefined {
  return (
    secrets.get(ref ?? "") ??
    [...secrets.values()].find((one) => one.arn === ref || one.arn.slice(0, -7) === ref)
  );
}

/**
 * The secret of a name or an ARN. Throws ResourceNotFoundException, or InvalidRequestException for one that is marked for
 * deletion.
 */
export function secretOf(state: State, ref: string | undefined, evenDeleted = false): Secret {
  const found = find(state, ref);
  if (!found)
    throw new AwsError("ResourceNotFoundException", "Secrets Manager can't find the specified secret.");
  if (found.deleted !== null && !evenDeleted)
    throw new AwsError(
      "InvalidRequestException",
      "You can't perform this operation on the secret because it was marked for deletion.",
    );
  return found;
}

/** A secret as answers name it. */
export const named = ({ arn, name }: Secret) => ({ ARN: arn, Name: name });
