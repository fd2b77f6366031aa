import { getCallerIdentity } from "@pulumi/aws/getCallerIdentity.js";
import { getZone } from "@pulumi/aws/route53/getZone.js";
import { getSecret } from "@pulumi/aws/secretsmanager/getSecret.js";
import * as pulumi from "@pulumi/pulumi";
import { isZoneId } from "../domain/zone.ts";
import { findParameters } from "../rollout/resource.ts";
import { ConfigError } from "./config-problems.ts";
import type { HubConfig } from "./config.ts";
import { type Here, missingParameter, missingSecret, missingZone } from "./missing.ts";
import { parameterAt } from "./parameter-place.ts";
import type { Place } from "./read.ts";
import { type Former, type NamedSecret, namedSecrets } from "./secret-names.ts";
import { type FoundSecret, type FoundSecrets, secretsAsFound } from "./secrets.ts";

/** What the config names and a person has made before the stack. */
export interface MadeBefore {
  readonly secrets: FoundSecrets;
  /** Id of the domain's zone; null: the config names none. */
  readonly zoneId: string | null;
}

/**
 * Finds the secrets, the parameters and the zone that the config names, and never looks at a value. Throws pulumi.RunError,
 * before anything is registered, with everything that is missing: each with its path and the command that makes it.
 * @param former what only a release that is kept still reads
 */
export async function findMadeBefore(
  config: HubConfig,
  place: Place,
  former: Former | null = null,
): Promise<MadeBefore & { readonly account: string }> {
  const account = await thisAccount();
  const here = { ...place, account };
  const problems: string[] = [];
  const named = namedSecrets(config, former?.secrets);
  const zone = config.domain?.zone;
  const [secrets, zoneId] = await Promise.all([
    findSecrets(named, here, problems),
    zone === undefined ? null : findZone(zone, here, problems),
    lookForParameters(named, here, problems),
  ]);
  if (problems.length > 0) throw new pulumi.RunError(new ConfigError(problems.toSorted()).message);
  const kmsKeys = [...config.kmsKeys, ...(former?.kmsKeys ?? [])];
  return { account, secrets: secretsAsFound(named, kmsKeys, secrets, here), zoneId };
}

async function thisAccount(): Promise<string> {
  try {
    return (await getCallerIdentity()).accountId;
  } catch (error) {
    const why = (error as Error).message.replaceAll(/\s+/g, " ").trim();
    throw new pulumi.RunError(
      `AWS does not say which account this is, so nothing was touched: ${why}. See whether these are the credentials you mean: aws sts get-caller-identity`,
    );
  }
}

/** Those of Secrets Manager, by the name or ARN that the config has of each. */
async function findSecrets(
  named: readonly NamedSecret[],
  here: Here,
  problems: string[],
): Promise<ReadonlyMap<string, FoundSecret>> {
  const all = named
    .filter(({ kind }) => kind === "secret")
    .map(async (of) => {
      const { id } = of;
      const looking = getSecret(id.startsWith("arn:") ? { arn: id } : { name: id });
      const found = await orProblem(looking, problems, (why) => missingSecret(of, here, why));
      return found === null ? [] : [[id, found] as const];
    });
  return new Map((await Promise.all(all)).flat());
}

/** The zone's id. It is named by it, or by its name. */
async function findZone(zone: string, here: Here, problems: string[]): Promise<string | null> {
  const byId = isZoneId(zone);
  const looking = getZone(byId ? { zoneId: zone } : { name: zone });
  const found = await orProblem(looking, problems, (why) => missingZone(zone, byId, here, why));
  return found && found.zoneId;
}

/** Notes the parameters that are not there. One question for each region; what another account shares only ECS can see. */
async function lookForParameters(
  named: readonly NamedSecret[],
  here: Here,
  problems: string[],
): Promise<void> {
  const own = named.flatMap((of) => {
    if (of.kind !== "parameter") return [];
    const at = parameterAt(of.id, here);
    return at.account === here.account ? [{ of, ...at }] : [];
  });
  const regions = Map.groupBy(own, ({ region }) => region);
  const looks = [...regions].map(async ([region, wanted]) => {
    const names = [...new Set(wanted.flatMap((one) => one.names))];
    const looking = findParameters({ region, profile: here.profile, names });
    const noted = wanted.map(async (one) => {
      const there = looking.then((found) => {
        if (!one.names.some((name) => found.includes(name))) throw new NotThere();
      });
      await orProblem(there, problems, (why) => missingParameter(one.of, one, here, why));
    });
    await Promise.all(noted);
  });
  await Promise.all(looks);
}

/** Nothing went wrong, and what was looked for is not among what is there. */
class NotThere extends Error {}

/** What was looked for; null where it was not found, which is then noted as a problem. */
async function orProblem<Found>(
  looking: Promise<Found>,
  problems: string[],
  describe: (why: string | null) => string,
): Promise<Found | null> {
  try {
    return await looking;
  } catch (error) {
    const why = (error as Error).message.replaceAll(/\s+/g, " ").trim();
    problems.push(describe(error instanceof NotThere || isMissing.test(why) ? null : why));
    return null;
  }
}

/** The provider's words for what is not there, in its lookups of a secret, of a zone by name and of one by id. */
const isMissing = /couldn't find resource|no matching \S.* found/;
