import type { ConstructRequest, ConstructResult, Provider } from "../../engine/provider.ts";
import { UNKNOWN } from "../../engine/provider.ts";
import { sentence } from "../aws-error.ts";
import { Clients } from "../clients.ts";
import { faultsInObject, type Field, text } from "../fields.ts";
import { settingsOf } from "../settings.ts";
import { constructVpc, vpcFields } from "./vpc.ts";

/** What the awsx provider works with. */
export interface AwsxProviderOptions {
  /** AWS_ENDPOINT_URL, AWS_REGION and credentials are read from here. */
  env: Record<string, string | undefined>;
}

async function zonesOf(
  env: AwsxProviderOptions["env"],
  region: string | undefined,
  count: number,
): Promise<string[]> {
  const clients = new Clients(settingsOf(region === undefined ? {} : { region }, env).clients);
  try {
    const answer = await (
      await clients.ec2()
    ).describeAvailabilityZones({
      Filters: [{ Name: "opt-in-status", Values: ["opt-in-not-required"] }],
    });
    const names = (answer.AvailabilityZones ?? []).flatMap(({ ZoneName }) => ZoneName ?? []).sort();
    if (names.length < count)
      throw new Error(
        `numberOfAvailabilityZones is ${count}; the region has ${names.length} (${names.join(", ")})`,
      );
    return names.slice(0, count);
  } finally {
    await clients.close();
  }
}

async function construct(options: AwsxProviderOptions, request: ConstructRequest): Promise<ConstructResult> {
  if (request.type !== "awsx:ec2:Vpc")
    throw new Error(`${request.type} is not part of the rehearsal's awsx provider.`);
  const fields: Record<string, Field> = { ...(vpcFields as Record<string, Field>), region: text };
  const faults = faultsInObject({ fields, required: [] }, request.inputs, "", (value) => value === UNKNOWN);
  if (faults.length > 0)
    throw new Error(
      `${request.type} (${request.name}): ${faults.map(({ property, reason }) => `${property} ${reason}`).join("; ")}`,
    );
  const region = request.config["aws:region"];
  try {
    return await constructVpc(request, (count) => zonesOf(options.env, region, count));
  } catch (error) {
    throw new Error(`${request.type} (${request.name}): ${sentence(error)}`, { cause: error });
  }
}

/** The `awsx` package for the embedded engine: the one component of it that this repository's program uses. */
export function awsxProvider(options: AwsxProviderOptions): Provider {
  return { construct: (request) => construct(options, request) };
}
