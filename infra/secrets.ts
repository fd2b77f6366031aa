import { endingOf, secretRef } from "../domain/secret-ref.ts";
import type { HubConfig } from "./config.ts";
import { type ArnPlace, arnOf } from "./partition.ts";
import { namedSecrets } from "./secret-names.ts";

/** Secrets as the roles' policies name them: what may be read, and the keys that opens. */
export interface SecretArns {
  /** Of Secrets Manager. */
  readonly secrets: readonly string[];
  /** Of Systems Manager. */
  readonly parameters: readonly string[];
  /** Keys of the account's own: ARNs, and names with `alias/` in front. */
  readonly keys: readonly string[];
  readonly keyAliases: readonly string[];
}

/** Secrets that a config names, as they are in the account. */
export interface FoundSecrets extends SecretArns {
  /** What ECS takes to read each, by the config's own words for it. */
  readonly valueFrom: Readonly<Record<string, string>>;
}

/** A secret of Secrets Manager as it was found. */
export interface FoundSecret {
  readonly arn: string;
  /** The key that it is encrypted with as Secrets Manager says it: id, ARN or alias; empty: AWS's own. */
  readonly kmsKeyId: string;
}

/**
 * The config's secrets as task definitions and policies name them.
 * @param secrets of Secrets Manager, by the name or ARN that the config has of each
 */
export function secretsAsFound(
  config: HubConfig,
  secrets: ReadonlyMap<string, FoundSecret>,
  place: ArnPlace,
): FoundSecrets {
  const named = namedSecrets(config);
  const arnBy = ({ kind, id }: { kind: string; id: string }) =>
    kind === "parameter" ? parameterArn(id, place) : (secrets.get(id)?.arn ?? "");
  const arnsOf = (kind: string) => [...new Set(named.filter((of) => of.kind === kind).map(arnBy))];
  const keys = [...secrets.values()].map(({ kmsKeyId }) => keyOf(kmsKeyId, place));
  return {
    secrets: arnsOf("secret"),
    parameters: arnsOf("parameter"),
    keys: [...new Set([...config.kmsKeys, ...keys.filter((key) => key.startsWith("arn:"))])],
    keyAliases: [...new Set(keys.filter((key) => key.startsWith("alias/")))],
    valueFrom: Object.fromEntries(
      named.flatMap((of) => of.texts.map((text) => [text, `${arnBy(of)}${endingOf(secretRef(text))}`])),
    ),
  };
}

/** A name's ARN; a name in a hierarchy begins with the slash that others get. */
const parameterArn = (id: string, place: ArnPlace): string =>
  id.startsWith("arn:") ? id : arnOf("ssm", place, `parameter/${id.replace(/^\//, "")}`);

/** How a policy names the key that a secret says: an ARN, or an alias. Empty: AWS's own key, which needs no right. */
function keyOf(said: string, place: ArnPlace): string {
  const [alias = ""] = /alias\/.*$/.exec(said) ?? [];
  if (said === "" || alias.startsWith("alias/aws/")) return "";
  if (alias !== "") return alias;
  return said.startsWith("arn:") ? said : arnOf("kms", place, `key/${said}`);
}
