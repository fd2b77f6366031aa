import { type Socket, connect } from "node:net";
import type { Readable } from "node:stream";
import type { Address } from "../affinity/peers.ts";
import type { AnswerHeaders } from "./answer-head.ts";
import { AnswerReader, type Answered } from "./answer-reader.ts";

/** How long a connection may take to be made, in milliseconds. How long an answer takes is the hub's and the client's affair. */
const connectMs = 10_000;
/**
 * For how long a connection that waits is used again, in milliseconds, unless its other side says how long it keeps it: less
 * than the 5 s after which Node's own server, and others, end one.
 */
const idleMs = 4_000;
/** Taken off what the other side says: its end may be under way already, in milliseconds. */
const marginMs = 1_000;
/**
 * A connection that waited longer than this, in milliseconds, is looked at once more before it is used: its end may have come
 * in this very turn of the event loop, and be read only after what is done now.
 */
const freshMs = 100;

const timedOut = (): Error =>
  Object.assign(new Error(`no connection within ${connectMs} ms`), { code: "ETIMEDOUT" });

/** A request as it goes over a connection. */
export interface Asking {
  /** Its first line and headers with the blank line after them; every character is one byte. */
  readonly head: string;
  /** As a string it is small, every character one byte as in its head, and goes out with that in one write. */
  readonly body: string | Buffer | Readable | null;
  /** A body that comes by and by goes on in chunks; else it has the length that its head announces. */
  readonly chunked: boolean;
}

/** The one who asked, and hears the answer. After `end` or `fail` it hears nothing more. */
export interface Asker {
  head(status: number, headers: AnswerHeaders): void;
  /** False: no more until `resume`. */
  data(part: Buffer): boolean;
  /** All of it has come, and the connection is free. */
  end(): void;
  /** The rest of it will never come. */
  fail(error: Error): void;
}

/** A connection to one address, which carries one request at a time. It connects by itself, and anew when it was ended. */
export class Connection implements Answered {
  readonly #host: string;
  readonly #port: number;
  readonly #now: () => number;
  #socket: Socket | null = null;
  #asker: Asker | null = null;
  #reader: AnswerReader | null = null;
  /** The request has not gone out whole. */
  #sending = false;
  /** Until when it may be used again, and since when it waits for that, in the clock's milliseconds. */
  #until = 0;
  #since = 0;

  constructor({ host, port }: Address, now: () => number) {
    this.#host = host;
    this.#port = port;
    this.#now = now;
  }

  /** Its answer has just come, and it is kept for the next request. */
  get isKept(): boolean {
    return this.#socket !== null;
  }

  /** It can be used again. */
  get isOpen(): boolean {
    return this.#socket !== null && this.#now() < this.#until;
  }

  /** Sends a request; the asker hears the answer, never before this returns. */
  send(asking: Asking, asker: Asker): void {
    this.#asker = asker;
    const now = this.#now();
    if (this.#socket === null || now >= this.#until) this.#connect();
    else if (now - this.#since > freshMs) return void setImmediate(() => this.#sendLater(asking, asker));
    this.#write(asking);
  }

  /** Lets more of the answer come, after `data` said false. */
  resume(): void {
    this.#socket?.resume();
  }

  /** Ends it, with whatever is under way; the asker hears nothing more. */
  end(): void {
    this.#asker = null;
    this.#reader = null;
    this.#drop();
  }

  head(status: number, headers: AnswerHeaders): void {
    this.#asker?.head(status, headers);
  }

  data(part: Buffer): void {
    if (this.#asker?.data(part) === false) this.#socket?.pause();
  }

  #sendLater(asking: Asking, asker: Asker): void {
    if (this.#asker !== asker) return; // it has given up meanwhile
    if (!this.isOpen) this.#connect();
    this.#write(asking);
  }

  #connect(): void {
    this.#drop();
    const socket = connect({
      host: this.#host,
      port: this.#port,
      noDelay: true,
      keepAlive: true,
      keepAliveInitialDelay: 60_000,
    });
    this.#socket = socket;
    let why: Error | null = null;
    socket.setTimeout(connectMs, () => socket.destroy(timedOut()));
    socket.on("connect", () => socket.setTimeout(0));
    socket.on("data", (bytes: Buffer) => this.#take(socket, bytes));
    socket.on("end", () => this.#ended(socket));
    socket.on("error", (error) => (why = error));
    socket.on("close", () => this.#closed(socket, why ?? new Error("the connection was closed")));
  }

  #write({ head, body, chunked }: Asking): void {
    const socket = this.#socket as Socket;
    this.#reader = new AnswerReader(this);
    if (body === null) socket.write(head, "latin1");
    else if (typeof body === "string") socket.write(head + body, "latin1");
    else if (!Buffer.isBuffer(body)) this.#writeAsItComes(socket, head, body, chunked);
    else {
      socket.cork();
      socket.write(head, "latin1");
      socket.write(body);
      socket.uncork();
    }
  }

  #writeAsItComes(socket: Socket, head: string, body: Readable, chunked: boolean): void {
    this.#sending = true;
    socket.write(head, "latin1");
    body.on("data", (part: Buffer) => {
      socket.cork();
      if (chunked) socket.write(`${part.length.toString(16)}\r\n`, "latin1");
      socket.write(part);
      if (chunked) socket.write("\r\n", "latin1");
      socket.uncork();
      if (!socket.writableNeedDrain) return;
      body.pause();
      socket.once("drain", () => body.resume());
    });
    body.on("end", () => {
      this.#sending = false;
      if (chunked) socket.write("0\r\n\r\n", "latin1");
    });
    body.on("error", (error) => this.#fail(socket, error));
  }

  #take(socket: Socket, bytes: Buffer): void {
    if (socket !== this.#socket) return;
    // Nobody asked for it: who asks next must not take it for an answer.
    if (this.#reader === null) return this.#drop();
    try {
      if (this.#reader.push(bytes)) this.#finish(socket, this.#reader);
    } catch (error) {
      this.#fail(socket, error as Error);
    }
  }

  #ended(socket: Socket): void {
    if (socket === this.#socket && this.#reader?.close() === true) this.#finish(socket, this.#reader);
    else this.#closed(socket, new Error("the connection ended before the answer did"));
  }

  #closed(socket: Socket, why: Error): void {
    if (socket !== this.#socket) return;
    // Nothing was asked over it yet.
    if (this.#reader === null) this.#drop();
    else this.#fail(socket, why);
  }

  #finish(socket: Socket, { keeps, keepsMs }: AnswerReader): void {
    if (socket !== this.#socket) return; // ended while the last of it was read
    const asker = this.#asker;
    this.#asker = null;
    this.#reader = null;
    this.#since = this.#now();
    this.#until = this.#since + (keepsMs === null ? idleMs : keepsMs - marginMs);
    if (!keeps || this.#sending || this.#until <= this.#since) this.#drop();
    else if (socket.isPaused()) socket.resume();
    asker?.end();
  }

  #fail(socket: Socket, error: Error): void {
    if (socket !== this.#socket) return;
    const asker = this.#asker;
    this.end();
    asker?.fail(error);
  }

  #drop(): void {
    this.#sending = false;
    this.#socket?.destroy();
    this.#socket = null;
  }
}
