import { ApplicationAutoScalingClient } from "@aws-sdk/client-application-auto-scaling";
import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { ECSClient } from "@aws-sdk/client-ecs";
import { ElasticLoadBalancingV2Client } from "@aws-sdk/client-elastic-load-balancing-v2";
import { AssumeRoleCommand, STSClient } from "@aws-sdk/client-sts";

/** The AWS clients that moving traffic needs. The only place in this room that makes any. */
export interface SwitchClients {
  readonly elb: ElasticLoadBalancingV2Client;
  /** Retries off: the write protocol decides itself, after looking, whether a rule change is sent again. */
  readonly elbOnce: ElasticLoadBalancingV2Client;
  readonly ecs: ECSClient;
  readonly scaling: ApplicationAutoScalingClient;
  readonly dynamodb: DynamoDBClient;
  close(): void;
}

export interface Account {
  readonly region: string;
  readonly profile?: string | undefined;
  /** A role to act as; left out: the caller's own credentials. */
  readonly roleArn?: string | undefined;
}

/** Clients for one account and region. Retries cover throttling of reads: up to six tries with the SDK's back-off. */
export function makeClients(account: Account): SwitchClients {
  const base = {
    region: account.region,
    ...(account.profile === undefined ? {} : { profile: account.profile }),
  };
  const config = {
    ...base,
    maxAttempts: 6,
    ...(account.roleArn === undefined ? {} : { credentials: roleCredentials(base, account.roleArn) }),
  };
  const clients = {
    elb: new ElasticLoadBalancingV2Client(config),
    elbOnce: new ElasticLoadBalancingV2Client({ ...config, maxAttempts: 1 }),
    ecs: new ECSClient(config),
    scaling: new ApplicationAutoScalingClient(config),
    dynamodb: new DynamoDBClient(config),
  };
  return { ...clients, close: () => Object.values(clients).forEach((client) => client.destroy()) };
}

/** Credentials of the switch role, taken anew when the SDK finds the old ones about to expire. */
function roleCredentials(base: { region: string; profile?: string }, roleArn: string) {
  return async () => {
    const sts = new STSClient(base);
    try {
      const { Credentials } = await sts.send(
        new AssumeRoleCommand({ RoleArn: roleArn, RoleSessionName: "traffic-switch" }),
      );
      if (!Credentials?.AccessKeyId || !Credentials.SecretAccessKey)
        throw new Error(`assuming ${roleArn} gave no credentials`);
      return {
        accessKeyId: Credentials.AccessKeyId,
        secretAccessKey: Credentials.SecretAccessKey,
        sessionToken: Credentials.SessionToken,
        expiration: Credentials.Expiration,
      };
    } finally {
      sts.destroy();
    }
  };
}
