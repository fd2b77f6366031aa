import { isObject, type Values } from "../fields.ts";
import { asText } from "../values.ts";

/**
 * ELBv2 keeps most settings as attributes (texts under dotted keys). A table says which property is which attribute
 * and what the attribute goes back to when the property is taken out of the program.
 */
export interface Attribute {
  /** The property, or `property.field` of an object. */
  property: string;
  key: string;
  kind: "text" | "number" | "flag";
  /** Undefined: AWS has none, the attribute then stays as it is. */
  fallback?: string;
}

const valueAt = (values: Values, path: string): unknown => {
  const [head = "", tail] = path.split(".");
  const value = values[head];
  if (tail === undefined) return value;
  return isObject(value) ? value[tail] : undefined;
};

/** The attributes that the inputs ask for. */
export function attributesOf(table: readonly Attribute[], inputs: Values): { Key: string; Value: string }[] {
  return table.flatMap(({ property, key }) => {
    const value = valueAt(inputs, property);
    return value === undefined || value === null ? [] : [{ Key: key, Value: asText(value) }];
  });
}

/** The attributes to set so that what was `before` becomes what is wanted now. */
export function attributeChanges(
  table: readonly Attribute[],
  before: Values,
  now: Values,
): { Key: string; Value: string }[] {
  return table.flatMap(({ property, key, fallback }) => {
    const [old, wanted] = [valueAt(before, property), valueAt(now, property) ?? fallback];
    return wanted === undefined || wanted === null || asText(old ?? fallback) === asText(wanted)
      ? []
      : [{ Key: key, Value: asText(wanted) }];
  });
}

/** The properties that live attributes stand for. */
export function propertiesOf(
  table: readonly Attribute[],
  attributes: readonly { Key?: string | undefined; Value?: string | undefined }[] | undefined,
): Values {
  const live = new Map((attributes ?? []).map(({ Key, Value }) => [Key, Value]));
  const properties: Values = {};
  for (const { property, key, kind } of table) {
    const written = live.get(key);
    if (written === undefined || (written === "" && kind !== "text")) continue;
    const value = kind === "number" ? Number(written) : kind === "flag" ? written === "true" : written;
    const [head = "", tail] = property.split(".");
    if (tail === undefined) properties[head] = value;
    else properties[head] = { ...(properties[head] as Values | undefined), [tail]: value };
  }
  return properties;
}
