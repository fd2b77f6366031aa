import { type ArnPlace, globalArnOf } from "./partition.ts";

/** A statement of an IAM policy. */
export interface Statement {
  readonly Sid?: string;
  readonly Effect: "Allow" | "Deny";
  readonly Action: readonly string[];
  readonly Resource: readonly string[] | string;
  readonly Condition?: object;
}
/** A policy of IAM, in the version of its language that has been current since 2012. */
export interface PolicyDocument {
  readonly Version: "2012-10-17";
  readonly Statement: readonly Statement[];
}

/** A statement that allows calls. */
export const allow = (
  Action: readonly string[],
  Resource: readonly string[] | string,
  Condition?: object,
): Statement => ({
  Effect: "Allow",
  Action,
  Resource,
  ...(Condition ? { Condition } : {}),
});
/** A policy of these statements. */
export const document = (...Statement: Statement[]): PolicyDocument => ({ Version: "2012-10-17", Statement });

/** Who may take a role: a service of AWS. */
export const trust = (service: string): object => ({
  Version: "2012-10-17",
  Statement: [{ Effect: "Allow", Principal: { Service: service }, Action: "sts:AssumeRole" }],
});

/** Who may take a role: principals of this account that policies of their own allow to. */
export const trustAccount = (of: ArnPlace): object => ({
  Version: "2012-10-17",
  Statement: [
    { Effect: "Allow", Principal: { AWS: globalArnOf("iam", of, "root") }, Action: "sts:AssumeRole" },
  ],
});
