import { list, object, set, text, type Field, type Values } from "../fields.ts";

const principals = set(object({ type: text, identifiers: set(text) }, ["type", "identifiers"]));

const statement = object({
  sid: text,
  effect: text,
  actions: set(text),
  notActions: set(text),
  resources: set(text),
  notResources: set(text),
  principals,
  notPrincipals: principals,
  conditions: set(object({ test: text, variable: text, values: list(text) }, ["test", "variable", "values"])),
});

/** The arguments of `aws.iam.getPolicyDocument` that are known here. */
export const policyFields: Record<string, Field> = {
  policyId: text,
  version: text,
  statements: list(statement),
  sourcePolicyDocuments: list(text),
  overridePolicyDocuments: list(text),
};

interface Principal {
  type: string;
  identifiers: string[];
}
interface Condition {
  test: string;
  variable: string;
  values: string[];
}
interface Statement {
  sid?: string;
  effect?: string;
  actions?: string[];
  notActions?: string[];
  resources?: string[];
  notResources?: string[];
  principals?: Principal[];
  notPrincipals?: Principal[];
  conditions?: Condition[];
}

/** IAM's own spelling: one value stands alone, several in a list. */
const oneOrMany = (values: string[] | undefined) =>
  values === undefined || values.length === 0 ? undefined : values.length === 1 ? values[0] : values;

function principalsOf(all: Principal[] | undefined): unknown {
  if (all === undefined || all.length === 0) return undefined;
  const everyone = all.length === 1 && all[0]?.type === "*" && all[0].identifiers[0] === "*";
  if (everyone) return "*";
  return Object.fromEntries(all.map(({ type, identifiers }) => [type, oneOrMany(identifiers)]));
}

function conditionsOf(all: Condition[] | undefined): unknown {
  if (all === undefined || all.length === 0) return undefined;
  const tests: Record<string, Record<string, unknown>> = {};
  for (const { test, variable, values } of all) (tests[test] ??= {})[variable] = oneOrMany(values);
  return tests;
}

const written = (each: Statement): Values => ({
  ...(each.sid === undefined ? {} : { Sid: each.sid }),
  Effect: each.effect ?? "Allow",
  ...present({
    Action: oneOrMany(each.actions),
    NotAction: oneOrMany(each.notActions),
    Resource: oneOrMany(each.resources),
    NotResource: oneOrMany(each.notResources),
    Principal: principalsOf(each.principals),
    NotPrincipal: principalsOf(each.notPrincipals),
    Condition: conditionsOf(each.conditions),
  }),
});

const present = (values: Values): Values =>
  Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined));

/** The policy that `getPolicyDocument` describes: source documents, then statements, then overriding ones by their Sid. */
export function policyDocument(args: Values): Values {
  const parsed = (documents: unknown): Values[] =>
    ((documents ?? []) as string[]).flatMap((document) => {
      const { Statement } = JSON.parse(document) as { Statement: Values | Values[] };
      return Array.isArray(Statement) ? Statement : [Statement];
    });
  const own = ((args.statements ?? []) as Statement[]).map(written);
  const statements = [...parsed(args.sourcePolicyDocuments), ...own];
  for (const winner of parsed(args.overridePolicyDocuments)) {
    const at = winner.Sid === undefined ? -1 : statements.findIndex(({ Sid }) => Sid === winner.Sid);
    if (at < 0) statements.push(winner);
    else statements[at] = winner;
  }
  return {
    Version: args.version ?? "2012-10-17",
    ...(args.policyId === undefined ? {} : { Id: args.policyId }),
    Statement: statements,
  };
}
