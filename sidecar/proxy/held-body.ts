import type { IncomingMessage } from "node:http";

/** Most bytes of request bodies that may be held at once. */
const mostHeld = 64 * 1024 * 1024;

/** The count of bytes that all requests hold together. */
export interface Holding {
  held: number;
}

/**
 * Reads a whole request body, for what decides its route stands in it. "large": above `largest` bytes. "full": too many
 * bytes are held for others. "gone": the client left. What was counted is given back when `release` is called, or at once
 * when there is no body to give.
 */
export function holdBody(
  request: IncomingMessage,
  largest: number,
  holding: Holding,
): Promise<{ readonly body: Buffer; readonly release: () => void } | "large" | "full" | "gone"> {
  return new Promise((resolve) => {
    const chunks: Buffer[] = [];
    let size = 0;
    const release = (): void => {
      holding.held -= size;
      size = 0;
    };
    const settle = (result: "large" | "full" | "gone"): void => {
      release();
      request.removeAllListeners("data");
      resolve(result);
    };
    request.on("data", (chunk: Buffer) => {
      size += chunk.length;
      holding.held += chunk.length;
      chunks.push(chunk);
      if (size > largest) settle("large");
      else if (holding.held > mostHeld) settle("full");
    });
    request.on("end", () => {
      request.removeAllListeners("data");
      resolve({ body: Buffer.concat(chunks), release });
    });
    request.on("close", () => settle("gone"));
  });
}
