import type { CheckFailure, CheckRequest, CheckResult, PropertyMap } from "../engine/provider.ts";
import { isUnknown, UNKNOWN } from "../engine/provider.ts";
import { type Field, faultsInObject, text, type Values } from "./fields.ts";
import type { Kind } from "./kind.ts";
import { generatedName } from "./naming.ts";
import { plain } from "./values.ts";

/** Every field of a type, with the `region` that all but global services take. */
export function fieldsOf(kind: Kind): Record<string, Field> {
  const own = kind.fields as Record<string, Field>;
  return kind.global === true ? own : { ...own, region: text };
}

/**
 * The inputs with defaults and a name filled in, and everything that is wrong with them. What was filled in is listed
 * in `__defaults`, as Pulumi's bridge does, so that a later run can tell it from what the program wrote.
 */
export function checked(kind: Kind, request: CheckRequest): CheckResult {
  const news = plain(request.news) as Values;
  delete news.__defaults;
  const failures: CheckFailure[] = faultsInObject(
    { fields: fieldsOf(kind), required: kind.required ?? [] },
    news,
    "",
    (value) => value === UNKNOWN,
  );
  const defaults: string[] = [];
  for (const [property, value] of Object.entries(kind.defaults ?? {}))
    if (news[property] === undefined && value !== undefined) {
      news[property] = value;
      defaults.push(property);
    }
  if (kind.naming !== undefined) {
    const { logicalName, naming } = { logicalName: request.name, naming: kind.naming };
    const { name, fault } = generatedName({
      naming,
      logicalName,
      news,
      olds: request.olds,
      seed: request.randomSeed,
    });
    if (fault !== undefined) failures.push(fault);
    if (name !== undefined) {
      news[naming.property] = name;
      defaults.push(naming.property);
    }
  }
  if (failures.length === 0 && kind.faults !== undefined && !holdsUnknown(news))
    failures.push(...kind.faults(news));
  return { inputs: { ...(news as PropertyMap), __defaults: defaults }, failures };
}

function holdsUnknown(value: unknown): boolean {
  if (Array.isArray(value)) return value.some(holdsUnknown);
  if (typeof value === "object" && value !== null) return Object.values(value).some(holdsUnknown);
  return isUnknown(value as string);
}
