import { appendFile, mkdir } from "node:fs/promises";
import { join } from "node:path";
import {
  CloudWatchLogsClient,
  CreateLogStreamCommand,
  PutLogEventsCommand,
} from "@aws-sdk/client-cloudwatch-logs";
import { EvidenceLog } from "../../checks/evidence/evidence-log.ts";
import type { SwitchInputs } from "../../domain/inputs.ts";
import type { Credentials } from "../aws/clients.ts";
import type { Evidence } from "../run/ports.ts";

/** Events of one PutLogEvents call; AWS takes 10,000 and 1 MiB. */
const batch = 500;

/** Tries of each call; a rollout is over by then and has the time. */
const shipTries = 10;

/** Open evidence takes more lines. */
export interface OpenEvidence extends Evidence {
  add(kind: string, body: object): void;
}

/**
 * The evidence of one rollout: every line is appended to a file as it comes, where a folder is configured, and all of
 * them go to a stream of the log group at the end. Lines are chained by hashes; the last one's is the digest. What cannot be written is told: a
 * rollout is concluded all the same, for its traffic has moved.
 */
export function openEvidence(
  inputs: Pick<SwitchInputs, "evidence" | "stack" | "region" | "profile">,
  id: string,
  credentials?: Credentials,
  tries: number = shipTries,
): OpenEvidence {
  const log = new EvidenceLog({ rollout: id, stack: inputs.stack, now: Date.now });
  const { folder, logGroup } = inputs.evidence;
  const file = folder === undefined ? null : join(folder, `${id}.jsonl`);
  let written: Promise<void> =
    folder === undefined ? Promise.resolve() : mkdir(folder, { recursive: true }).then(() => undefined);
  let lines = 0;
  const flush = () => {
    if (file === null) return;
    const fresh = log.lines().slice(lines);
    lines += fresh.length;
    written = written.then(() => appendFile(file, fresh.map((line) => `${line}\n`).join("")));
    // The failure is not lost: `finish` waits for the same promise and tells.
    written.catch(() => undefined);
  };
  return {
    add(kind, body) {
      log.append(kind, body);
      flush();
    },
    async finish() {
      const digest = log.digest();
      const kept: string[] = [];
      const problems: string[] = [];
      const keep = (where: string, work: Promise<void>): Promise<unknown> =>
        work.then(
          () => kept.push(where),
          (error: Error) => problems.push(`${where}: ${error.message}`),
        );
      if (logGroup !== undefined)
        await keep(`${logGroup}:${id}`, ship({ ...inputs, credentials, tries }, logGroup, id, log.lines()));
      if (file !== null) await keep(file, written);
      const where = kept[0] ?? "nowhere: no evidence folder or log group took it";
      return { where, digest, ...(problems.length > 0 ? { problem: problems.join("; ") } : {}) };
    },
  };
}

async function ship(
  {
    region,
    profile,
    credentials,
    tries,
  }: Pick<SwitchInputs, "region" | "profile"> & { credentials: Credentials | undefined; tries: number },
  logGroupName: string,
  logStreamName: string,
  lines: readonly string[],
): Promise<void> {
  const logs = new CloudWatchLogsClient({
    region,
    maxAttempts: tries,
    ...(profile === undefined ? {} : { profile }),
    ...(credentials === undefined ? {} : { credentials }),
  });
  try {
    await logs.send(new CreateLogStreamCommand({ logGroupName, logStreamName })).catch((error: Error) => {
      if (error.name !== "ResourceAlreadyExistsException") throw error; // a try whose answer was lost made it
    });
    for (let at = 0; at < lines.length; at += batch) {
      const logEvents = lines.slice(at, at + batch).map((message) => ({ message, timestamp: Date.now() }));
      await logs.send(new PutLogEventsCommand({ logGroupName, logStreamName, logEvents }));
    }
  } finally {
    logs.destroy();
  }
}
