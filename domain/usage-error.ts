/**
 * A mistake of the person at the keyboard: a wrong option, a bad file, a taken port. Commands print its message, one clear
 * sentence without a stack, and exit with 2. Everything else that is thrown is a defect or an outage.
 */
export class UsageError extends Error {
  override readonly name = "UsageError";
  /** What to type next; null: the message says it. */
  readonly next: string | null;

  constructor(message: string, next: string | null = null, options?: ErrorOptions) {
    super(message, options);
    this.next = next;
  }
}
