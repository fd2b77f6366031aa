import { DescribeTableCommand, DynamoDBClient } from "@aws-sdk/client-dynamodb";
import type { Place } from "../../infra/read.ts";
import { type StackFile, fileOf } from "../../infra/stack-file.ts";
import { namesOf } from "../../infra/stack-names.ts";
import { type Reach, isMissing, reachOf, whyNot } from "./account.ts";
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
  const standing = account.then((here) =>
    here === null || place === null || reach === null ? null : lookAtStack(stack, place, reach),
  );
  const made = standing.then((of) => of?.made ?? false);
  const looks: Promise<readonly Finding[]>[] = [
    lookAtNode(programs).then((of) => [of]),
    lookAtPulumi(programs, stack),
    Promise.resolve(configFindings(fileOf(stack), problems)),
    caller === null ? Promise.resolve([]) : caller.then(({ findings }) => findings),
    standing.then((of) => (of === null ? [] : [of.finding])),
  ];
  if (config !== null && place !== null && reach !== null)
    looks.push(
      ofAccount(async (here) => lookAtMadeBefore(config, { ...place, account: here }, await made)),
      ofAccount(async (here) =>
        config.domain?.zone === undefined
          ? []
          : [await lookAtZone(config.domain.zone, { ...place, account: here }, resolveNs)],
      ),
      account.then((here) => lookAtImages(config, reach, here, fetch)),
      ofAccount(async (_, of) => lookAtQuotas(config, of, await made)),
    );
  for (const look of [...looks, made]) look.catch(() => undefined);
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

/** Whether the stack has been made. Of one that could not be asked for nothing new is demanded either: it is taken for made. */
interface Standing {
  readonly made: boolean;
  readonly finding: Finding;
}

/** Looks whether a stack has been made: its record's table has a name that is known beforehand. */
async function lookAtStack(stack: string, { project }: Place, reach: Reach): Promise<Standing> {
  const about = "account";
  const client = new DynamoDBClient(reach);
  try {
    await client.send(new DescribeTableCommand({ TableName: namesOf({ project, stack }).table }));
    return { made: true, finding: ok(about, "the stack has been made; what it has counts already") };
  } catch (error) {
    return isMissing(error)
      ? { made: false, finding: ok(about, "nothing of it is in the account yet") }
      : { made: true, finding: unknown(about, whyNot(error)) };
  } finally {
    client.destroy();
  }
}
