import assert from "node:assert/strict";
import { test } from "node:test";
import { CreateFunctionCommand, LambdaClient, PutFunctionConcurrencyCommand } from "@aws-sdk/client-lambda";
import { Account } from "./account.ts";
import { zipOf } from "./zip.ts";

test("no concurrency can be reserved, as in a new account, whose 10 must all stay unreserved; 0 stops a function", async () => {
  await using account = await Account.open();
  const lambda = new LambdaClient(account.settings());
  const FunctionName = "guardian";
  const reserve = (ReservedConcurrentExecutions: number) =>
    lambda.send(new PutFunctionConcurrencyCommand({ FunctionName, ReservedConcurrentExecutions }));
  await lambda.send(
    new CreateFunctionCommand({
      FunctionName,
      Role: "arn:aws:iam::123456789012:role/any",
      Runtime: "nodejs24.x",
      Handler: "index.handler",
      Code: { ZipFile: zipOf("index.js", "exports.handler = async () => 1;") },
    }),
  );
  await assert.rejects(reserve(1), {
    name: "InvalidParameterValueException",
    message: /below its minimum value of \[10\]/,
  });
  assert.equal((await reserve(0)).ReservedConcurrentExecutions, 0);
  lambda.destroy();
});
