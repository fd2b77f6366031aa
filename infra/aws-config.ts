/**
 * Keys of the AWS provider that the switch, the guardian and the commands heed as the provider does (Pulumi registry, AWS Classic,
 * configuration).
 */
const heeded: ReadonlySet<string> = new Set(["region", "profile", "defaultTags"]);
/** Those that are about the provider's own work alone: which accounts it may touch, how often it asks again, what it leaves alone. */
const ofTheProvider: ReadonlySet<string> = new Set([
  "allowedAccountIds",
  "forbiddenAccountIds",
  "ignoreTags",
  "maxRetries",
  "retryMode",
  "skipCredentialsValidation",
  "skipMetadataApiCheck",
  "skipRegionValidation",
  "skipRequestingAccountId",
  "tagPolicyCompliance",
]);
/** What to do instead of a key that only the provider would heed. */
const instead: Readonly<Record<string, string>> = {
  assumeRole:
    "write a profile with role_arn and source_profile, and name it: pulumi config set aws:profile NAME",
  assumeRoles:
    "write a profile with role_arn and source_profile, and name it: pulumi config set aws:profile NAME",
  assumeRoleWithWebIdentity: "set AWS_ROLE_ARN and AWS_WEB_IDENTITY_TOKEN_FILE",
  endpoints: "set AWS_ENDPOINT_URL, or AWS_ENDPOINT_URL_SERVICE of a service",
  sharedConfigFiles: "set AWS_CONFIG_FILE",
  sharedCredentialsFiles: "set AWS_SHARED_CREDENTIALS_FILE",
  useFipsEndpoint: "set AWS_USE_FIPS_ENDPOINT",
  useDualstackEndpoint: "set AWS_USE_DUALSTACK_ENDPOINT",
};

/**
 * Keys of the namespace `aws` in a stack's config that would make the AWS provider act elsewhere, or as somebody else, than the
 * switch does: a sentence each.
 * @param keys without the namespace
 */
export function awsProblems(keys: readonly string[]): string[] {
  return keys
    .filter((key) => !heeded.has(key) && !ofTheProvider.has(key))
    .map((key) => {
      const way =
        instead[key] ?? "set it where both find it: in the environment, or in a profile of ~/.aws/config";
      return `aws:${key}: only Pulumi's AWS provider would heed it, and not the switch. Leave it out, and ${way}`;
    });
}

/** What to do where no config says the region. */
export const regionMissing = "aws:region: is missing. Set it with: pulumi config set aws:region us-east-1";

/** Tags that every resource gets, as `aws:defaultTags` has them; none where it holds something else, which the provider refuses. */
export function tagsIn(defaultTags: unknown): Readonly<Record<string, string>> {
  const { tags } = (defaultTags ?? {}) as { tags?: unknown };
  if (typeof tags !== "object" || tags === null) return {};
  return Object.fromEntries(
    Object.entries(tags).flatMap(([key, value]) => (typeof value === "string" ? [[key, value]] : [])),
  );
}
