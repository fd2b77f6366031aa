import type { TableArgs } from "@pulumi/aws/dynamodb/table.js";
import { unlessGone } from "../aws-error.ts";
import { flag, map, number, object, set, text } from "../fields.ts";
import { awaited, kind, patiently, type Plain, type Tools } from "../kind.ts";
import { tagListOrNone, tagList, tagMap } from "../tags.ts";
import { asText } from "../values.ts";

const busy = ["ResourceInUse", "LimitExceeded"] as const;

async function described(tools: Tools, TableName: string) {
  const answer = await unlessGone(
    (await tools.aws.dynamodb()).describeTable({ TableName }),
    "ResourceNotFound",
  );
  return answer?.Table;
}

async function active(tools: Tools, name: string): Promise<void> {
  await awaited(
    tools,
    async () => ((await described(tools, name))?.TableStatus === "ACTIVE" ? true : undefined),
    () => `table ${name} did not become active within 30 minutes`,
    1_800_000,
  );
}

const throughput = (inputs: Plain<TableArgs>) =>
  inputs.billingMode === "PAY_PER_REQUEST"
    ? undefined
    : { ReadCapacityUnits: inputs.readCapacity ?? 1, WriteCapacityUnits: inputs.writeCapacity ?? 1 };

async function setTtl(
  tools: Tools,
  TableName: string,
  now: Plain<TableArgs>["ttl"],
  before?: Plain<TableArgs>["ttl"],
) {
  const AttributeName = now?.attributeName ?? before?.attributeName;
  if (AttributeName === undefined) return;
  const Enabled = now !== undefined && now.enabled !== false;
  const dynamodb = await tools.aws.dynamodb();
  await dynamodb.updateTimeToLive({ TableName, TimeToLiveSpecification: { AttributeName, Enabled } });
}

async function setRecovery(tools: Tools, TableName: string, wanted: Plain<TableArgs>["pointInTimeRecovery"]) {
  const dynamodb = await tools.aws.dynamodb();
  await patiently(tools, ["ContinuousBackupsUnavailable"], () =>
    dynamodb.updateContinuousBackups({
      TableName,
      PointInTimeRecoverySpecification: {
        PointInTimeRecoveryEnabled: wanted?.enabled ?? false,
        RecoveryPeriodInDays: wanted?.recoveryPeriodInDays,
      },
    }),
  );
}

/**
 * A table of DynamoDB, by its name, made once it is active. Its keys must be among `attributes`. Removing it waits until it is
 * gone, at most 10 minutes.
 */
