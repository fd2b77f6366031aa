import { functionKey } from "local-aws";
import { seeded } from "local-aws/random";
import { sampleImages } from "../../rehearsal/stage/config.ts";
import { openStage, repository } from "../../rehearsal/stage/index.ts";

/** A call of the AWS SDK as it was made, and what the local AWS answered. */
export interface Recorded {
  readonly service: string;
  readonly operation: string;
  readonly input: Readonly<Record<string, unknown>>;
  readonly output: unknown;
  /** Code of the error it ended with. */
  readonly error: string | null;
}

/** Moto has no tasks to list. */
const isOfTasks = (operation: string) => operation === "ListTasks" || operation === "DescribeTasks";

/**
 * Every AWS call of a first deployment: the real program in the embedded engine, in the account's own network. Balancer, services,
 * alarms and logs are made as in production; TLS and the bucket of access logs, which a rehearsal has no use for, are not.
 * Lambda is left out: moto runs functions in Docker.
 */
export async function recordDeployment(): Promise<{ calls: Recorded[]; secret: string }> {
  const calls: Recorded[] = [];
  const stage = await openStage({
    images: sampleImages(repository),
    random: seeded(21),
    // The guardian sleeps: how often it ticks within a deployment is the machine's affair. What it asks if it wakes is left out.
    scheduleSpeedup: 0.001,
    config: {
      alerts: { onCall: { emails: ["on-call@example.com"] }, team: { emails: ["team@example.com"] } },
    },
  });
  try {
    stage.aws.onCall(({ when, signer, service, operation, input, output, error }) => {
      if (signer === functionKey) return;
      // A copy: what a handler answers may change with the resource.
      if (when === "after" && service !== "lambda" && !isOfTasks(operation))
        calls.push(structuredClone({ service, operation, input, output, error }));
    });
    const result = await stage.up();
    if (!result.ok)
      throw new Error(
        `the deployment failed: ${result.diagnostics.map(({ message }) => message).join("\n")}`,
      );
    return { calls, secret: stage.signingKey };
  } finally {
    await stage.close();
  }
}
