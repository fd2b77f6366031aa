import { MessageEnds } from "../mcp/message-ends.ts";
import { type Message, messagesIn } from "../mcp/messages.ts";

/** Bytes of a message up to a limit; of a larger one only its ends are known. */
export class Body {
  readonly #largest: number;
  #chunks: Buffer[] = [];
  #size = 0;
  #ends: MessageEnds | null = null;
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
    return (this.#chunks.length === 1 && only ? only : Buffer.concat(this.#chunks)).toString("utf8");
  }
}
