export { AwsProvider, awsProvider, type AwsProviderOptions } from "./aws.ts";
export { awsxProvider, type AwsxProviderOptions } from "./awsx/index.ts";
