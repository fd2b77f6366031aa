/** Why a text is no pattern, and where in it, counted from 0. */
export class Problem extends Error {
  override readonly name = "Problem";
  readonly at: number;

  constructor(at: number, why: string) {
    super(why);
    this.at = at;
  }
}

/** A text that is read from its start to its end. */
export class Reader {
  readonly text: string;
  at = 0;

  constructor(text: string) {
    this.text = text;
  }

  get ended(): boolean {
    return this.at >= this.text.length;
  }

  /** The character that comes next; empty at the end. */
  get next(): string {
    return this.text.charAt(this.at);
  }

  /** Takes a text when it comes next. */
  take(text: string): boolean {
    if (!this.text.startsWith(text, this.at)) return false;
    this.at += text.length;
    return true;
  }

  /** Takes what a sticky expression finds next; null: nothing. */
  match(expression: RegExp): string | null {
    expression.lastIndex = this.at;
    const found = expression.exec(this.text)?.[0];
    if (found === undefined) return null;
    this.at += found.length;
    return found;
  }

  skipBlanks(): void {
    this.match(/\s*/y);
  }

  /** A problem with what comes next. */
  problem(why: string, at = this.at): Problem {
    return new Problem(at, why);
  }

  /** What comes next, for a sentence. */
  get seen(): string {
    return this.ended ? "the pattern ends" : `there is ${JSON.stringify(this.next)}`;
  }
}
