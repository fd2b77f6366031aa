import type {
  CreateLogGroupCommandInput,
  DescribeLogGroupsCommandInput,
} from "@aws-sdk/client-cloudwatch-logs";
import { AwsError } from "../../error.ts";
import type { Call, Handler } from "../../service.ts";
import { fromMap } from "../../tags.ts";
import { type State, addGroup, groupArn, groupOf } from "./state.ts";

/** The operations on log groups, their settings and their tags. */
export function groups(state: State): Record<string, Handler> {
  return {
    CreateLogGroup(input: CreateLogGroupCommandInput, call: Call) {
      const name = input.logGroupName ?? "";
      if (state.groups.has(name))
        throw new AwsError("ResourceAlreadyExistsException", "The specified log group already exists");
      const group = addGroup(state, name, call.now);
      if (input.kmsKeyId !== undefined) group.live.kmsKeyId = input.kmsKeyId;
      if (input.logGroupClass !== undefined) group.live.logGroupClass = input.logGroupClass;
      state.tags.set(groupArn(name), fromMap(input.tags));
      return {};
    },
    DeleteLogGroup(input: { logGroupName?: string }) {
      const { live } = groupOf(state, input.logGroupName);
      state.groups.delete(live.logGroupName);
      return {};
    },
    DescribeLogGroups(input: DescribeLogGroupsCommandInput) {
      const fitting = [...state.groups.values()].filter(({ live }) =>
        live.logGroupName.startsWith(input.logGroupNamePrefix ?? ""),
      );
      return { logGroups: fitting.map(({ live }) => live) };
    },
    PutRetentionPolicy(input: { logGroupName?: string; retentionInDays?: number }) {
      groupOf(state, input.logGroupName).live.retentionInDays = input.retentionInDays;
      return {};
    },
    DeleteRetentionPolicy(input: { logGroupName?: string }) {
      delete groupOf(state, input.logGroupName).live.retentionInDays;
      return {};
    },
    AssociateKmsKey(input: { logGroupName?: string; kmsKeyId?: string }) {
      groupOf(state, input.logGroupName).live.kmsKeyId = input.kmsKeyId;
      return {};
    },
    DisassociateKmsKey(input: { logGroupName?: string }) {
      delete groupOf(state, input.logGroupName).live.kmsKeyId;
      return {};
    },
    TagResource(input: { resourceArn?: string; tags?: Record<string, string> }) {
      state.tags.set(groupArn(groupOf(state, input.resourceArn).live.logGroupName), fromMap(input.tags));
      return {};
    },
    UntagResource(input: { resourceArn?: string; tagKeys?: string[] }) {
      state.tags.remove(groupArn(groupOf(state, input.resourceArn).live.logGroupName), input.tagKeys);
      return {};
    },
    ListTagsForResource: (input: { resourceArn?: string }) => ({
      tags: state.tags.map(groupArn(groupOf(state, input.resourceArn).live.logGroupName)),
    }),
  };
}
