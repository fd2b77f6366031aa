import type { Colour } from "../../domain/colour.ts";
import type { Verdict } from "../witness/sight.ts";

/** How one request ended for its client. */
export type Ending =
  | "ok"
  /** No answer, or one that sent it away: the switching itself cost it. */
  | "lost"
  /** An answer, and a bad one, or a wait in vain. */
  | "hurt";

/** What a verdict counts as; null: the client's session is over, and beginning anew is no request. */
export const endingOf: Readonly<Record<Verdict, Ending | null>> = {
  well: "ok",
  fault: "hurt",
  llm: "hurt",
  tool: "hurt",
  short: "hurt",
  mistake: "hurt",
  "gave-up": "hurt",
  cut: "lost",
  refused: "lost",
  lost: "lost",
  forgotten: null,
};

/** A request that the weighted rule sent on its own: one without a session, or one that opens a session. */
export interface Seen {
  /** By which the balancer's access log names it. */
  readonly traceId: string;
  /** Milliseconds since 1970. */
  readonly sentAt: number;
  readonly slot: Colour | null;
}

/** A session that had to begin anew, and the slot it had been on. */
export interface Renewal {
  readonly at: number;
  readonly slot: Colour | null;
}

/**
 * What clients did. Each request is counted when it is over, under one ending: `ok`, `lost` (no answer) or `hurt` (a bad one).
 */
export interface Counts {
  readonly requests: { sent: number; ok: number; lost: number; hurt: number };
  /** `hurt`: of those that were opened, in which at least one request was. */
  readonly sessions: { opened: number; hurt: number };
}

/** The counts of what clients saw, with words on what went wrong. */
export class Tally {
  readonly counts: Counts = {
    requests: { sent: 0, ok: 0, lost: 0, hurt: 0 },
    sessions: { opened: 0, hurt: 0 },
  };
  /** Where the weighted rule sent what it splits, in the order of the answers. */
  readonly seen: Seen[] = [];
  /** Sessions that had to begin anew, oldest first. Fine for those of a draining slot; any other was broken. */
  readonly renewals: Renewal[] = [];
  /** What lost requests and broken sessions had to say, oldest first; the first hundred. */
  readonly troubles: string[] = [];
  /** What badly answered requests had to say, in the same way. */
  readonly hurts: string[] = [];
  /** When the first bad answer came; null while none has. */
  firstHurtAt: number | null = null;

  readonly #hurt = new WeakSet<object>();

  /** @param session the open session that asked; left out: none did, or it was not open yet */
  request(ending: Ending, at: number, trouble?: string, session?: object): void {
    const { requests } = this.counts;
    requests.sent++;
    requests[ending]++;
    if (ending === "hurt") this.firstHurtAt ??= at;
    if (ending === "hurt" && session !== undefined && !this.#hurt.has(session)) {
      this.#hurt.add(session);
      this.counts.sessions.hurt++;
    }
    if (ending !== "ok")
      this.#note(ending, `${new Date(at).toISOString()} ${ending}: ${trouble ?? "no answer"}`);
  }

  /** When the last request was sent that this slot answered; 0: it answered none. */
  lastSentTo(colour: Colour): number {
    return this.seen.reduce((last, { slot, sentAt }) => (slot === colour ? Math.max(last, sentAt) : last), 0);
  }

  #note(ending: "lost" | "hurt", text: string): void {
    const notes = ending === "lost" ? this.troubles : this.hurts;
    if (notes.length < 100) notes.push(text);
  }
}
