import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { TestContext } from "node:test";
import { CreateTableCommand, DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { SecretsManager } from "@aws-sdk/client-secrets-manager";
import { type LocalAws, startAws, systemClock } from "local-aws";
import { seeded } from "local-aws/random";
import type { SwitchRecord } from "../../domain/record.ts";
import { makeStore } from "../../rollout/record/store.ts";
import { record } from "../rollout/situation.ts";

/** An account that holds the records of stacks, and nothing of theirs that runs. */
export interface Records {
  readonly aws: LocalAws;
  /** Lays a record under a stack's name. */
  keep(stack: string, over: Partial<SwitchRecord>): Promise<void>;
  makeSecret(name: string, value: string): Promise<void>;
}

/** @param there an account that is open already; left out: one of its own */
export async function openRecords(t: TestContext, there?: LocalAws): Promise<Records> {
  const aws = there ?? (await ownAccount(t));
  const access = {
    region: "us-east-1",
    endpoint: aws.endpoint,
    credentials: { accessKeyId: "local", secretAccessKey: "local" },
  };
  const dynamodb = new DynamoDBClient(access);
  const secrets = new SecretsManager(access);
  t.after(async () => {
    dynamodb.destroy();
    secrets.destroy();
  });
  return {
    aws,
    async keep(stack, over) {
      const TableName = `hub-${stack}-switch`;
      await dynamodb
        .send(
          new CreateTableCommand({
            TableName,
            BillingMode: "PAY_PER_REQUEST",
            AttributeDefinitions: [{ AttributeName: "id", AttributeType: "S" }],
            KeySchema: [{ AttributeName: "id", KeyType: "HASH" }],
          }),
        )
        .catch((error: Error) => {
          if (error.name !== "ResourceInUseException") throw error;
        });
      const store = makeStore(dynamodb, TableName, stack);
      const there = await store.read();
      await store.write(record(over), there?.version ?? null);
    },
    async makeSecret(Name, SecretString) {
      await secrets.createSecret({ Name, SecretString });
    },
  };
}

async function ownAccount(t: TestContext): Promise<LocalAws> {
  const folder = await mkdtemp(join(tmpdir(), "records-"));
  const aws = await startAws({ images: {}, folder, clock: systemClock, random: seeded(1) });
  t.after(async () => {
    await aws.close();
    await rm(folder, { recursive: true, force: true });
  });
  return aws;
}
