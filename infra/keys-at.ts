import { z } from "zod";

/** What is used here of a JSON Schema. */
interface Keyed {
  readonly properties?: Readonly<Record<string, Keyed>>;
  readonly items?: Keyed;
  readonly anyOf?: readonly Keyed[];
}

/** Names of the keys that a schema knows at a path, whichever of its forms a value has there. */
export function keysAt(schema: z.ZodType, path: readonly PropertyKey[]): string[] {
  let here: readonly Keyed[] = formsOf(z.toJSONSchema(schema, { io: "input" }) as Keyed);
  for (const part of path)
    here = here.flatMap(({ properties, items }) => {
      const next = typeof part === "number" ? items : properties?.[String(part)];
      return next === undefined ? [] : formsOf(next);
    });
  return [...new Set(here.flatMap(({ properties }) => Object.keys(properties ?? {})))];
}

const formsOf = (schema: Keyed): readonly Keyed[] => [schema, ...(schema.anyOf ?? []).flatMap(formsOf)];
