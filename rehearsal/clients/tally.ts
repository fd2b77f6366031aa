import type { Colour } from "../../rollout/policy/colour.ts";

/** How one request ended for its client. */
export type Ending =
  | "ok"
  /** No answer, or a 502, 503 or 504: the switching itself cost it. */
  | "lost"
  /** An answer, and a bad one. */
  | "hurt";

/** One answer of a client without a session: where the weighted rule sent it. */
export interface Seen {
  readonly at: number;
  readonly slot: Colour | null;
}

/** A session that had to begin anew, and the slot it had been on. */
export interface Renewal {
  readonly at: number;
  readonly slot: Colour | null;
}

export interface Counts {
  readonly requests: { sent: number; ok: number; lost: number; hurt: number };
  readonly sessions: { opened: number };
}

/** Counts what clients saw. */
export class Tally {
  readonly counts: Counts = {
    requests: { sent: 0, ok: 0, lost: 0, hurt: 0 },
    sessions: { opened: 0 },
  };
  /** Answers to requests without a session, oldest first. */
  readonly seen: Seen[] = [];
  /** Sessions that had to begin anew, oldest first. Fine for those of a draining slot; any other was broken. */
  readonly renewals: Renewal[] = [];
  /** What lost requests and broken sessions had to say, oldest first; the first hundred. */
  readonly troubles: string[] = [];
  /** When the first bad answer came; null while none has. */
  firstHurtAt: number | null = null;

  request(ending: Ending, at: number, trouble?: string): void {
    const { requests } = this.counts;
    requests.sent++;
    requests[ending]++;
    if (ending === "hurt") this.firstHurtAt ??= at;
    if (ending === "lost") this.trouble(`${new Date(at).toISOString()} lost: ${trouble ?? "no answer"}`);
  }

  trouble(text: string): void {
    if (this.troubles.length < 100) this.troubles.push(text);
  }
}
