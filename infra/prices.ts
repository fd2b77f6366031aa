/** List prices of a region, in dollars. */
export interface RegionPrices {
  readonly fargate: Readonly<
    Record<"ARM64" | "X86_64", { readonly vcpuHour: number; readonly gbHour: number }>
  >;
  readonly balancerHour: number;
  /** One load balancer capacity unit. */
  readonly capacityUnitHour: number;
  readonly natHour: number;
  readonly publicAddressHour: number;
  /** A month each. */
  readonly alarmMetric: number;
  readonly customMetric: number;
  readonly dashboard: number;
  readonly secret: number;
  /** Logs taken in, each GB. */
  readonly logGb: number;
  /** A million read units of a table that is paid by the request. */
  readonly millionReads: number;
  readonly lambdaGbSecond: { readonly arm64: number };
}

/** List prices. One file, one date: change both together. */
export const prices: {
  readonly asOf: string;
  readonly source: string;
  readonly regions: Readonly<Record<string, RegionPrices>>;
} = {
  asOf: "2026-11",
  source:
    "AWS list prices (aws.amazon.com: /fargate, /elasticloadbalancing, /vpc, /cloudwatch, /secrets-manager, /lambda, /dynamodb, each followed by /pricing)",
  regions: {
    "us-east-1": {
      fargate: {
        ARM64: { vcpuHour: 0.03238, gbHour: 0.00356 },
        X86_64: { vcpuHour: 0.04048, gbHour: 0.004445 },
      },
      balancerHour: 0.0225,
      capacityUnitHour: 0.008,
      natHour: 0.045,
      publicAddressHour: 0.005,
      alarmMetric: 0.1,
      customMetric: 0.3,
      dashboard: 3,
      secret: 0.4,
      logGb: 0.5,
      millionReads: 0.125,
      lambdaGbSecond: { arm64: 0.0000133334 },
    },
  },
};
