import type { PolicyDocument, Statement } from "../../infra/policy-document.ts";

/** What somebody tries: an action on a resource, with what IAM knows about the request. */
export interface Attempt {
  readonly action: string;
  readonly resource: string;
  readonly context?: Readonly<Record<string, string>>;
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

function holds(operator: string, given: string | undefined, wanted: readonly string[]): boolean {
  switch (operator) {
    case "StringEquals":
      return given !== undefined && wanted.includes(given);
    case "StringEqualsIfExists":
      return given === undefined || wanted.includes(given);
    case "StringLike":
    case "ArnEquals":
      return given !== undefined && wanted.some((pattern) => like(pattern, given));
    case "ForAnyValue:StringEquals":
      return given !== undefined && wanted.includes(given);
    // Of no values at all it is true: IAM says so, and callers of dynamodb always bring the key.
    case "ForAllValues:StringEquals":
      return given === undefined || wanted.includes(given);
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
