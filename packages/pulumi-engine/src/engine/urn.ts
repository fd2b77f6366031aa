/** URNs are Pulumi's: `urn:pulumi:STACK::PROJECT::PARENT$TYPE::NAME`. */

/** Type of the stack itself, the root of all resources; URNs leave it out of a child's parents. */
export const STACK_TYPE = "pulumi:pulumi:Stack";
/** What the type of every provider resource starts with; the package's name follows. */
export const PROVIDER_PREFIX = "pulumi:providers:";

/** What a URN says. */
export interface UrnParts {
  stack: string;
  project: string;
  /** The type with its parents' types before it, each followed by `$`. */
  qualifiedType: string;
  type: string;
  name: string;
}

/** The URN of a resource; without a parent it is a child of the stack. */
export function makeUrn(
  at: { stack: string; project: string },
  resource: { type: string; name: string; parent?: string | undefined },
): string {
  const parent = resource.parent ? parseUrn(resource.parent).qualifiedType : STACK_TYPE;
  const prefix = parent === STACK_TYPE ? "" : `${parent}$`;
  return `urn:pulumi:${at.stack}::${at.project}::${prefix}${resource.type}::${resource.name}`;
}

/** The parts of a URN. Throws a sentence with the text where it is none. */
export function parseUrn(urn: string): UrnParts {
  const match = /^urn:pulumi:(.*?)::(.*?)::(.*?)::(.*)$/s.exec(urn);
  if (!match) throw new Error(`"${urn}" is not a URN of the form urn:pulumi:STACK::PROJECT::TYPE::NAME.`);
  const [, stack = "", project = "", qualifiedType = "", name = ""] = match;
  return {
    stack,
    project,
    qualifiedType,
    type: qualifiedType.slice(qualifiedType.lastIndexOf("$") + 1),
    name,
  };
}

/** The package that a type or function token belongs to; for a provider's type, the package that it provides. */
export function packageOf(token: string): string {
  if (token.startsWith(PROVIDER_PREFIX)) return token.slice(PROVIDER_PREFIX.length);
  return token.slice(0, Math.max(0, token.indexOf(":")));
}

/** Whether a type is that of a provider resource. */
export function isProviderType(type: string): boolean {
  return type.startsWith(PROVIDER_PREFIX);
}
