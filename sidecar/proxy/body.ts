import { isAscii } from "node:buffer";
import { MessageEnds } from "../mcp/message-ends.ts";
import { type Message, messagesIn } from "../mcp/messages.ts";

/** Bytes of a message up to a limit; of a larger one only its ends are known. */
export class Body {
  readonly #largest: number;
  #chunks: Buffer[] = [];
  #size = 0;
  #ends: MessageEnds | null = null;
  #latin1: string | null = null;
  #messages: Message[] | null = null;

  /** @param largest in bytes */
  constructor(largest: number) {
    this.#largest = largest;
  }

  /** Bytes that came. */
  get size(): number {
    return this.#size;
  }

  /** Only its ends are known. */
  get isLarge(): boolean {
    return this.#ends !== null;
  }

  push(chunk: Buffer): void {
    this.#size += chunk.length;
    if (this.#size <= this.#largest) this.#chunks.push(chunk);
    else this.#pushLarge(chunk);
  }

  /** Its bytes are at hand as a string, one character each: where they are ASCII, that is the text. */
  asLatin1(bytes: string): void {
    this.#latin1 = bytes;
  }

  messages(): Message[] {
    this.#messages ??= this.#ends === null ? messagesIn(this.#text()) : this.#largeAnswer(this.#ends);
    return this.#messages;
  }

  #pushLarge(chunk: Buffer): void {
    this.#ends ??= new MessageEnds();
    for (const early of this.#chunks.splice(0)) this.#ends.push(early);
    this.#ends.push(chunk);
  }

  #largeAnswer(ends: MessageEnds): Message[] {
    const answer = ends.answer();
    return answer === null ? [] : [answer];
  }

  #text(): string {
    const [only] = this.#chunks;
    const whole = this.#chunks.length === 1 && only ? only : Buffer.concat(this.#chunks);
    return this.#latin1 !== null && isAscii(whole) ? this.#latin1 : whole.toString("utf8");
  }
}
