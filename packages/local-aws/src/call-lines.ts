import { closeSync, mkdirSync, openSync, writeSync } from "node:fs";
import { join } from "node:path";
import type { CallEvent } from "./server.ts";

/**
 * A call that has ended, as one line of JSON: service, operation, signer, input, output, error. Times stand as `{"$time":
 * "2026-01-01T00:00:00.000Z"}` and bytes as `{"$bytes": base64}`, which JSON has no words for.
 */
export function callLine({ service, operation, signer, input, output, error }: CallEvent): string {
  return JSON.stringify({ service, operation, signer, input: plain(input), output: plain(output), error });
}

function plain(value: unknown): unknown {
  if (value instanceof Date) return { $time: value.toISOString() };
  if (value instanceof Uint8Array) return { $bytes: Buffer.from(value).toString("base64") };
  if (typeof value === "bigint") return Number(value);
  if (Array.isArray(value)) return value.map(plain);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, member]) => [key, plain(member)]));
}

let books = 0;

/** Writes every call that ends into a new file of a folder, which is made where it is missing. */
export function keepCalls(folder: string): { hear(event: CallEvent): void; close(): void } {
  mkdirSync(folder, { recursive: true });
  const file = openSync(join(folder, `${process.pid}-${++books}.jsonl`), "w");
  return {
    hear(event) {
      if (event.when === "after") writeSync(file, `${callLine(event)}\n`);
    },
    close: () => closeSync(file),
  };
}
