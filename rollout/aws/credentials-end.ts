import { STSClient } from "@aws-sdk/client-sts";
import { limits } from "../../domain/limits.ts";
import type { Account } from "./clients.ts";

/** When credentials end that nobody renews. */
export interface CredentialsEnd {
  /** Milliseconds since 1970. */
  readonly at: number;
  /** Nobody said when: the shortest that a session usually lasts is taken. */
  readonly isAssumed: boolean;
}

/**
 * When credentials end; null: they are renewed, or never end. Those in the environment are not renewed. Their end may stand beside
 * them (AWS_CREDENTIAL_EXPIRATION); those of a session end also where nobody wrote it there, as GitHub's action for them does not.
 */
export function endOf(
  of: { readonly accessKeyId: string; readonly sessionToken?: string; readonly expiration?: Date },
  environment: NodeJS.ProcessEnv,
  now: number,
): CredentialsEnd | null {
  if (of.accessKeyId !== environment["AWS_ACCESS_KEY_ID"]) return null;
  if (of.expiration !== undefined) return { at: of.expiration.getTime(), isAssumed: false };
  return of.sessionToken === undefined ? null : { at: now + limits.usualSessionMs, isAssumed: true };
}

/**
 * When the caller's own credentials end, with which roles are taken. A role's session is renewed with them, and ends no sooner than
 * five minutes after them.
 */
export async function credentialsEnd(
  { region, profile }: Pick<Account, "region" | "profile">,
  now: number,
): Promise<CredentialsEnd | null> {
  const client = new STSClient({ region, ...(profile === undefined ? {} : { profile }) });
  try {
    return endOf(await client.config.credentials(), process.env, now);
  } finally {
    client.destroy();
  }
}
