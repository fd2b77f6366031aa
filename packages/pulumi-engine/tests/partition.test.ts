import assert from "node:assert/strict";
import { test } from "node:test";
import type { Clients } from "../src/providers/clients.ts";
import { invoked } from "../src/providers/invokes.ts";
import type { Tools } from "../src/providers/kind.ts";
import { bucket } from "../src/providers/s3/bucket.ts";

const clientsIn = (region: string): Clients => ({ settings: { region } }) as unknown as Clients;

for (const [region, partition, dnsSuffix, reverseDnsPrefix] of [
  ["us-east-1", "aws", "amazonaws.com", "com.amazonaws"],
  ["cn-north-1", "aws-cn", "amazonaws.com.cn", "cn.com.amazonaws"],
  ["us-gov-west-1", "aws-us-gov", "amazonaws.com", "com.amazonaws"],
  ["eusc-de-east-1", "aws-eusc", "amazonaws.eu", "eu.amazonaws"],
  ["us-iso-east-1", "aws-iso", "c2s.ic.gov", "gov.ic.c2s"],
  ["us-isob-east-1", "aws-iso-b", "sc2s.sgov.gov", "gov.sgov.sc2s"],
  ["eu-isoe-west-1", "aws-iso-e", "cloud.adc-e.uk", "uk.adc-e.cloud"],
  ["us-isof-south-1", "aws-iso-f", "csp.hci.ic.gov", "gov.ic.hci.csp"],
] as const)
  test(`the provider knows which part of AWS ${region} is in, and makes up ARNs and names of it`, async () => {
    const aws = clientsIn(region);
    const token = "aws:index/getPartition:getPartition";
    assert.deepEqual(await invoked(aws, token, {}), {
      id: partition,
      partition,
      dnsSuffix,
      reverseDnsPrefix,
    });
    const s3 = { headBucket: async () => ({}), getBucketTagging: async () => ({}) };
    const tools = { region, aws: { s3: async () => s3 } } as unknown as Tools;
    const read = await bucket.read(tools, "logs-1", {});
    assert.equal(read?.["arn"], `arn:${partition}:s3:::logs-1`);
    assert.equal(read?.["bucketRegionalDomainName"], `logs-1.s3.${region}.${dnsSuffix}`);
  });
