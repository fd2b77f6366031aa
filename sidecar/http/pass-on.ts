/** The state of an answer's body: more may come, all of it has come, or the rest never will. */
export type BodyState = "more" | "all" | "failed";

/** The way of an answer's body back to the client. */
export interface PassOn {
  /** Bytes that came. False: the client is slow, and the other side has to wait until it has caught up. */
  push(chunk: Buffer): boolean;
  /** All of it has come. */
  end(): void;
  /** Nothing more goes to the client. With `more` it was the client that left, or the stream was closed here. */
  closed(coming: BodyState): void;
}
