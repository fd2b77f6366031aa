import { causeText } from "../../checks/sources/causes.ts";
import { UsageError } from "../../domain/usage-error.ts";
import { readStackConfig, stackName } from "../../infra/stack-file.ts";
import { exit } from "../../rollout/commands/command.ts";
import { type GithubJob, deploymentStatusOf, tellGithub } from "../deployment.ts";
import { safeAddress } from "../safe-address.ts";
import type { Flags } from "./flags.ts";
import { recordOf } from "./stack.ts";

/** How long GitHub may take to answer both calls, in milliseconds. */
const withinMs = 30_000;

/** Tells GitHub, in a job of its workflows, how the stack's last rollout ended. */
export async function deployed({ stack: given, json }: Flags): Promise<number> {
  const job = jobOf(process.env);
  const config = await readStackConfig(await stackName(given));
  const record = await recordOf(config);
  const { stack } = config.place;
  if (record === null)
    throw new UsageError(`Stack ${stack} was never deployed: there is no rollout to tell of`, "pulumi up");
  const { last, weights } = record;
  const rollout = last && { id: last.id, evidence: last.evidence, digest: last.evidenceDigest };
  const told = { stack, rollout, ...deploymentStatusOf(last, weights) };
  await tellGithub(told, job, { send: fetch, signal: AbortSignal.timeout(withinMs) }).catch(
    (error: Error) => {
      throw new Error(`GitHub was not told: ${causeText(error)}`);
    },
  );
  process.stdout.write(
    json ? `${JSON.stringify(told)}\n` : `told GitHub: ${told.state}, ${told.description}\n`,
  );
  return exit.ok;
}

/** Throws UsageError with every variable that is missing. */
function jobOf(env: NodeJS.ProcessEnv): GithubJob {
  const names = [
    "GITHUB_API_URL",
    "GITHUB_REPOSITORY",
    "GITHUB_SHA",
    "GITHUB_TOKEN",
    "GITHUB_SERVER_URL",
    "GITHUB_RUN_ID",
  ] as const;
  const missing = names.filter((name) => !env[name]);
  if (missing.length > 0)
    throw new UsageError(
      `This runs in a job of GitHub's, whose environment has ${missing.join(", ")}; docs/workflows/deploy.yml shows it`,
    );
  const [api = "", repository = "", sha = "", token = "", server = "", run = ""] = names.map(
    (name) => env[name],
  );
  if (safeAddress(api, { loopback: true }) === null)
    throw new UsageError(`GITHUB_API_URL is ${api}: a token is sent by https: alone`);
  return { api, repository, sha, token, log: `${server}/${repository}/actions/runs/${run}` };
}
