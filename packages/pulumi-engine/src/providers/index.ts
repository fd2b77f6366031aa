export { AwsProvider, awsProvider, type AwsProviderOptions } from "./aws.ts";
export { awsxProvider, type AwsxProviderOptions } from "./awsx/index.ts";
export { Clients } from "./clients.ts";
export { metricAlarm } from "./cloudwatch/metric-alarm.ts";
export type { Tools } from "./kind.ts";
