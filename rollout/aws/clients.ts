import { ApplicationAutoScalingClient } from "@aws-sdk/client-application-auto-scaling";
import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { ECSClient } from "@aws-sdk/client-ecs";
import { ElasticLoadBalancingV2Client } from "@aws-sdk/client-elastic-load-balancing-v2";
import { AssumeRoleCommand, STSClient } from "@aws-sdk/client-sts";
import { retried, withOperation } from "./retried.ts";

/** Gives credentials that hold for now. */
export type Credentials = () => Promise<{
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string;
  readonly expiration?: Date;
}>;

/** The AWS clients that moving traffic needs. The only place in this room that makes any. */
export interface SwitchClients {
  readonly elb: ElasticLoadBalancingV2Client;
  /** Retries off: the write protocol decides itself, after looking, whether a rule change is sent again. */
  readonly elbOnce: ElasticLoadBalancingV2Client;
  readonly ecs: ECSClient;
  readonly scaling: ApplicationAutoScalingClient;
  readonly dynamodb: DynamoDBClient;
  /** What they act with: the role's credentials; undefined where they are the caller's own. */
  readonly credentials: Credentials | undefined;
  close(): void;
}

/** An account as a caller reaches it: region, profile and role. */
export interface Account {
  readonly region: string;
  readonly profile?: string | undefined;
  /** A role to act as; left out: the caller's own credentials. */
  readonly roleArn?: string | undefined;
}

/** Clients for one account and region. */
export function makeClients(account: Account): SwitchClients {
  const base = {
    region: account.region,
    ...(account.profile === undefined ? {} : { profile: account.profile }),
  };
  const credentials =
    account.roleArn === undefined ? undefined : renewed(roleCredentials(base, account.roleArn));
  const own = credentials === undefined ? {} : { credentials };
  const config = { ...base, ...own, ...retried() };
  const clients = {
    elb: withOperation(new ElasticLoadBalancingV2Client(config)),
    elbOnce: withOperation(new ElasticLoadBalancingV2Client({ ...base, ...own, maxAttempts: 1 })),
    ecs: withOperation(new ECSClient(config)),
    scaling: withOperation(new ApplicationAutoScalingClient(config)),
    dynamodb: withOperation(new DynamoDBClient(config)),
  };
  return {
    ...clients,
    credentials,
    close: () => Object.values(clients).forEach((client) => client.destroy()),
  };
}

/** Credentials are taken anew when they end within this time, in milliseconds. */
const renewBeforeMs = 300_000;

/** One set of credentials for every client, until it is about to end. */
function renewed(take: Credentials): Credentials {
  let held: { readonly taken: ReturnType<Credentials>; until: number } | null = null;
  return () => {
    if (held && held.until > Date.now() + renewBeforeMs) return held.taken;
    const next = { taken: take(), until: Infinity };
    held = next;
    next.taken.then(
      ({ expiration }) => (next.until = expiration?.getTime() ?? Infinity),
      // Whoever asked hears why; the next one tries again.
      () => (next.until = 0),
    );
    return next.taken;
  };
}

/** Takes credentials of a role. */
function roleCredentials(base: { region: string; profile?: string }, roleArn: string): Credentials {
  return async () => {
    const sts = withOperation(new STSClient({ ...base, ...retried() }));
    try {
      const { Credentials } = await sts.send(
        new AssumeRoleCommand({ RoleArn: roleArn, RoleSessionName: "traffic-switch" }),
      );
      if (!Credentials?.AccessKeyId || !Credentials.SecretAccessKey)
        throw new Error(`assuming ${roleArn} gave no credentials`);
      return {
        accessKeyId: Credentials.AccessKeyId,
        secretAccessKey: Credentials.SecretAccessKey,
        ...(Credentials.SessionToken === undefined ? {} : { sessionToken: Credentials.SessionToken }),
        ...(Credentials.Expiration === undefined ? {} : { expiration: Credentials.Expiration }),
      };
    } finally {
      sts.destroy();
    }
  };
}
