import { createServer } from "node:net";

/** Below the ranges from which Linux and macOS take ports for outgoing connections, so that no client can take one. */
const lowest = 20_000;
const count = 12_000;

/** Gives out loopback ports that nobody listens on, never one twice. */
export class Ports {
  readonly #given = new Set<number>();
  #next: number;

  constructor(random: () => number) {
    this.#next = Math.floor(random() * count);
  }

  /** Throws when none is left. */
  async take(): Promise<number> {
    for (let tried = 0; tried < count; tried++) {
      const port = lowest + (this.#next++ % count);
      if (this.#given.has(port) || !(await isFree(port))) continue;
      this.#given.add(port);
      return port;
    }
    throw new Error(`no free port is left between ${lowest} and ${lowest + count - 1}`);
  }

  release(ports: Iterable<number>): void {
    for (const port of ports) this.#given.delete(port);
  }
}

function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once("error", () => resolve(false));
    server.listen(port, "127.0.0.1", () => server.close(() => resolve(true)));
  });
}
