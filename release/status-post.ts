import { iso } from "../domain/iso.ts";
import { safeAddress } from "./safe-address.ts";
import type { Story } from "./story.ts";

/** What a status page is told of a rollout. */
export interface StatusPost {
  readonly stack: string;
  readonly status: "released" | "rolled back" | "no change";
  readonly release: string;
  /** Release that was live before. */
  readonly before: string;
  readonly at: string;
  /** One sentence for users. */
  readonly text: string;
}

const words = {
  released: "A new version is live.",
  "rolled back": "A new version was taken back. The version before it serves everybody again.",
  "no change": "A new version was tried and is not live. The version before it serves everybody.",
} as const;

/** The post for a rollout that has ended; it says nothing that its evidence does not. */
export function statusPostOf(story: Story): StatusPost {
  const { stack, release, before, ended } = story;
  const status = statusOf(story);
  return { stack, status, release, before, at: iso(ended), text: words[status] };
}

const ofOutcome: Readonly<Record<string, StatusPost["status"]>> = {
  promoted: "released",
  "rolled-back": "rolled back",
  refused: "no change",
};

/** How a rollout ended for users. Throws a sentence for one that leaves traffic in between, or to somebody else. */
export function statusOf({ outcome }: Pick<Story, "outcome">): StatusPost["status"] {
  const status = ofOutcome[outcome];
  if (status !== undefined) return status;
  throw new Error(`it ended ${outcome.replaceAll("-", " ")}: there is nothing to tell users yet`);
}

/**
 * Sends the post to the address of a status page's webhook. No error says any of the address: it is a secret. @param loopback
 * whether plain HTTP to this machine is taken, too. Rejects unless the answer is a 2xx.
 */
export async function sendPost(
  post: StatusPost,
  address: string,
  { send, signal, loopback = false }: { send: typeof fetch; signal: AbortSignal; loopback?: boolean },
): Promise<void> {
  const url = safeAddress(address.trim(), { loopback });
  if (url === null) throw new Error("the secret holds no address that begins with https:");
  const response = await send(url, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify(post),
    redirect: "error",
    signal,
  }).catch(unreachable);
  await response.body?.cancel();
  const { status } = response;
  if (status < 200 || status > 299) throw new Error(`the status page answered ${status}, and took nothing`);
}

/** Without its cause, which names the host. */
function unreachable(error: Error): never {
  const { code } = (error.cause ?? {}) as { code?: string };
  throw new Error(`the status page could not be reached${code === undefined ? "" : ` (${code})`}`);
}
