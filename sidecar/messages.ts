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
  readonly error?: { readonly code?: unknown };
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

/** Takes the data of events out of a stream's bytes, however they are cut. Data above `largest` bytes is passed over. */
export class EventData {
  readonly #largest: number;
  readonly #onData: (data: string) => void;
  #line: Buffer[] = [];
  #lineBytes = 0;
  #data: string[] = [];
  #dataBytes = 0;
  #endedInCr = false;

  constructor(largest: number, onData: (data: string) => void) {
    this.#largest = largest;
    this.#onData = onData;
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
    if (this.#lineBytes <= this.#largest) this.#line.push(Buffer.from(part));
    else this.#line = [];
  }

  #endLine(): void {
    const tooLong = this.#lineBytes > this.#largest;
    const line = this.#line.length === 0 ? "" : Buffer.concat(this.#line).toString("utf8");
    const blank = this.#lineBytes === 0;
    this.#line = [];
    this.#dataBytes += this.#lineBytes;
    this.#lineBytes = 0;
    if (blank) return this.#endEvent();
    if (!tooLong && line.startsWith("data:")) this.#data.push(line.slice(line[5] === " " ? 6 : 5));
  }

  #endEvent(): void {
    const data = this.#data;
    const fits = this.#dataBytes <= this.#largest;
    this.#data = [];
    this.#dataBytes = 0;
    if (data.length > 0 && fits) this.#onData(data.join("\n"));
  }
}
