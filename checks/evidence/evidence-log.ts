import { type EvidenceLine, evidenceLineSchema } from "./evidence-line.ts";
import { noLine, hash } from "./line-hash.ts";

/** The append-only record of one rollout: JSON lines, each carrying the hash of the line before. */
export class EvidenceLog {
  readonly #of: { rollout: string; stack: string; now: () => number };
  readonly #lines: string[] = [];
  #digest = noLine;

  constructor(of: { rollout: string; stack: string; now: () => number }) {
    this.#of = of;
  }

  append(kind: string, body: object): EvidenceLine {
    const line: EvidenceLine = {
      schema: evidenceLineSchema,
      rollout: this.#of.rollout,
      stack: this.#of.stack,
      seq: this.#lines.length,
      at: new Date(this.#of.now()).toISOString(),
      previous: this.#digest,
      kind,
      body: { ...body },
    };
    const text = JSON.stringify(line);
    this.#lines.push(text);
    this.#digest = hash(text);
    return line;
  }

  /** Every line so far, without line ends. */
  lines(): readonly string[] {
    return this.#lines;
  }

  /** Stands for the whole record: the hash of its last line. */
  digest(): string {
    return this.#digest;
  }

  /** The record as a file. */
  text(): string {
    return this.#lines.map((line) => `${line}\n`).join("");
  }
}
