import { Ends } from "./message-ends.ts";

/** One JSON-RPC message, as far as it is looked into. */
export interface Message {
  readonly id?: string | number | null;
  readonly method?: string;
  readonly params?: { readonly name?: unknown; readonly requestId?: unknown; readonly _meta?: unknown };
  readonly result?: {
    readonly isError?: unknown;
    readonly content?: unknown;
    readonly _meta?: unknown;
    readonly usage?: unknown;
  };
  readonly error?: { readonly code?: unknown } | null;
  /** Only its ends were looked at. */
  readonly isLarge?: true;
}

/** The messages in a body or an event's data: one, a batch, or none when it is something else. */
export function messagesIn(text: string): Message[] {
  let parsed: unknown;
  try {
    parsed = JSON.parse(text);
  } catch {
    return []; // passed on unharmed; whoever it is for will say what is wrong
  }
  const all = Array.isArray(parsed) ? parsed : [parsed];
  return all.filter((one): one is Message => typeof one === "object" && one !== null);
}

/** The id of the one request in a body; null when there is none to answer. */
export function idOf(body: Buffer | null): string | number | null {
  return messagesIn(body?.toString("utf8") ?? "")[0]?.id ?? null;
}

/** Takes the data of events out of a stream's bytes, however they are cut. Of data above `largest` bytes only its ends are kept. */
export class EventData {
  readonly #largest: number;
  readonly #onData: (data: string) => void;
  readonly #onLarge: (ends: Ends) => void;
  #namesEvents = false;
  #line: Buffer[] = [];
  /** Of a line that is too large to be kept. */
  #ends: Ends | null = null;
  #lineBytes = 0;
  #data: string[] = [];
  #dataBytes = 0;
  #endedInCr = false;

  constructor(largest: number, onData: (data: string) => void, onLarge: (ends: Ends) => void) {
    this.#largest = largest;
    this.#onData = onData;
    this.#onLarge = onLarge;
  }

  /** An event had an id: a client whose stream ends may fetch the rest of it over another one. */
  get namesEvents(): boolean {
    return this.#namesEvents;
  }

  push(chunk: Buffer): void {
    let from = 0;
    for (let at = 0; at < chunk.length; at++) {
      const byte = chunk[at];
      if (byte !== 10 && byte !== 13) {
        this.#endedInCr = false;
        continue;
      }
      if (byte === 10 && this.#endedInCr) {
        this.#endedInCr = false;
        from = at + 1;
        continue;
      }
      this.#keep(chunk.subarray(from, at));
      this.#endLine();
      this.#endedInCr = byte === 13;
      from = at + 1;
    }
    this.#keep(chunk.subarray(from));
  }

  #keep(part: Buffer): void {
    if (part.length === 0) return;
    this.#lineBytes += part.length;
    if (this.#lineBytes <= this.#largest) return void this.#line.push(Buffer.from(part));
    this.#ends ??= new Ends();
    for (const early of this.#line.splice(0)) this.#ends.push(early);
    this.#ends.push(part);
  }

  #endLine(): void {
    const tooLong = this.#lineBytes > this.#largest;
    const line = this.#line.length === 0 ? "" : Buffer.concat(this.#line).toString("utf8");
    const blank = this.#lineBytes === 0;
    this.#line = [];
    this.#dataBytes += this.#lineBytes;
    this.#lineBytes = 0;
    if (blank) return this.#endEvent();
    if (tooLong) return;
    if (line.startsWith("data:")) this.#data.push(line.slice(line[5] === " " ? 6 : 5));
    else if (line.startsWith("id:")) this.#namesEvents = true;
  }

  #endEvent(): void {
    const data = this.#data;
    const ends = this.#ends;
    const fits = this.#dataBytes <= this.#largest;
    this.#data = [];
    this.#ends = null;
    this.#dataBytes = 0;
    if (data.length > 0 && fits) this.#onData(data.join("\n"));
    else if (data.length === 0 && ends !== null) this.#onLarge(ends);
  }
}