export const table = kind<TableArgs>({
  type: "aws:dynamodb/table:Table",
  fields: {
    name: text,
    attributes: set(object({ name: text, type: text }, ["name", "type"])),
    hashKey: text,
    rangeKey: text,
    billingMode: text,
    readCapacity: number,
    writeCapacity: number,
    tableClass: text,
    deletionProtectionEnabled: flag,
    ttl: object({ attributeName: text, enabled: flag }),
    pointInTimeRecovery: object({ enabled: flag, recoveryPeriodInDays: number }, ["enabled"]),
    serverSideEncryption: object({ enabled: flag, kmsKeyArn: text }, ["enabled"]),
    streamEnabled: flag,
    streamViewType: text,
    tags: map,
  },
  forceNew: ["name", "hashKey", "rangeKey"],
  defaults: { billingMode: "PROVISIONED" },
  naming: { property: "name", max: 255 },
  gone: ["ResourceNotFound"],
  faults: ({ hashKey, rangeKey, attributes }) =>
    attributes === undefined
      ? []
      : Object.entries({ hashKey, rangeKey })
          .filter(([, key]) => key !== undefined && !attributes.some(({ name }) => name === key))
          .map(([property, key]) => ({
            property,
            reason: `names ${key}, which is not among attributes (${attributes.map(({ name }) => name).join(", ")})`,
          })),
  async create(tools, inputs) {
    const dynamodb = await tools.aws.dynamodb();
    await patiently(tools, ["LimitExceeded"], () =>
      dynamodb.createTable({
        TableName: inputs.name,
        AttributeDefinitions: inputs.attributes?.map(({ name, type }) => ({
          AttributeName: name,
          AttributeType: type as "S",
        })),
        KeySchema: [
          { AttributeName: inputs.hashKey, KeyType: "HASH" as const },
          ...(inputs.rangeKey === undefined
            ? []
            : [{ AttributeName: inputs.rangeKey, KeyType: "RANGE" as const }]),
        ],
        BillingMode: inputs.billingMode as "PAY_PER_REQUEST",
        ProvisionedThroughput: throughput(inputs),
        TableClass: inputs.tableClass as "STANDARD" | undefined,
        DeletionProtectionEnabled: inputs.deletionProtectionEnabled,
        SSESpecification: inputs.serverSideEncryption && {
          Enabled: inputs.serverSideEncryption.enabled,
          KMSMasterKeyId: inputs.serverSideEncryption.kmsKeyArn,
        },
        StreamSpecification:
          inputs.streamEnabled === true
            ? { StreamEnabled: true, StreamViewType: inputs.streamViewType as "NEW_IMAGE" | undefined }
            : undefined,
        Tags: tagListOrNone(inputs.tags),
      }),
    );
    return inputs.name ?? "";
  },
  async configure(tools, id, inputs) {
    await active(tools, id);
    if (inputs.ttl !== undefined) await setTtl(tools, id, inputs.ttl);
    if (inputs.pointInTimeRecovery?.enabled === true)
      await setRecovery(tools, id, inputs.pointInTimeRecovery);
  },
  async read(tools, id, state) {
    const live = await described(tools, id);
    if (live === undefined) return undefined;
    const dynamodb = await tools.aws.dynamodb();
    const key = (type: string) => live.KeySchema?.find(({ KeyType }) => KeyType === type)?.AttributeName;
    const ttl = state.ttl === undefined ? undefined : await dynamodb.describeTimeToLive({ TableName: id });
    const backups =
      state.pointInTimeRecovery === undefined
        ? undefined
        : await dynamodb.describeContinuousBackups({ TableName: id });
    const recovery = backups?.ContinuousBackupsDescription?.PointInTimeRecoveryDescription;
    const { Tags } = await dynamodb.listTagsOfResource({ ResourceArn: live.TableArn });
    return {
      arn: live.TableArn,
      name: live.TableName,
      hashKey: key("HASH"),
      rangeKey: key("RANGE"),
      attributes: live.AttributeDefinitions?.map(({ AttributeName, AttributeType }) => ({
        name: AttributeName,
        type: AttributeType,
      })),
      billingMode: live.BillingModeSummary?.BillingMode ?? "PROVISIONED",
      readCapacity: live.ProvisionedThroughput?.ReadCapacityUnits ?? 0,
      writeCapacity: live.ProvisionedThroughput?.WriteCapacityUnits ?? 0,
      deletionProtectionEnabled: live.DeletionProtectionEnabled ?? false,
      streamArn: live.LatestStreamArn ?? "",
      streamLabel: live.LatestStreamLabel ?? "",
      ttl: ttl && {
        attributeName: ttl.TimeToLiveDescription?.AttributeName,
        enabled: (ttl.TimeToLiveDescription?.TimeToLiveStatus ?? "").startsWith("ENABL"),
      },
      pointInTimeRecovery: recovery && {
        enabled: recovery.PointInTimeRecoveryStatus === "ENABLED",
        recoveryPeriodInDays: recovery.RecoveryPeriodInDays,
      },
      serverSideEncryption: live.SSEDescription && {
        enabled: live.SSEDescription.Status === "ENABLED",
        kmsKeyArn: live.SSEDescription.KMSMasterKeyArn,
      },
      tags: tagMap(Tags),
    };
  },
  async update(tools, id, { inputs, oldInputs, changed }) {
    const dynamodb = await tools.aws.dynamodb();
    const change = async (part: Parameters<typeof dynamodb.updateTable>[0]) => {
      await patiently(tools, busy, () => dynamodb.updateTable(part));
      await active(tools, id);
    };
    if (changed("billingMode", "readCapacity", "writeCapacity"))
      await change({
        TableName: id,
        BillingMode: inputs.billingMode as "PROVISIONED",
        ProvisionedThroughput: throughput(inputs),
      });
    if (changed("deletionProtectionEnabled"))
      await change({ TableName: id, DeletionProtectionEnabled: inputs.deletionProtectionEnabled ?? false });
    if (changed("tableClass"))
      await change({ TableName: id, TableClass: (inputs.tableClass ?? "STANDARD") as "STANDARD" });
    if (changed("serverSideEncryption"))
      await change({
        TableName: id,
        SSESpecification: {
          Enabled: inputs.serverSideEncryption?.enabled ?? false,
          KMSMasterKeyId: inputs.serverSideEncryption?.kmsKeyArn,
        },
      });
    if (changed("streamEnabled", "streamViewType"))
      await change({
        TableName: id,
        StreamSpecification: {
          StreamEnabled: inputs.streamEnabled ?? false,
          StreamViewType: inputs.streamViewType as "NEW_IMAGE" | undefined,
        },
      });
    if (changed("ttl")) await setTtl(tools, id, inputs.ttl, oldInputs.ttl);
    if (changed("pointInTimeRecovery")) await setRecovery(tools, id, inputs.pointInTimeRecovery);
  },
  async retag(tools, state, put, removed) {
    const dynamodb = await tools.aws.dynamodb();
    const ResourceArn = asText(state.arn);
    if (removed.length > 0) await dynamodb.untagResource({ ResourceArn, TagKeys: removed });
    if (Object.keys(put).length > 0) await dynamodb.tagResource({ ResourceArn, Tags: tagList(put) });
  },
  async remove(tools, id) {
    const dynamodb = await tools.aws.dynamodb();
    await patiently(tools, busy, () => dynamodb.deleteTable({ TableName: id }));
    await awaited(
      tools,
      async () => ((await described(tools, id)) === undefined ? true : undefined),
      () => `table ${id} was not gone after 10 minutes`,
      600_000,
    );
  },
});
