/** Tags by ARN. Services write them as lists of Key and Value, or of key and value. */
export class Tags {
  readonly #of = new Map<string, Map<string, string>>();

  set(
    arn: string,
    tags: readonly { Key?: string | undefined; Value?: string | undefined }[] | undefined,
  ): void {
    const known = this.#of.get(arn) ?? new Map<string, string>();
    for (const { Key, Value } of tags ?? []) if (Key !== undefined) known.set(Key, Value ?? "");
    this.#of.set(arn, known);
  }

  remove(arn: string, keys: readonly string[] | undefined): void {
    for (const key of keys ?? []) this.#of.get(arn)?.delete(key);
  }

  forget(arn: string): void {
    this.#of.delete(arn);
  }

  list(arn: string): { Key: string; Value: string }[] {
    return [...(this.#of.get(arn) ?? [])].map(([Key, Value]) => ({ Key, Value }));
  }

  /** With small letters, as ECS and Logs spell them. */
  lower(arn: string): { key: string; value: string }[] {
    return this.list(arn).map(({ Key, Value }) => ({ key: Key, value: Value }));
  }

  map(arn: string): Record<string, string> {
    return Object.fromEntries(this.#of.get(arn) ?? []);
  }
}

/** Tags of ECS and Logs, which spell them with small letters, as `Tags.set` takes them. */
export const fromLower = (
  tags: readonly { key?: string | undefined; value?: string | undefined }[] | undefined,
) => tags?.map(({ key, value }) => ({ Key: key, Value: value }));

/** Tags that are a map, as `Tags.set` takes them. */
export const fromMap = (tags: Readonly<Record<string, string>> | undefined) =>
  Object.entries(tags ?? {}).map(([Key, Value]) => ({ Key, Value }));
