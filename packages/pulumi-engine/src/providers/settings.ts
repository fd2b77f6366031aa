import type { ClientSettings } from "./clients.ts";
import { isObject, type Values } from "./fields.ts";
import type { Tags } from "./kind.ts";

/** What one configured provider knows. */
export interface Settings {
  clients: ClientSettings;
  defaultTags: Tags;
}

/** Names that say nothing about AWS itself: the engine's own, and checks that a local endpoint makes pointless. */
const harmless = new Set([
  "version",
  "pluginDownloadURL",
  "__internal",
  "skipCredentialsValidation",
  "skipMetadataApiCheck",
  "skipRegionValidation",
  "skipRequestingAccountId",
  "maxRetries",
  "retryMode",
  "s3UsePathStyle",
]);

const understood = new Set(["region", "profile", "accessKey", "secretKey", "token", "defaultTags"]);

/** The provider's settings from its inputs (`aws:region` and the like) and the environment; throws a sentence. */
export function settingsOf(inputs: Values, env: Record<string, string | undefined>): Settings {
  for (const name of Object.keys(inputs))
    if (!harmless.has(name) && !understood.has(name))
      throw new Error(`aws:${name} is not a setting that the rehearsal's AWS provider knows.`);
  const region = textOf(inputs.region) ?? env.AWS_REGION ?? env.AWS_DEFAULT_REGION;
  if (region === undefined)
    throw new Error(
      "The AWS provider has no region: pulumi config set aws:region <region>, or set AWS_REGION.",
    );
  const endpoint = env.AWS_ENDPOINT_URL;
  const credentials = credentialsOf(inputs, env);
  return {
    clients: {
      region,
      ...(endpoint === undefined ? {} : { endpoint }),
      ...(credentials === undefined ? {} : { credentials }),
    },
    defaultTags: defaultTagsOf(inputs.defaultTags),
  };
}

function credentialsOf(
  inputs: Values,
  env: Record<string, string | undefined>,
): ClientSettings["credentials"] | undefined {
  const accessKeyId = textOf(inputs.accessKey) ?? env.AWS_ACCESS_KEY_ID;
  const secretAccessKey = textOf(inputs.secretKey) ?? env.AWS_SECRET_ACCESS_KEY;
  if (accessKeyId === undefined || secretAccessKey === undefined) return undefined;
  const sessionToken = textOf(inputs.token) ?? env.AWS_SESSION_TOKEN;
  return { accessKeyId, secretAccessKey, ...(sessionToken === undefined ? {} : { sessionToken }) };
}

const textOf = (value: unknown): string | undefined =>
  typeof value === "string" && value !== "" ? value : undefined;

/** `{tags: {…}}`; a provider's nested inputs travel as JSON text. */
function defaultTagsOf(written: unknown): Tags {
  const value: unknown = typeof written === "string" ? JSON.parse(written) : written;
  const tags = isObject(value) ? value.tags : undefined;
  if (!isObject(tags)) return {};
  return Object.fromEntries(Object.entries(tags).map(([key, each]) => [key, String(each)]));
}
