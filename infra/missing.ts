import { secretNameIn } from "../domain/secret-ref.ts";
import type { ParameterPlace } from "./parameter-place.ts";
import type { Place } from "./read.ts";
import type { NamedSecret } from "./secret-names.ts";

/** Where the stack is, with the id of the account. */
export interface Here extends Place {
  readonly account: string;
}

/**
 * The problem of a secret of Secrets Manager that was not found, with its keys and the command that makes it.
 * @param why it could not be looked up; null: it is not there
 */
export function missingSecret(named: NamedSecret, here: Here, why: string | null): string {
  const { id } = named;
  const at = pathsOf(named);
  if (why !== null) return `${at}: the secret ${id} cannot be looked up: ${why}`;
  const missing = `${at}: there is no secret ${id} in ${here.region}.`;
  const create = (name: string) =>
    `aws secretsmanager create-secret --region ${here.region}${asWhom(here)} --name ${name} --secret-string`;
  if (!id.startsWith("arn:")) return `${missing} ${making(named, create(id))}`;
  const [, , , region, account, , whole = ""] = id.split(":");
  if (region !== here.region || account !== here.account)
    return `${missing} See which there are, in account ${account}: aws secretsmanager list-secrets --region ${region}`;
  const name = secretNameIn(whole);
  return `${missing} One that is made now gets another ARN: write ${name} instead of it. ${making(named, create(name))}`;
}

/**
 * The problem of a parameter of Systems Manager that was not found.
 * @param why it could not be looked up; null: it is not there
 */
export function missingParameter(
  named: NamedSecret,
  { region, names }: Pick<ParameterPlace, "region" | "names">,
  here: Here,
  why: string | null,
): string {
  const at = pathsOf(named);
  const [name = named.id] = names;
  if (why !== null) return `${at}: the parameter ${name} cannot be looked up: ${why}`;
  const put = `aws ssm put-parameter --region ${region}${asWhom(here)} --type SecureString --name ${name} --value`;
  return `${at}: there is no parameter ${name} in ${region}. ${making(named, put)}`;
}

/**
 * The problem of a zone that was not found.
 * @param why it could not be looked up; null: it is not there
 */
export function missingZone(zone: string, byId: boolean, here: Here, why: string | null): string {
  const at = "hub:domain.zone";
  if (why !== null) return `${at}: the zone ${zone} cannot be looked up: ${why}`;
  if (byId)
    return `${at}: there is no zone ${zone} in this account. See which there are: aws route53 list-hosted-zones${asWhom(here)}`;
  const make = `aws route53 create-hosted-zone${asWhom(here)} --name ${zone} --caller-reference "$(date +%s)"`;
  return `${at}: there is no public zone ${zone} in this account. Make it: ${make}`;
}

const pathsOf = ({ keys }: NamedSecret): string => keys.map((key) => `hub:${key}`).join(" and ");

/** @param command that takes the value as its next word */
function making({ keys, fields }: NamedSecret, command: string): string {
  if (keys.some((key) => key.endsWith(".registryCredentials")))
    return `Make it: ${command} '{"username": "…", "password": "…"}'`;
  // Signs and tokens are random; a key of the hub's own is somebody's, who types it.
  const random = "$(openssl rand -hex 32)";
  const own = keys.every((key) => key.startsWith("sidecar."));
  if (fields.length === 0)
    return own
      ? `Make it: ${command} "${random}"`
      : `Make it, and type its value and Ctrl-D: ${command} file:///dev/stdin`;
  const object = (value: string) => `{${fields.map((field) => `"${field}": "${value}"`).join(", ")}}`;
  return own
    ? `Make it: ${command} '${object(`'${random}'`)}'`
    : `Make it, and type ${object("…")} and Ctrl-D: ${command} file:///dev/stdin`;
}

/** The option by which the AWS CLI acts as this program does; empty: it does so without one. */
const asWhom = ({ profile }: Place): string => (profile === undefined ? "" : ` --profile ${profile}`);
