/**
 * When credentials end that nobody renews, in milliseconds since 1970; null: they are renewed, or nobody says it. Those in the
 * environment are not renewed; their end stands beside them (AWS_CREDENTIAL_EXPIRATION).
 */
export function fixedUntil(
  { accessKeyId, expiration }: { readonly accessKeyId: string; readonly expiration?: Date },
  environment: NodeJS.ProcessEnv,
): number | null {
  return accessKeyId === environment["AWS_ACCESS_KEY_ID"] ? (expiration?.getTime() ?? null) : null;
}
