import type { Ended, StillOpen } from "./observer.ts";
import { type AccessLine, type OpenLine, type OpenRequest, accessSchema } from "./telemetry.ts";
import type { Id, Waiting } from "./waiting.ts";

/** Whose lines they are: stands in each of them. */
export interface Whose {
  readonly slot: string;
  readonly task: string;
  readonly release: string;
}

/** Most characters of an id: it is the client's. */
const longestId = 64;

/** Writes access lines and lines of open requests. */
export class AccessLog {
  readonly #write: (line: string) => void;
  readonly #now: () => number;
  readonly #whose: Whose;
  /** The task's last line of open requests named some. */
  #toldOfOpen = false;

  /**
   * @param write takes a line of JSON
   * @param now in milliseconds since 1970
   */
  constructor(write: (line: string) => void, now: () => number, whose: Whose) {
    this.#write = write;
    this.#now = now;
    this.#whose = whose;
  }

  readonly ended = ({ waiting, outcome, cause, durationMs, status }: Ended): void => {
    const { method, tool, synthetic } = waiting;
    const line: AccessLine = {
      type: "access",
      schema: accessSchema,
      timestamp: this.#timestamp(),
      slot: this.#whose.slot,
      task: this.#whose.task,
      release: this.#whose.release,
      session: this.#nameOf(waiting),
      sessionAt: waiting.session?.at ?? null,
      begun: waiting.session?.begun ?? null,
      request: waiting.request,
      id: shortId(waiting.id),
      method,
      tool,
      outcome,
      cause,
      durationMs,
      status,
      synthetic,
    };
    this.#write(JSON.stringify(line));
  };

  /** Writes a line while there are any, and one more when there are none any longer. */
  open({ requests, more }: StillOpen): void {
    if (requests.length === 0 && !this.#toldOfOpen) return;
    this.#toldOfOpen = requests.length > 0;
    const line: OpenLine = {
      type: "open",
      schema: accessSchema,
      timestamp: this.#timestamp(),
      ...this.#whose,
      requests: requests.map((waiting) => this.#openOf(waiting)),
      more,
    };
    this.#write(JSON.stringify(line));
  }

  #openOf(waiting: Waiting): OpenRequest {
    const { request, session, method, tool, since } = waiting;
    return {
      request,
      session: this.#nameOf(waiting),
      sessionAt: session?.at ?? null,
      begun: session?.begun ?? null,
      method,
      tool,
      since,
    };
  }

  /** A request without a session gets a name that no other has, in this task or another one. */
  #nameOf({ session, request }: Waiting): string {
    return session?.name ?? `${this.#whose.task}/${request}`;
  }

  #timestamp(): string {
    return new Date(this.#now()).toISOString();
  }
}

const shortId = (id: Id | null): Id | null => (typeof id === "string" ? id.slice(0, longestId) : id);
