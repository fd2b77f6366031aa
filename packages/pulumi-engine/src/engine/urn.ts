/** URNs are Pulumi's: `urn:pulumi:STACK::PROJECT::PARENT$TYPE::NAME`. */

export const STACK_TYPE = "pulumi:pulumi:Stack";
export const PROVIDER_PREFIX = "pulumi:providers:";

export interface UrnParts {
  stack: string;
  project: string;
  /** The type with its parents' types before it, each followed by `$`. */
  qualifiedType: string;
  type: string;
  name: string;
}

export function makeUrn(
  at: { stack: string; project: string },
  resource: { type: string; name: string; parent?: string | undefined },
): string {
  const parent = resource.parent ? parseUrn(resource.parent).qualifiedType : STACK_TYPE;
  const prefix = parent === STACK_TYPE ? "" : `${parent}$`;
  return `urn:pulumi:${at.stack}::${at.project}::${prefix}${resource.type}::${resource.name}`;
}

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

export function isProviderType(type: string): boolean {
  return type.startsWith(PROVIDER_PREFIX);
}
