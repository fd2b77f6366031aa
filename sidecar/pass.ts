import type { IncomingMessage, ServerResponse } from "node:http";

/** Sends bytes on with back-pressure: the sender waits while the receiver is slow. */
export function pass(from: IncomingMessage, to: ServerResponse, bytes: Buffer): void {
  if (to.write(bytes)) return;
  from.pause();
  to.once("drain", () => from.resume());
}
