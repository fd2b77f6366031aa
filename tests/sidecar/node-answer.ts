import { request } from "node:http";
import { Duplex } from "node:stream";

/** What a client made of an answer. */
export interface Read {
  readonly status: number;
  /** Names in lower case and values in turn. */
  readonly headers: readonly string[];
  readonly body: string;
  /** All of it came; else its end is missing or wrong. */
  readonly whole: boolean;
}

/** What Node's own client makes of these bytes and the end of the connection after them; null: it is no answer. */
export function nodeReads(parts: readonly Buffer[]): Promise<Read | null> {
  return new Promise((resolve) => {
    const wire = new Duplex({ read() {}, write: (_bytes, _encoding, done) => done() });
    const asked = request({ createConnection: () => wire, method: "POST", path: "/" });
    asked.on("error", () => resolve(null));
    asked.on("upgrade", () => resolve(null));
    asked.on("response", (answer) => {
      const got: Buffer[] = [];
      const tell = (whole: boolean): void =>
        resolve({
          status: answer.statusCode as number,
          headers: answer.rawHeaders.map((text, at) => (at % 2 === 0 ? text.toLowerCase() : text)),
          body: Buffer.concat(got).toString("latin1"),
          whole,
        });
      answer.on("data", (part: Buffer) => got.push(part));
      answer.on("end", () => tell(answer.complete));
      answer.on("error", () => tell(false));
    });
    asked.end(() => {
      for (const part of parts) wire.push(part);
      wire.push(null);
    });
  });
}
