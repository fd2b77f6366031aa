import { MessageEnds } from "./message-ends.ts";

/** Takes the data of events out of a stream's bytes, however they are cut. Of data above `largest` bytes only its ends are kept. */
export class EventData {
  readonly #largest: number;
  readonly #onData: (data: string) => void;
  readonly #onLarge: (ends: MessageEnds) => void;
  #namesEvents = false;
  #line: Buffer[] = [];
  /** Of a line that is too large to be kept. */
  #ends: MessageEnds | null = null;
  #lineBytes = 0;
  #data: string[] = [];
  #dataBytes = 0;
  #endedInCr = false;

  constructor(largest: number, onData: (data: string) => void, onLarge: (ends: MessageEnds) => void) {
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
    this.#ends ??= new MessageEnds();
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
