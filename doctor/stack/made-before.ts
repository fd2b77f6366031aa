import { ACMClient, DescribeCertificateCommand } from "@aws-sdk/client-acm";
import { EC2Client, DescribeSubnetsCommand } from "@aws-sdk/client-ec2";
import { IAMClient, ListOpenIDConnectProvidersCommand } from "@aws-sdk/client-iam";
import { DescribeSecretCommand, SecretsManagerClient } from "@aws-sdk/client-secrets-manager";
import { SSMClient, paginateDescribeParameters } from "@aws-sdk/client-ssm";
import type { HubConfig } from "../../infra/config.ts";
import { type Here, missingParameter, missingSecret } from "../../infra/missing.ts";
import { parameterAt } from "../../infra/parameter-place.ts";
import { type NamedSecret, namedSecrets } from "../../infra/secret-names.ts";
import { asked, isMissing, reachOf, whyNot } from "./account.ts";
import { type Finding, mend, ok, unknown } from "./finding.ts";

/** What the config names and a person has made before the stack: never a value of it. */
export async function lookAtMadeBefore(config: HubConfig, here: Here, made: boolean): Promise<Finding[]> {
  const { domain, github, network } = config;
  const looks = [
    ...namedSecrets(config).map((named) => lookAtSecret(named, here)),
    ...(domain?.certificateArn === undefined
      ? []
      : [lookAtCertificate(domain.certificateArn, domain.name, here)]),
    ...(network.vpcId === undefined ? [] : [lookAtSubnets(config, here)]),
    ...(github === undefined || made ? [] : [lookAtGithub(github.providerArn, here)]),
  ];
  return (await Promise.all(looks)).flat();
}

async function lookAtSecret(named: NamedSecret, here: Here): Promise<Finding[]> {
  const found = named.kind === "secret" ? await findSecret(named, here) : await findParameter(named, here);
  return [found];
}

async function findSecret(named: NamedSecret, here: Here): Promise<Finding> {
  const about = "secret";
  const client = new SecretsManagerClient(reachOf(here));
  try {
    const { DeletedDate } = await client.send(new DescribeSecretCommand({ SecretId: named.id }));
    return DeletedDate === undefined
      ? ok(about, `${named.id} is there`)
      : mend(
          about,
          `${named.id} is about to be deleted. Keep it: aws secretsmanager restore-secret --region ${here.region} --secret-id ${named.id}`,
        );
  } catch (error) {
    return isMissing(error)
      ? mend(about, missingSecret(named, here, null))
      : unknown(about, missingSecret(named, here, whyNot(error)));
  } finally {
    client.destroy();
  }
}

async function findParameter(named: NamedSecret, here: Here): Promise<Finding> {
  const about = "parameter";
  const at = parameterAt(named.id, here);
  if (at.account !== here.account)
    return unknown(about, `${named.id} is another account's; ECS alone sees it`);
  const client = new SSMClient({ ...reachOf(here), region: at.region });
  try {
    const names = new Set<string>();
    const filters = [{ Key: "Name", Option: "Equals", Values: [...at.names] }];
    for await (const { Parameters = [] } of paginateDescribeParameters(
      { client },
      { ParameterFilters: filters },
    ))
      for (const { Name } of Parameters) if (Name !== undefined) names.add(Name);
    return at.names.some((name) => names.has(name))
      ? ok(about, `${named.id} is there`)
      : mend(about, missingParameter(named, at, here, null));
  } catch (error) {
    return unknown(about, missingParameter(named, at, here, whyNot(error)));
  } finally {
    client.destroy();
  }
}

