/** An error as AWS answers it: `code` is the code on the wire, and the SDK makes its exception from it. */
export class AwsError extends Error {
  override readonly name = "AwsError";
  readonly code: string;
  /** HTTP status: 4xx is the caller's, 5xx the service's. */
  readonly status: number;
  /** Further members of the error's shape, such as a DynamoDB item. */
  readonly more: Readonly<Record<string, unknown>>;

  constructor(code: string, message: string, status = 400, more: Record<string, unknown> = {}) {
    super(message);
    this.code = code;
    this.status = status;
    this.more = more;
  }
}
