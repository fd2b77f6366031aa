import { type SecretRef, keyOf, secretRef } from "../../domain/secret-ref.ts";
import type { Clients } from "../core/clients.ts";

/** A secret source reads values of secrets. */
export interface SecretSource {
  /**
   * The current value of a secret or a parameter, as a config or a task definition names it; rejects when it does not exist or has
   * none. No error says any of a value.
   */
  value(ref: string, signal: AbortSignal): Promise<string>;
}

/** The secret source on AWS: Secrets Manager, and Systems Manager's parameters. */
export function secretSource(clients: Clients): SecretSource {
  return {
    value(text, signal) {
      const ref = secretRef(text);
      return ref.kind === "secret" ? secretValue(clients, ref, signal) : parameterValue(clients, ref, signal);
    },
  };
}

async function secretValue(
  clients: Clients,
  { id, key, stage, version }: Extract<SecretRef, { kind: "secret" }>,
  signal: AbortSignal,
): Promise<string> {
  const { GetSecretValueCommand } = await import("@aws-sdk/client-secrets-manager");
  const secrets = await clients.secrets();
  const answer = await secrets.send(
    new GetSecretValueCommand({
      SecretId: id,
      ...(stage === "" ? {} : { VersionStage: stage }),
      ...(version === "" ? {} : { VersionId: version }),
    }),
    { abortSignal: signal },
  );
  if (answer.SecretString === undefined) throw new Error(`the secret ${id} has no text value`);
  return key === "" ? answer.SecretString : keyOf(answer.SecretString, key, id);
}

async function parameterValue(
  clients: Clients,
  { id }: Extract<SecretRef, { kind: "parameter" }>,
  signal: AbortSignal,
): Promise<string> {
  const { GetParameterCommand } = await import("@aws-sdk/client-ssm");
  const ssm = await clients.ssm();
  const answer = await ssm.send(new GetParameterCommand({ Name: id, WithDecryption: true }), {
    abortSignal: signal,
  });
  if (answer.Parameter?.Value === undefined) throw new Error(`the parameter ${id} has no value`);
  return answer.Parameter.Value;
}
