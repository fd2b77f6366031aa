/** Most kinds of answers that are told of: a hub has a few. */
const most = 8;

/** The answers that the hub encodes although it is asked not to: each kind is told of once. */
export class EncodedAnswers {
  readonly #say: (text: string) => void;
  readonly #told = new Set<string>();

  constructor(say: (text: string) => void) {
    this.#say = say;
  }

  /**
   * @param type of its content, as it came
   * @param encoding as it came
   */
  saw(type: string | undefined, encoding: string): void {
    const kind = type?.split(";")[0]?.trim().slice(0, 60) ?? "without a content type";
    if (this.#told.has(kind) || this.#told.size >= most) return;
    this.#told.add(kind);
    this.#say(
      `the hub encodes its answers (${kind}, ${encoding.slice(0, 20)}) although it is asked for plain ones: they pass as they are, ` +
        "and nobody here sees what they say",
    );
  }
}
