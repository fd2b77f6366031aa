export interface RegionPrices {
  /** Dollars. */
  readonly fargate: Readonly<
    Record<"ARM64" | "X86_64", { readonly vcpuHour: number; readonly gbHour: number }>
  >;
  readonly balancerHour: number;
  readonly natHour: number;
  /** A month each. */
  readonly alarmMetric: number;
  readonly dashboard: number;
}

/** List prices. One file, one date: change both together. */
export const prices: {
  readonly asOf: string;
  readonly source: string;
  readonly regions: Readonly<Record<string, RegionPrices>>;
} = {
  asOf: "2026-11",
  source:
    "AWS list prices (aws.amazon.com/fargate/pricing, /elasticloadbalancing/pricing, /vpc/pricing, /cloudwatch/pricing)",
  regions: {
    "us-east-1": {
      fargate: {
        ARM64: { vcpuHour: 0.03238, gbHour: 0.00356 },
        X86_64: { vcpuHour: 0.04048, gbHour: 0.004445 },
      },
      balancerHour: 0.0225,
      natHour: 0.045,
      alarmMetric: 0.1,
      dashboard: 3,
    },
  },
};
