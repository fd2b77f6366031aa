import type { PolicyDocument, Statement } from "../../infra/policy-document.ts";

/** What somebody tries: an action on a resource, with what IAM knows about the request. */
export interface Attempt {
  readonly action: string;
  readonly resource: string;
  /** A key has several values where the request names several things. */
  readonly context?: Readonly<Record<string, string | readonly string[]>>;
}

/** Whether the document alone lets it happen, as IAM decides: an explicit deny wins, and nothing said is a no. */
export function allowed(document: PolicyDocument, attempt: Attempt): boolean {
  const said = document.Statement.filter((statement) => applies(statement, attempt));
  return said.some(({ Effect }) => Effect === "Allow") && !said.some(({ Effect }) => Effect === "Deny");
}

function applies({ Action, Resource, Condition }: Statement, attempt: Attempt): boolean {
  const resources = typeof Resource === "string" ? [Resource] : Resource;
  return (
    Action.some((pattern) => like(pattern.toLowerCase(), attempt.action.toLowerCase())) &&
    resources.some((pattern) => like(pattern, attempt.resource)) &&
    Object.entries(Condition ?? {}).every(([operator, keys]) =>
      Object.entries(keys as Record<string, string | string[]>).every(([key, wanted]) =>
        holds(operator, attempt.context?.[key], [wanted].flat()),
      ),
    )
  );
}

function holds(
  operator: string,
  given: string | readonly string[] | undefined,
  wanted: readonly string[],
): boolean {
  const values = given === undefined ? [] : [given].flat();
  const one = values.length === 1 ? values[0] : undefined;
  switch (operator) {
    case "StringEquals":
      return one !== undefined && wanted.includes(one);
    case "StringEqualsIfExists":
      return given === undefined || (one !== undefined && wanted.includes(one));
    case "StringLike":
    case "ArnEquals":
      return one !== undefined && wanted.some((pattern) => like(pattern, one));
    case "ForAnyValue:StringEquals":
      return values.some((value) => wanted.includes(value));
    // Of no values at all it is true: IAM says so, and callers of dynamodb always bring the key.
    case "ForAllValues:StringEquals":
      return values.every((value) => wanted.includes(value));
    case "Null":
      return wanted.includes(String(given === undefined));
    default:
      throw new Error(`this evaluator does not know the condition operator ${operator}`);
  }
}

function like(pattern: string, text: string): boolean {
  const source = pattern.replace(/[.+^${}()|[\]\\]/g, String.raw`\$&`);
  return new RegExp(`^${source.replaceAll("*", ".*").replaceAll("?", ".")}$`).test(text);
}
