/**
 * Where a secret's value is, as people and task definitions name it: `name`, `name:KEY::` for one key of its JSON, its ARN with or
 * without such an ending, or a parameter of Systems Manager, `ssm:name` or its ARN.
 */
export type SecretRef =
  | {
      readonly kind: "secret";
      /** Name or ARN of the Secrets Manager secret. */
      readonly id: string;
      /** Key of its JSON; empty: the whole text. */
      readonly key: string;
      /** Staging label, and id of a version; empty: the current one. */
      readonly stage: string;
      readonly version: string;
    }
  | {
      readonly kind: "parameter";
      /** Name or ARN. */
      readonly id: string;
    };

const secretName = "[A-Za-z0-9/_+=.@-]{1,512}";
/** Key, staging label and version, as ECS spells them behind a secret. It takes a label or a version, not both. */
const ending = "(?::([^:]*):(?:([^:]*):|:([^:]*)))?";
const arn = (service: string) => `arn:aws(?:-[a-z-]+)?:${service}:[a-z0-9-]+:\\d{12}:`;

const secretShape = new RegExp(`^((?:${arn("secretsmanager")}secret:)?${secretName})${ending}$`);
const parameterShape = new RegExp(
  `^(?:ssm:(/?[A-Za-z0-9_.-][A-Za-z0-9_./-]{0,1000})|(${arn("ssm")}parameter/[A-Za-z0-9_./-]{1,1011}))$`,
);

/** Reads a reference; null where the text is none. */
export function readSecretRef(text: string): SecretRef | null {
  const [, name, parameterArn] = parameterShape.exec(text) ?? [];
  const parameter = name ?? parameterArn;
  if (parameter !== undefined) return { kind: "parameter", id: parameter };
  const [, id, key = "", stage = "", version = ""] = secretShape.exec(text) ?? [];
  if (id === undefined || (text.length > id.length && `${key}${stage}${version}` === "")) return null;
  return { kind: "secret", id, key, stage, version };
}

/**
 * Whether a name looks like the value itself: twenty letters and digits in a row, as keys and tokens have them and names do not
 * (an access key of AWS has 20, `openssl rand -hex 16` 32). ARNs end with such rows too, and are no values.
 */
export function looksLikeValue(text: string): boolean {
  if (text.startsWith("arn:")) return false;
  return (text.match(/[A-Za-z0-9]{20,}/g) ?? []).some((row) => /\d/.test(row) && /[A-Za-z]/.test(row));
}

/** A reference that has been read before; throws for a text that is none, without repeating it. */
export function secretRef(text: string): SecretRef {
  const read = readSecretRef(text);
  if (read === null) throw new Error("a text where the name of a secret belongs is none");
  return read;
}

/** The name that a secret has, from the end of its ARN: Secrets Manager adds a hyphen and six letters, other ones each time. */
export const secretNameIn = (endOfArn: string): string => endOfArn.replace(/-[A-Za-z0-9]{6}$/, "");

/** What ECS takes behind a secret's ARN for its key, stage and version; empty for its whole current text. */
export function endingOf(ref: SecretRef): string {
  if (ref.kind === "parameter") return "";
  const { key, stage, version } = ref;
  return `${key}${stage}${version}` === "" ? "" : `:${key}:${stage}:${version}`;
}

/** One key of a secret's JSON as text. Throws where it is no JSON object or has no such key; no error says any of the value. */
export function keyOf(text: string, key: string, id: string): string {
  const value = fieldsOf(text, id)[key];
  if (value === undefined || value === null) throw new Error(`the secret ${id} has no key ${key}`);
  return typeof value === "string" ? value : JSON.stringify(value);
}

function fieldsOf(text: string, id: string): Record<string, unknown> {
  try {
    const read: unknown = JSON.parse(text);
    if (typeof read === "object" && read !== null && !Array.isArray(read))
      return read as Record<string, unknown>;
  } catch {
    // The parser's own words would repeat the beginning of the value.
  }
  throw new Error(`the secret ${id} is no JSON object, and a key of it is asked for`);
}
