import type { Handler } from "../../service.ts";
import { type State, named, secretOf } from "./state.ts";

/** The operations on a secret's resource policy: it is kept, nobody is denied by it. */
export function policies(state: State): Record<string, Handler> {
  return {
    GetResourcePolicy(input: { SecretId?: string }) {
      const secret = secretOf(state, input.SecretId);
      return { ...named(secret), ResourcePolicy: secret.policy };
    },
    PutResourcePolicy(input: { SecretId?: string; ResourcePolicy?: string }) {
      const secret = secretOf(state, input.SecretId);
      secret.policy = input.ResourcePolicy;
      return named(secret);
    },
    DeleteResourcePolicy(input: { SecretId?: string }) {
      const secret = secretOf(state, input.SecretId);
      secret.policy = undefined;
      return named(secret);
    },
  };
}
