import type { AddPermissionCommandInput } from "@aws-sdk/client-lambda";
import { AwsError } from "../../error.ts";
import type { Handler } from "../../service.ts";
import { type State, functionOf } from "./state.ts";

/** The operations on who may call a function: it is kept, nobody is denied by it. */
export function permissions(state: State): Record<string, Handler> {
  return {
    AddPermission(input: AddPermissionCommandInput) {
      const held = functionOf(state, input.FunctionName);
      if (held.statements.has(input.StatementId ?? ""))
        throw new AwsError(
          "ResourceConflictException",
          `The statement id (${input.StatementId}) provided already exists.`,
          409,
        );
      const statement = {
        Sid: input.StatementId,
        Effect: "Allow",
        Principal: { Service: input.Principal },
        Action: input.Action,
        Resource: held.live.FunctionArn,
        ...(input.SourceArn === undefined
          ? {}
          : { Condition: { ArnLike: { "AWS:SourceArn": input.SourceArn } } }),
      };
      held.statements.set(input.StatementId ?? "", statement);
      return { Statement: JSON.stringify(statement) };
    },
    RemovePermission(input: { FunctionName?: string; StatementId?: string }) {
      if (!functionOf(state, input.FunctionName).statements.delete(input.StatementId ?? ""))
        throw new AwsError(
          "ResourceNotFoundException",
          `Statement ${input.StatementId} is not found in resource policy.`,
          404,
        );
      return {};
    },
    GetPolicy(input: { FunctionName?: string }) {
      const { statements } = functionOf(state, input.FunctionName);
      if (statements.size === 0)
        throw new AwsError("ResourceNotFoundException", "The resource you requested does not exist.", 404);
      return {
        Policy: JSON.stringify({
          Version: "2012-10-17",
          Id: "default",
          Statement: [...statements.values()],
        }),
        RevisionId: "1",
      };
    },
  };
}
