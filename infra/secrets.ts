import { endingOf, secretRef } from "../domain/secret-ref.ts";
import { type ArnPlace, arnOf } from "./partition.ts";
import type { NamedSecret } from "./secret-names.ts";

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
  /** Those of them that whoever moves traffic needs: the key that signs probes, and the token that they bring. */
  readonly probing: SecretArns;
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
 * Secrets as task definitions and policies name them.
 * @param kmsKeys that the config names besides those that the secrets say
 * @param secrets of Secrets Manager, by the name or ARN that the config has of each
 */
export function secretsAsFound(
  named: readonly NamedSecret[],
  kmsKeys: readonly string[],
  secrets: ReadonlyMap<string, FoundSecret>,
  place: ArnPlace,
): FoundSecrets {
  const arnBy = ({ kind, id }: { kind: string; id: string }) =>
    kind === "parameter" ? parameterArn(id, place) : (secrets.get(id)?.arn ?? "");
  const arnsOf = (among: readonly NamedSecret[]): SecretArns => {
    const ofKind = (kind: string) => among.filter((of) => of.kind === kind);
    const [own, parameters] = [ofKind("secret"), ofKind("parameter")];
    const keys = own.map(({ id }) => keyOf(secrets.get(id)?.kmsKeyId ?? "", place));
    // Of a parameter nobody says which key it is encrypted with: the config names those of all parameters.
    const given = parameters.length > 0 ? kmsKeys : [];
    return {
      secrets: [...new Set(own.map(arnBy))],
      parameters: [...new Set(parameters.map(arnBy))],
      keys: [...new Set([...given, ...keys.filter((key) => key.startsWith("arn:"))])],
      keyAliases: [...new Set(keys.filter((key) => key.startsWith("alias/")))],
    };
  };
  return {
    ...arnsOf(named),
    probing: arnsOf(named.filter(({ keys }) => keys.some((key) => probingKeys.includes(key)))),
    valueFrom: Object.fromEntries(
      named.flatMap((of) => of.texts.map((text) => [text, `${arnBy(of)}${endingOf(secretRef(text))}`])),
    ),
  };
}

/** Keys of the config whose secrets probes are sent with. */
const probingKeys: readonly string[] = ["sidecar.signingSecret", "sidecar.tokenSecret"];

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
