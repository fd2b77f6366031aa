import assert from "node:assert/strict";
import { test } from "node:test";
import { DeleteItemCommand, GetItemCommand, PutItemCommand, DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { Account } from "./account.ts";

const TableName = "record";
const key = { id: { S: "stack" } };

test("a conditional write takes effect only while its condition holds; of two at once one wins", async () => {
  await using account = await Account.open();
  const { dynamodb } = account;
  await account.makeTable(TableName);
  const create = (json: string) =>
    dynamodb.send(
      new PutItemCommand({
        TableName,
        Item: { ...key, version: { N: "1" }, json: { S: json } },
        ConditionExpression: "attribute_not_exists(id)",
      }),
    );
  const change = (from: number, json: string) =>
    dynamodb.send(
      new PutItemCommand({
        TableName,
        Item: { ...key, version: { N: String(from + 1) }, json: { S: json } },
        ConditionExpression: "version = :expected",
        ExpressionAttributeValues: { ":expected": { N: String(from) } },
      }),
    );
  const stored = async () =>
    (await dynamodb.send(new GetItemCommand({ TableName, Key: key, ConsistentRead: true }))).Item?.["json"]
      ?.S;
  const lost = { name: "ConditionalCheckFailedException" };
  await assert.rejects(change(1, "before it exists"), lost);
  await create("first");
  await assert.rejects(create("again"), lost);
  assert.equal(await stored(), "first");

  const both = await Promise.allSettled([change(1, "a"), change(1, "b")]);
  const won = both.findIndex(({ status }) => status === "fulfilled");
  assert.deepEqual(both.map(({ status }) => status).sort(), ["fulfilled", "rejected"]);
  assert.equal(await stored(), ["a", "b"][won]);
  await assert.rejects(change(1, "late"), lost);
  await assert.rejects(
    dynamodb.send(
      new DeleteItemCommand({
        TableName,
        Key: key,
        ConditionExpression: "version = :expected",
        ExpressionAttributeValues: { ":expected": { N: "1" } },
      }),
    ),
    lost,
  );
  assert.equal(await stored(), ["a", "b"][won]);
});

test("a table that is not there, a key that is none and a condition that is none are refused by AWS's names", async () => {
  await using account = await Account.open();
  const { dynamodb } = account;
  const get = new GetItemCommand({ TableName, Key: key });
  await assert.rejects(dynamodb.send(get), { name: "ResourceNotFoundException" });
  await account.makeTable(TableName);
  await assert.rejects(account.makeTable(TableName), { name: "ResourceInUseException" });
  const invalid = { name: "ValidationException" };
  await assert.rejects(
    dynamodb.send(new PutItemCommand({ TableName, Item: { name: { S: "no key" } } })),
    invalid,
  );
  await assert.rejects(
    dynamodb.send(new PutItemCommand({ TableName, Item: key, ConditionExpression: "version ==" })),
    invalid,
  );
});

test("the SDK's own retries get over a throttling, and an answer that was lost was still a write", async () => {
  await using account = await Account.open();
  await account.makeTable(TableName);
  const patient = new DynamoDBClient(account.settings(4));
  try {
    const put = new PutItemCommand({ TableName, Item: { ...key, json: { S: "kept" } } });
    const strike = { service: "dynamodb", operation: "PutItem" };
    account.aws.faults.add(strike, { kind: "throttle", times: 1 });
    await assert.rejects(account.dynamodb.send(put), { name: "ThrottlingException" });
    account.aws.faults.add(strike, { kind: "throttle", times: 2 });
    await patient.send(put);
    assert.equal(account.aws.calls.get("dynamodb.PutItem"), 4);

    account.aws.faults.add(
      { service: "dynamodb", operation: "DeleteItem" },
      { kind: "error-after", times: 1 },
    );
    await assert.rejects(account.dynamodb.send(new DeleteItemCommand({ TableName, Key: key })));
    assert.equal((await patient.send(new GetItemCommand({ TableName, Key: key }))).Item, undefined);
  } finally {
    patient.destroy();
  }
});
