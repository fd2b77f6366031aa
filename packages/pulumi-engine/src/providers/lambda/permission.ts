import type { PermissionArgs } from "@pulumi/aws/lambda/permission.js";
import { unlessGone } from "../aws-error.ts";
import { isObject, text, type Values } from "../fields.ts";
import { kind, patiently } from "../kind.ts";
import { asText } from "../values.ts";

interface Statement {
  Sid?: string;
  Action?: string;
  Principal?: string | { Service?: string; AWS?: string };
  Condition?: { ArnLike?: Values; StringEquals?: Values };
}

function statementsOf(policy: string | undefined): Statement[] {
  const parsed: unknown = policy === undefined ? undefined : JSON.parse(policy);
  const statements = isObject(parsed) ? parsed.Statement : undefined;
  return Array.isArray(statements) ? (statements as Statement[]) : [];
}

/** A statement of a function's own policy, by its statement id; every change is a new one. */
export const lambdaPermission = kind<PermissionArgs>({
  type: "aws:lambda/permission:Permission",
  fields: {
    action: text,
    function: text,
    principal: text,
    principalOrgId: text,
    qualifier: text,
    sourceAccount: text,
    sourceArn: text,
    statementId: text,
    statementIdPrefix: text,
    eventSourceToken: text,
  },
  required: ["action", "function", "principal"],
  forceNew: [
    "action",
    "function",
    "principal",
    "principalOrgId",
    "qualifier",
    "sourceAccount",
    "sourceArn",
    "statementId",
    "statementIdPrefix",
    "eventSourceToken",
  ],
  naming: { property: "statementId", prefix: "statementIdPrefix", max: 100 },
  gone: ["ResourceNotFound"],
  async create(tools, inputs) {
    const lambda = await tools.aws.lambda();
    // several permissions of one function change one policy
    await patiently(
      tools,
      ["ResourceConflict", "PreconditionFailed"],
      () =>
        lambda.addPermission({
          FunctionName: asText(inputs.function),
          StatementId: inputs.statementId,
          Action: inputs.action,
          Principal: inputs.principal,
          PrincipalOrgID: inputs.principalOrgId,
          SourceArn: inputs.sourceArn,
          SourceAccount: inputs.sourceAccount,
          EventSourceToken: inputs.eventSourceToken,
          Qualifier: inputs.qualifier,
        }),
      30_000,
    );
    return inputs.statementId ?? "";
  },
  async read(tools, id, state) {
    const lambda = await tools.aws.lambda();
    const answer = await unlessGone(
      lambda.getPolicy({
        FunctionName: String(state.function),
        Qualifier: state.qualifier as string | undefined,
      }),
      "ResourceNotFound",
    );
    const live = statementsOf(answer?.Policy).find(({ Sid }) => Sid === id);
    if (live === undefined) return undefined;
    const { Principal: principal } = live;
    return {
      statementId: live.Sid,
      function: state.function,
      action: live.Action,
      principal: typeof principal === "string" ? principal : (principal?.Service ?? state.principal),
      sourceArn: live.Condition?.ArnLike?.["AWS:SourceArn"],
      sourceAccount: live.Condition?.StringEquals?.["AWS:SourceAccount"],
    };
  },
  async remove(tools, id, state) {
    await (
      await tools.aws.lambda()
    ).removePermission({
      FunctionName: String(state.function),
      StatementId: id,
      Qualifier: state.qualifier as string | undefined,
    });
  },
});
