import * as secretsmanager from "@pulumi/aws/secretsmanager/index.js";
import * as pulumi from "@pulumi/pulumi";
import { endingOf, secretRef } from "../domain/secret-ref.ts";
import type { HubConfig } from "./config.ts";
import { type ArnPlace, arnOf } from "./partition.ts";
import { secretIdsOf, secretRefsOf } from "./secret-names.ts";

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

/** Looks the config's secrets up. They exist before the stack: their values are nobody's business here. */
export function findSecrets(
  config: HubConfig,
  account: pulumi.Output<string>,
  region: string,
): pulumi.Output<FoundSecrets> {
  const ids = secretIdsOf(config);
  const found = pulumi.all(
    ids.map((id) => secretsmanager.getSecretOutput(id.startsWith("arn:") ? { arn: id } : { name: id })),
  );
  return pulumi.all([found, account]).apply(([secrets, own]) => {
    const place = { region, account: own };
    const arns = new Map(ids.map((id, index) => [id, secrets[index]?.arn ?? ""]));
    const keys = secrets.map(({ kmsKeyId }) => keyOf(kmsKeyId, place));
    return {
      secrets: [...new Set(arns.values())],
      parameters: parametersOf(config, place),
      keys: [...new Set([...config.kmsKeys, ...keys.filter((key) => key.startsWith("arn:"))])],
      keyAliases: [...new Set(keys.filter((key) => key.startsWith("alias/")))],
      valueFrom: Object.fromEntries(
        secretRefsOf(config).map((text) => {
          const ref = secretRef(text);
          const arn = ref.kind === "parameter" ? parameterArn(ref.id, place) : arns.get(ref.id);
          return [text, `${arn}${endingOf(ref)}`];
        }),
      ),
    };
  });
}

function parametersOf(config: HubConfig, place: ArnPlace): string[] {
  const refs = secretRefsOf(config).map(secretRef);
  const arns = refs.flatMap(({ kind, id }) => (kind === "parameter" ? [parameterArn(id, place)] : []));
  return [...new Set(arns)];
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
