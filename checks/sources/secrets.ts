import type { Clients } from "../core/clients.ts";

/** A secret source reads values of secrets. */
export interface SecretSource {
  /** The current value of a secret; rejects when it does not exist or has none. */
  value(name: string, signal: AbortSignal): Promise<string>;
}

/** The secret source on AWS: Secrets Manager. */
export function secretSource(clients: Clients): SecretSource {
  return {
    async value(name, signal) {
      const { GetSecretValueCommand } = await import("@aws-sdk/client-secrets-manager");
      const secrets = await clients.secrets();
      const answer = await secrets.send(new GetSecretValueCommand({ SecretId: name }), {
        abortSignal: signal,
      });
      if (answer.SecretString === undefined) throw new Error(`the secret ${name} has no text value`);
      return answer.SecretString;
    },
  };
}
