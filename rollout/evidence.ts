import { appendFile, mkdir } from "node:fs/promises";
import { join } from "node:path";
import {
  CloudWatchLogsClient,
  CreateLogStreamCommand,
  PutLogEventsCommand,
} from "@aws-sdk/client-cloudwatch-logs";
import { EvidenceLog } from "../checks/evidence.ts";
import type { Credentials } from "./aws/clients.ts";
import type { SwitchInputs } from "./policy/inputs.ts";
import type { Evidence } from "./ports.ts";

/** Events of one PutLogEvents call; AWS takes 10,000 and 1 MiB. */
const batch = 500;

export interface OpenEvidence extends Evidence {
  add(kind: string, body: object): void;
}

/**
 * The evidence of one rollout: every line is appended to a file as it comes, where a folder is configured, and all of
 * them go to a stream of the log group at the end. Lines are chained by hashes; the last one's is the digest.
 */
export function openEvidence(
  inputs: Pick<SwitchInputs, "evidence" | "stack" | "region" | "profile">,
  id: string,
  credentials?: Credentials,
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
    // The failure is not lost: `finish` waits for the same promise.
    written.catch(() => undefined);
  };
  return {
    add(kind, body) {
      log.append(kind, body);
      flush();
    },
    async finish() {
      await written;
      if (logGroup !== undefined) await ship({ ...inputs, credentials }, logGroup, id, log.lines());
      return {
        where:
          logGroup === undefined
            ? (file ?? "nowhere: no evidence folder or log group is configured")
            : `${logGroup}:${id}`,
        digest: log.digest(),
      };
    },
  };
}

async function ship(
  {
    region,
    profile,
    credentials,
  }: Pick<SwitchInputs, "region" | "profile"> & { credentials: Credentials | undefined },
  logGroupName: string,
  logStreamName: string,
  lines: readonly string[],
): Promise<void> {
  const logs = new CloudWatchLogsClient({
    region,
    ...(profile === undefined ? {} : { profile }),
    ...(credentials === undefined ? {} : { credentials }),
  });
  try {
    await logs.send(new CreateLogStreamCommand({ logGroupName, logStreamName }));
    for (let at = 0; at < lines.length; at += batch) {
      const logEvents = lines.slice(at, at + batch).map((message) => ({ message, timestamp: Date.now() }));
      await logs.send(new PutLogEventsCommand({ logGroupName, logStreamName, logEvents }));
    }
  } finally {
    logs.destroy();
  }
}
