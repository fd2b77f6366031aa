import type {
  GetServiceQuotaRequest,
  RequestServiceQuotaIncreaseRequest,
  ServiceQuota,
} from "@aws-sdk/client-service-quotas";
import { AwsError } from "../../error.ts";
import { type Ids, lower } from "../../names.ts";
import type { Call, Service } from "../../service.ts";

/** Quotas of a new account, by service and code (AWS Service Quotas). */
const defaults: readonly (readonly [service: string, code: string, name: string, value: number])[] = [
  ["ec2", "L-0263D0A3", "EC2-VPC Elastic IPs", 5],
  ["elasticloadbalancing", "L-53DA6B97", "Application Load Balancers per Region", 50],
  ["fargate", "L-3032A538", "Fargate On-Demand vCPU resource count", 6],
  ["vpc", "L-F678F1CE", "VPCs per Region", 5],
];

/** Service Quotas: those of a new account, and an increase is granted at once. One that was never increased has only its default. */
export function serviceQuotas(ids: Ids): Service {
  const given = new Map<string, number>();
  const find = ({ ServiceCode = "", QuotaCode = "" }: Partial<GetServiceQuotaRequest>): ServiceQuota => {
    const found = defaults.find(([service, code]) => service === ServiceCode && code === QuotaCode);
    if (found === undefined) throw missing();
    const [, , QuotaName, Value] = found;
    return { ServiceCode, QuotaCode, QuotaName, Value, Adjustable: true, GlobalQuota: false, Unit: "None" };
  };
  return {
    signingName: "servicequotas",
    protocol: "json",
    shapes: () => import("@aws-sdk/client-service-quotas"),
    handlers: {
      GetAWSDefaultServiceQuota: (input: GetServiceQuotaRequest) => ({ Quota: find(input) }),
      GetServiceQuota(input: GetServiceQuotaRequest) {
        const Value = given.get(keyOf(input));
        if (Value === undefined) throw missing();
        return { Quota: { ...find(input), Value } };
      },
      RequestServiceQuotaIncrease(input: RequestServiceQuotaIncreaseRequest, { now }: Call) {
        const { Value = 0, ...quota } = find(input);
        const { DesiredValue = 0 } = input;
        if (DesiredValue <= (given.get(keyOf(input)) ?? Value))
          throw new AwsError(
            "IllegalArgumentException",
            "You must provide a quota value greater than the current quota value",
          );
        given.set(keyOf(input), DesiredValue);
        return {
          RequestedQuota: {
            Id: ids.of(lower, 32),
            ServiceCode: quota.ServiceCode,
            QuotaCode: quota.QuotaCode,
            QuotaName: quota.QuotaName,
            DesiredValue,
            Status: "APPROVED",
            Created: new Date(now),
          },
        };
      },
    },
  };
}

const keyOf = ({ ServiceCode, QuotaCode }: Partial<GetServiceQuotaRequest>) => `${ServiceCode} ${QuotaCode}`;
const missing = () =>
  new AwsError(
    "NoSuchResourceException",
    "The request failed because the specified service or quota does not exist.",
  );
