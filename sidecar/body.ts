import { type Message, messagesIn } from "./messages.ts";

/** Bytes of a message up to a limit; beyond it the message passes unseen. */
export class Body {
  readonly #largest: number;
  #chunks: Buffer[] = [];
  #size = 0;
  #messages: Message[] | null = null;

  /** @param largest in bytes */
  constructor(largest: number) {
    this.#largest = largest;
  }

  push(chunk: Buffer): void {
    this.#size += chunk.length;
    if (this.#size <= this.#largest) this.#chunks.push(chunk);
    else this.#chunks = [];
  }

  messages(): Message[] {
    if (this.#size > this.#largest) return [];
    this.#messages ??= messagesIn(this.#text());
    return this.#messages;
  }

  #text(): string {
    const [only] = this.#chunks;
    return (this.#chunks.length === 1 && only ? only : Buffer.concat(this.#chunks)).toString("utf8");
  }
}
