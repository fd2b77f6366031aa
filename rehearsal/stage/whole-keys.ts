/** A stage's config with whole keys, and where the account is: what both engines are given, each in its own form. */
export function wholeKeys(
  project: string,
  config: Readonly<Record<string, unknown>>,
  region = "us-east-1",
): Record<string, unknown> {
  const own = Object.entries(config).map(([key, value]) => [`${project}:${key}`, value]);
  return { ...(Object.fromEntries(own) as object), "aws:region": region };
}

/** Whole keys as the texts that Pulumi keeps: a text as it is, all else as JSON. */
export function asTexts(config: Readonly<Record<string, unknown>>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(config).map(([key, value]) => [
      key,
      typeof value === "string" ? value : JSON.stringify(value),
    ]),
  );
}
