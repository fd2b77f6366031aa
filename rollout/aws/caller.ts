import { GetCallerIdentityCommand, STSClient } from "@aws-sdk/client-sts";
import { retried } from "./retried.ts";

/** Who AWS takes the caller for: an ARN, of an assumed role with the name of its session. Needs no permission. */
export async function callerArn(region: string): Promise<string> {
  const sts = new STSClient({ region, ...retried() });
  try {
    const { Arn } = await sts.send(new GetCallerIdentityCommand({}));
    if (Arn === undefined) throw new Error("AWS did not say who the caller is");
    return Arn;
  } finally {
    sts.destroy();
  }
}
