/** Bytes of JSON's punctuation. */
const quote = 0x22;
const backslash = 0x5c;
const comma = 0x2c;
const colon = 0x3a;
const braceOpen = 0x7b;
const braceClose = 0x7d;
const bracketOpen = 0x5b;
const bracketClose = 0x5d;

/** What a string of the document is: of no interest, a member's name, or the value looked for. */
type Role = "other" | "name" | "value";

/** The options of a StringReplacer. */
export interface StringReplacerOptions {
  /** Names from the top object down to the string, such as `["result", "requestState"]`. */
  readonly path: readonly string[];
  /** Gives what takes the string's place; null leaves it byte for byte. */
  readonly replace: (text: string) => string | null;
  /** Longest string that is looked at, in bytes; a longer one passes as it is. */
  readonly largest: number;
}

/**
 * Replaces one string of a JSON document, found by its path, however the bytes are cut. Every other byte passes as it came,
 * and at once: only the string itself is held until it ends. A document that is no JSON passes unharmed.
 */
export class StringReplacer {
  readonly #options: StringReplacerOptions;
  /** Containers that are open. */
  #depth = 0;
  /** How many of them, below the top, are the path's; -1 when the top is no object. */
  #matched = 0;
  #role: Role = "other";
  #inString = false;
  #escaped = false;
  /** The next string is a member's name. */
  #awaitsName = false;
  /** The last name was the path's next one, and its value comes. */
  #named = false;
  /** Bytes of a name or of the value; not yet sent when they are the value's. */
  #kept: Buffer[] = [];
  #keptBytes = 0;

  constructor(options: StringReplacerOptions) {
    this.#options = options;
  }

  /** Bytes to send on for a chunk that came. */
  push(chunk: Buffer): Buffer {
    const out: Buffer[] = [];
    let sent = 0;
    let from = 0;
    for (let at = 0; at < chunk.length; at++) {
      const byte = chunk[at] as number;
      if (!this.#inString) {
        if (byte !== quote) {
          this.#mark(byte);
          continue;
        }
        this.#begin();
        from = at;
        if (this.#role === "value") {
          out.push(chunk.subarray(sent, at));
          sent = at;
        }
        continue;
      }
      if (this.#escaped) this.#escaped = false;
      else if (byte === backslash) this.#escaped = true;
      else if (byte === quote) {
        this.#keep(chunk.subarray(from, at + 1));
        const value = this.#end();
        if (value !== null) {
          out.push(value);
          sent = at + 1;
        }
      }
    }
    if (this.#inString) {
      this.#keep(chunk.subarray(from));
      if (this.#role === "value") {
        sent = chunk.length;
        if (this.#keptBytes > this.#options.largest) out.push(this.flush());
      }
    }
    if (sent === 0) return chunk;
    out.push(chunk.subarray(sent));
    return Buffer.concat(out);
  }

  /** Bytes that are still held; what comes after them is another string to nobody. */
  flush(): Buffer {
    const held = this.#role === "value" ? Buffer.concat(this.#kept) : Buffer.alloc(0);
    this.#drop("other");
    return held;
  }

  /** A byte outside strings. */
  #mark(byte: number): void {
    if (byte === braceOpen || byte === bracketOpen) this.#open(byte === braceOpen);
    else if (byte === braceClose || byte === bracketClose) this.#close();
    else if (byte === comma) {
      this.#awaitsName = this.#onPath();
      this.#named = false;
    } else if (byte === colon) this.#awaitsName = false;
  }

  #open(isObject: boolean): void {
    if (this.#depth === 0) this.#matched = isObject ? 0 : -1;
    else if (this.#onPath() && this.#named && isObject) this.#matched = this.#depth;
    this.#depth++;
    this.#awaitsName = isObject && this.#onPath();
    this.#named = false;
  }

  #close(): void {
    this.#depth = Math.max(0, this.#depth - 1);
    this.#matched = Math.min(this.#matched, this.#depth - 1);
    this.#awaitsName = false;
    this.#named = false;
  }

  /** Whether the innermost container is one that the path goes through. */
  #onPath(): boolean {
    return this.#depth > 0 && this.#depth <= this.#options.path.length && this.#matched === this.#depth - 1;
  }

  #begin(): void {
    const isValue = this.#named && this.#depth === this.#options.path.length;
    this.#drop(this.#awaitsName ? "name" : isValue ? "value" : "other");
    this.#inString = true;
    this.#escaped = false;
  }

  /** A string has ended; gives what to send of it when it was held. */
  #end(): Buffer | null {
    const role = this.#role;
    const raw = Buffer.concat(this.#kept);
    this.#inString = false;
    this.#drop("other");
    if (role === "name") this.#named = textOf(raw) === this.#options.path[this.#depth - 1];
    if (role !== "value") return null;
    const text = textOf(raw);
    const other = text === null ? null : this.#options.replace(text);
    return other === null ? raw : Buffer.from(JSON.stringify(other));
  }

  #keep(part: Buffer): void {
    if (this.#role === "other") return;
    this.#keptBytes += part.length;
    // Every byte of a name may be written as an escape of six.
    if (this.#role === "name" && this.#keptBytes > 512) this.#drop("other");
    else this.#kept.push(part);
  }

  #drop(role: Role): void {
    this.#role = role;
    this.#kept = [];
    this.#keptBytes = 0;
  }
}

function textOf(raw: Buffer): string | null {
  try {
    return JSON.parse(raw.toString("utf8")) as string;
  } catch {
    return null; // no JSON string: it passes as it is, for its reader to refuse
  }
}
