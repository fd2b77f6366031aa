import { DescribeTableCommand, DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { type StackFile, fileOf } from "../../infra/stack-file.ts";
import { namesOf } from "../../infra/stack-names.ts";
import { type Reach, asked, isMissing, reachOf } from "./account.ts";
import { lookAtCredentials } from "./credentials.ts";
import { type Finding, mend, ok, unknown } from "./finding.ts";
import { lookAtImages } from "./images.ts";
import { lookAtMadeBefore } from "./made-before.ts";
import { type Programs, lookAtNode, lookAtPulumi } from "./programs.ts";
import { lookAtQuotas } from "./quotas.ts";
import type { Fetch } from "./registry.ts";
import { type ResolveNs, lookAtZone } from "./zone.ts";

/** What a look at a stack needs of the world. */
export interface Surroundings {
  readonly programs: Programs;
  readonly fetch: Fetch;
  readonly resolveNs: ResolveNs;
  /** Milliseconds since 1970. */
  readonly now: number;
}

/**
 * Everything that the first `up` of a stack would stop at, found out beforehand: programs, config, credentials, what the config
 * names, images and quotas. Writes nothing, and reads no secret's value.
 * @param say hears each finding as soon as those before it are there, always in the same order
 */
export async function examineStack(
  stack: string,
  file: StackFile,
  { programs, fetch, resolveNs, now }: Surroundings,
  say: (finding: Finding) => void,
): Promise<Finding[]> {
  const { config, place, problems } = file;
  const reach = place && reachOf(place);
  const caller = reach === null ? null : lookAtCredentials(reach, config, now);
  const account = caller?.then((of) => of.account) ?? Promise.resolve(null);
  const ofAccount = async (look: (here: string, reach: Reach) => Promise<Finding[]>) => {
    const here = await account;
    return here === null || reach === null ? [] : look(here, reach);
  };
  const made = ofAccount((_, of) => lookAtStack(stack, file, of));
  const looks: Promise<readonly Finding[]>[] = [
    lookAtNode(programs).then((of) => [of]),
    lookAtPulumi(programs, stack),
    Promise.resolve(configFindings(fileOf(stack), problems)),
    caller === null ? Promise.resolve([]) : caller.then(({ findings }) => findings),
    made,
  ];
  if (config !== null && place !== null && reach !== null)
    looks.push(
      ofAccount(async (here) => lookAtMadeBefore(config, { ...place, account: here }, isMade(await made))),
      ofAccount(async (here) =>
        config.domain?.zone === undefined
          ? []
          : [await lookAtZone(config.domain.zone, { ...place, account: here }, resolveNs)],
      ),
      account.then((here) => lookAtImages(config, reach, here, fetch)),
      ofAccount(async (_, of) => lookAtQuotas(config, of, isMade(await made))),
    );
  for (const look of looks) look.catch(() => undefined);
  const found: Finding[] = [];
  for (const look of looks)
    for (const finding of await look) {
      found.push(finding);
      say(finding);
    }
  if ((await account) === null) {
    const rest = unknown(
      "account",
      "what the config names and the quotas were not looked at without credentials",
    );
    found.push(rest);
    say(rest);
  }
  return found;
}

const configFindings = (file: string, problems: readonly string[]): Finding[] =>
  problems.length === 0
    ? [ok("config", `${file} has no problem`)]
    : problems.map((problem) => mend("config", `${file}: ${problem}`));

const notYet = "nothing of it is in the account yet";
const isMade = ([found]: readonly Finding[]): boolean => found !== undefined && found.text !== notYet;

/** Whether the stack has been made: its record's table has a name that is known beforehand. */
async function lookAtStack(stack: string, { place }: StackFile, reach: Reach): Promise<Finding[]> {
  const about = "account";
  if (place === null) return [];
  const { table } = namesOf({ project: place.project, stack });
  const client = new DynamoDBClient(reach);
  return asked(about, async () => {
    try {
      await client.send(new DescribeTableCommand({ TableName: table }));
      return [ok(about, "the stack has been made; what it has counts already")];
    } catch (error) {
      if (!isMissing(error)) throw error;
      return [ok(about, notYet)];
    }
  }).finally(() => client.destroy());
}
