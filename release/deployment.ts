import { beginningOf } from "../domain/health.ts";
import type { SwitchOutputs } from "../domain/inputs.ts";
import type { FinalState } from "../domain/rollout-state.ts";
import { describeWeights, type Weights } from "../domain/weight.ts";

/** A status that GitHub has for a deployment. */
type State = "success" | "failure" | "error" | "in_progress";

/** How traffic stands, as GitHub shows it beside a commit. */
export interface DeploymentStatus {
  readonly state: State;
  /** At most 140 characters: GitHub takes no more. */
  readonly description: string;
}

/** Longest description of a status (GitHub, REST API, deployment statuses). */
const longest = 140;

const states: Readonly<Record<FinalState, State>> = {
  verified: "in_progress",
  "at-weight": "in_progress",
  paused: "in_progress",
  held: "in_progress",
  promoted: "success",
  refused: "failure",
  "rolled-back": "failure",
  "taken-over": "error",
  "rollback-failed": "error",
};

/**
 * What the end of the last rollout says of a deployment, by its record: a rollout that was paused is under way although its job
 * has ended well. Without any, traffic is where the first `up` put it.
 */
export function deploymentStatusOf(
  last: Pick<NonNullable<SwitchOutputs["lastRollout"]>, "outcome" | "why"> | null,
  weights: Weights,
): DeploymentStatus {
  const where = describeWeights(weights);
  if (last === null) return { state: "success", description: `${where}: the first deployment` };
  const { outcome, why } = last;
  const text = `${outcome.replaceAll("-", " ")}, ${where}: ${why}`;
  return { state: states[outcome], description: beginningOf(text, longest) };
}

/** Where GitHub is told, as its workflows have it in their environment. */
export interface GithubJob {
  /** Of its REST API: `https://api.github.com`. */
  readonly api: string;
  /** `OWNER/NAME`. */
  readonly repository: string;
  readonly sha: string;
  /** Needs `deployments: write`. Stands in no message. */
  readonly token: string;
  /** Page of the job's log. */
  readonly log: string;
}

/** What is told of: one rollout of one stack. */
export interface Deployed extends DeploymentStatus {
  readonly stack: string;
  /** The rollout and its evidence, by digest; null: there was none. */
  readonly rollout: { readonly id: string; readonly evidence: string; readonly digest: string } | null;
}

/**
 * Makes a deployment of the job's commit and gives it its status, in an environment of its own: that of the job has the job's end.
 * Rejects with a sentence unless GitHub takes both.
 */
export async function tellGithub(
  { stack, rollout, ...status }: Deployed,
  job: GithubJob,
  { send, signal }: { send: typeof fetch; signal: AbortSignal },
): Promise<void> {
  const deployments = `${job.api}/repos/${job.repository}/deployments`;
  const ask = async (url: string, body: object): Promise<unknown> => {
    const response = await send(url, {
      method: "POST",
      headers: {
        accept: "application/vnd.github+json",
        authorization: `Bearer ${job.token}`,
        "content-type": "application/json",
        "x-github-api-version": "2022-11-28",
      },
      body: JSON.stringify(body),
      redirect: "error",
      signal,
    });
    if (response.status !== 201)
      throw new Error(`${new URL(url).pathname} was answered with ${response.status}`);
    return response.json();
  };
  const made = (await ask(deployments, {
    ref: job.sha,
    environment: `${stack} traffic`,
    description: `traffic of stack ${stack}`,
    payload: rollout ?? {},
    auto_merge: false,
    required_contexts: [],
  })) as { id?: unknown };
  if (typeof made.id !== "number") throw new Error("GitHub's answer names no deployment");
  await ask(`${deployments}/${made.id}/statuses`, { ...status, log_url: job.log });
}
