/**
 * A mistake of the person at the keyboard: a wrong option, a bad file, a taken port. Commands print its message, one
 * clear sentence without a stack, and exit with 2. Everything else that is thrown is a bug or an outage.
 */
export class UsageError extends Error {
  readonly exitCode = 2;
  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = "UsageError";
  }
}