/** A certificate of the person's own must be issued and cover the name. */
async function lookAtCertificate(arn: string, name: string, here: Here): Promise<Finding[]> {
  const about = "certificate";
  const at = `hub:domain.certificateArn: ${arn}`;
  const client = new ACMClient(reachOf(here));
  const list = `See which there are: aws acm list-certificates --region ${here.region}`;
  try {
    const { Certificate } = await client.send(new DescribeCertificateCommand({ CertificateArn: arn }));
    const names = [Certificate?.DomainName ?? "", ...(Certificate?.SubjectAlternativeNames ?? [])];
    if (!names.some((of) => covers(of, name)))
      return [mend(about, `${at} is for ${[...new Set(names)].join(", ")}, and not for ${name}. ${list}`)];
    return [
      Certificate?.Status === "ISSUED"
        ? ok(about, `${arn} is issued for ${name}`)
        : mend(
            about,
            `${at} is ${Certificate?.Status ?? "without a status"}, and a balancer takes issued ones. ${list}`,
          ),
    ];
  } catch (error) {
    return [isMissing(error) ? mend(about, `${at} is not there. ${list}`) : unknown(about, whyNot(error))];
  } finally {
    client.destroy();
  }
}

/** A name of a certificate stands for itself; `*.example.com` for one label in the star's place. */
function covers(of: string, name: string): boolean {
  const wild = of.startsWith("*.") && name.slice(name.indexOf(".") + 1) === of.slice(2);
  return of === name || wild;
}

/** Subnets of an existing VPC: in it, and each kind in two zones at least. */
async function lookAtSubnets({ network }: HubConfig, here: Here): Promise<Finding[]> {
  const { vpcId = "", publicSubnetIds = [], privateSubnetIds = [] } = network;
  const about = "network";
  const client = new EC2Client(reachOf(here));
  const kinds = { ...(publicSubnetIds.length === 0 ? {} : { publicSubnetIds }), privateSubnetIds };
  const list = `See which there are: aws ec2 describe-subnets --region ${here.region} --filters Name=vpc-id,Values=${vpcId}`;
  const findings = Object.entries(kinds).map(([key, ids]) =>
    asked(about, async () => {
      // By a filter: one id that is not there would be all that an answer by ids says.
      const filters = [{ Name: "subnet-id", Values: ids }];
      const { Subnets = [] } = await client.send(new DescribeSubnetsCommand({ Filters: filters }));
      const there = Subnets.filter(({ VpcId }) => VpcId === vpcId);
      const lost = ids.filter((id) => !there.some(({ SubnetId }) => SubnetId === id));
      const zones = new Set(
        there.map(({ AvailabilityZoneId, AvailabilityZone }) => AvailabilityZoneId ?? AvailabilityZone),
      );
      if (lost.length > 0)
        return [mend(about, `hub:network.${key}: ${lost.join(", ")} is not in ${vpcId}. ${list}`)];
      return zones.size < 2
        ? [mend(about, `hub:network.${key}: all are in one zone, and a balancer takes two. ${list}`)]
        : [ok(about, `${key}: ${ids.length} subnets in ${zones.size} zones`)];
    }),
  );
  const found = (await Promise.all(findings)).flat();
  client.destroy();
  return found;
}

/** An account has one identity provider of GitHub's: a second one cannot be made. */
async function lookAtGithub(given: string | undefined, here: Here): Promise<Finding[]> {
  const about = "github";
  const client = new IAMClient(reachOf(here));
  return asked(about, async () => {
    const { OpenIDConnectProviderList = [] } = await client.send(new ListOpenIDConnectProvidersCommand({}));
    const there = OpenIDConnectProviderList.flatMap(({ Arn }) =>
      Arn?.endsWith("oidc-provider/token.actions.githubusercontent.com") === true ? [Arn] : [],
    );
    const [arn] = there;
    if (given === undefined)
      return arn === undefined
        ? [ok(about, "the account has no identity provider of GitHub's; the stack makes it")]
        : [
            mend(
              about,
              `hub:github: the account has GitHub's identity provider, and takes no second. Write github.providerArn: ${arn}`,
            ),
          ];
    return given === arn
      ? [ok(about, `${given} is there`)]
      : [mend(about, `hub:github.providerArn: ${given} is not there. Leave it out: the stack makes it`)];
  }).finally(() => client.destroy());
}
