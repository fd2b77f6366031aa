import { GetCallerIdentityCommand, STSClient } from "@aws-sdk/client-sts";
import { formatDuration } from "../../domain/duration.ts";
import { isoToTheSecond } from "../../domain/iso.ts";
import type { HubConfig } from "../../infra/config.ts";
import { longestPlanMs } from "../../infra/plan-length.ts";
import { type CredentialsEnd, endOf } from "../../rollout/aws/credentials-end.ts";
import { type Reach, whyNot } from "./account.ts";
import { type Finding, mend, ok, unknown } from "./finding.ts";

/** Who acts, and until when. */
export interface Caller {
  /** Null: nobody here has credentials that AWS takes. */
  readonly account: string | null;
  readonly findings: readonly Finding[];
}

/** Names of the errors by which AWS turns credentials away (AWS, common errors of STS). */
const turnedAway = /ExpiredToken|InvalidClientTokenId|SignatureDoesNotMatch|CredentialsProviderError/;

/** The account that the credentials are of, and whether they last as long as the traffic moves. @param config null: it has problems */
export async function lookAtCredentials(
  reach: Reach,
  config: HubConfig | null,
  now: number,
): Promise<Caller> {
  const about = "credentials";
  const client = new STSClient(reach);
  try {
    const { Account, Arn } = await client.send(new GetCallerIdentityCommand({}));
    const end = endOf(await client.config.credentials(), process.env, now);
    return { account: Account ?? null, findings: [lastingOf(Arn ?? "", end, config, now)] };
  } catch (error) {
    const login =
      reach.profile === undefined
        ? "Set AWS_PROFILE, or type: aws sso login"
        : `Type: aws sso login --profile ${reach.profile}`;
    return {
      account: null,
      findings: [
        turnedAway.test((error as Error).name)
          ? mend(about, `AWS takes none from here: ${(error as Error).message.replace(/\.$/, "")}. ${login}`)
          : unknown(about, whyNot(error)),
      ],
    };
  } finally {
    client.destroy();
  }
}

/** A rollout whose credentials end in its middle cannot send anybody home. */
function lastingOf(arn: string, end: CredentialsEnd | null, config: HubConfig | null, now: number): Finding {
  const about = "credentials";
  if (end === null) return ok(about, arn);
  const said = `${arn}, ${end.isAssumed ? "until nobody says when; an hour is assumed" : `until ${isoToTheSecond(end.at)}`}`;
  const longest = config === null ? 0 : longestPlanMs(config);
  if (end.at - now >= longest) return ok(about, said);
  const short = `${said}: a rollout takes up to ${formatDuration(longest)}`;
  return end.isAssumed
    ? unknown(about, `${short}. Say when they end, in AWS_CREDENTIAL_EXPIRATION`)
    : mend(about, `${short}. Log in again before one begins`);
}
