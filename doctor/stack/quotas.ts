import { DescribeAddressesCommand, DescribeVpcsCommand, EC2Client } from "@aws-sdk/client-ec2";
import {
  ElasticLoadBalancingV2Client,
  paginateDescribeLoadBalancers,
} from "@aws-sdk/client-elastic-load-balancing-v2";
import { GetAccountSettingsCommand, LambdaClient } from "@aws-sdk/client-lambda";
import {
  GetAWSDefaultServiceQuotaCommand,
  GetServiceQuotaCommand,
  ServiceQuotasClient,
} from "@aws-sdk/client-service-quotas";
import { colours } from "../../domain/colour.ts";
import { type HubConfig, mostTasks, slotOf } from "../../infra/config.ts";
import { type Reach, asked, isMissing } from "./account.ts";
import { type Finding, mend, ok } from "./finding.ts";

/** A quota by its codes (AWS Service Quotas, of Fargate, VPC, EC2 and Elastic Load Balancing). */
interface Quota {
  readonly service: string;
  readonly code: string;
  /** What it counts. */
  readonly of: string;
}

const vcpus: Quota = { service: "fargate", code: "L-3032A538", of: "vCPUs of Fargate at once" };
const vpcs: Quota = { service: "vpc", code: "L-F678F1CE", of: "VPCs in a region" };
const addresses: Quota = { service: "ec2", code: "L-0263D0A3", of: "elastic addresses in a region" };
const balancers: Quota = {
  service: "elasticloadbalancing",
  code: "L-53DA6B97",
  of: "load balancers in a region",
};

/** Whether the account has room for what the stack makes. @param made the stack is there: what it has counts already */
export async function lookAtQuotas(config: HubConfig, reach: Reach, made: boolean): Promise<Finding[]> {
  const about = "quota";
  const looks = [
    asked(about, async () => [await room(reach, vcpus, vcpusOf(config).least, vcpusOf(config).most, 0)]),
    asked("lambda", () => lookAtLambda(reach)),
    ...(made ? [] : [asked(about, () => lookAtBalancers(reach))]),
    ...(made || config.network.vpcId !== undefined ? [] : [asked(about, () => lookAtNetwork(reach))]),
  ];
  return (await Promise.all(looks)).flat();
}

/** vCPUs of both colours, as many as a rollout needs and as many as autoscaling may start. */
function vcpusOf(config: HubConfig): { readonly least: number; readonly most: number } {
  const slots = colours.map((colour) => slotOf(config, colour));
  const sum = (tasks: (slot: (typeof slots)[number]) => number) =>
    slots.reduce((all, slot) => all + (tasks(slot) * slot.cpu) / 1_024, 0);
  return { least: sum(({ tasks }) => tasks), most: sum(mostTasks) };
}

async function lookAtNetwork(reach: Reach): Promise<Finding[]> {
  const client = new EC2Client(reach);
  try {
    const [there, taken] = await Promise.all([
      client.send(new DescribeVpcsCommand({})),
      client.send(new DescribeAddressesCommand({})),
    ]);
    return Promise.all([
      room(reach, vpcs, 1, 1, there.Vpcs?.length ?? 0),
      room(reach, addresses, 1, 1, taken.Addresses?.length ?? 0),
    ]);
  } finally {
    client.destroy();
  }
}

async function lookAtBalancers(reach: Reach): Promise<Finding[]> {
  const client = new ElasticLoadBalancingV2Client(reach);
  try {
    let count = 0;
    for await (const { LoadBalancers = [] } of paginateDescribeLoadBalancers({ client }, {}))
      count += LoadBalancers.filter(({ Type }) => Type === "application").length;
    return [await room(reach, balancers, 1, 1, count)];
  } finally {
    client.destroy();
  }
}

/** The guardian takes one of what is not reserved; a new account has ten in all. */
async function lookAtLambda(reach: Reach): Promise<Finding[]> {
  const client = new LambdaClient(reach);
  try {
    const { AccountLimit } = await client.send(new GetAccountSettingsCommand({}));
    const free = AccountLimit?.UnreservedConcurrentExecutions ?? 0;
    return [
      free >= 1
        ? ok("lambda", `${free} functions at once are not reserved; the guardian takes one`)
        : mend(
            "lambda",
            `every one of the ${AccountLimit?.ConcurrentExecutions ?? 0} functions at once is reserved, and the guardian takes one. See whose: aws lambda list-functions --region ${reach.region}`,
          ),
    ];
  } finally {
    client.destroy();
  }
}

/** Whether a quota has room. @param least what cannot be done without @param most what may come to be needed @param taken by others */
async function room(
  reach: Reach,
  quota: Quota,
  least: number,
  most: number,
  taken: number,
): Promise<Finding> {
  const allowed = await valueOf(reach, quota);
  const about = "quota";
  const text = `${allowed} ${quota.of}${taken > 0 ? `, ${taken} of them taken` : ""}`;
  if (allowed - taken < least)
    return mend(
      about,
      `${text}, and this stack needs ${least}. Ask for more: aws service-quotas request-service-quota-increase --region ${reach.region} --service-code ${quota.service} --quota-code ${quota.code} --desired-value ${Math.ceil(taken + most)}`,
    );
  const short = allowed - taken < most;
  return ok(
    about,
    `${text}; this stack needs ${least}${short ? `, and would take ${most} at its busiest` : ""}`,
  );
}

/** What the account has been given; where that was never changed, some quotas are only known by their default. */
async function valueOf(reach: Reach, { service, code }: Quota): Promise<number> {
  const client = new ServiceQuotasClient(reach);
  const which = { ServiceCode: service, QuotaCode: code };
  try {
    const { Quota } = await client.send(new GetServiceQuotaCommand(which)).catch((error: unknown) => {
      if (!isMissing(error)) throw error;
      return client.send(new GetAWSDefaultServiceQuotaCommand(which));
    });
    return Quota?.Value ?? 0;
  } finally {
    client.destroy();
  }
}
