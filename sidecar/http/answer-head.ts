/** An answer's headers: names in lower case and values in turn, as they came; one that came twice is there twice. */
export type AnswerHeaders = readonly string[];

/** An answer's headers on their way out: names, in lower case, and values in turn, as Node's server takes them without a copy. */
export type HeaderList = string[];

/** An answer that is none in HTTP/1.1, or that could be read in two ways. */
export class BadAnswer extends Error {}

/** An answer's head, and what it says of the body. */
export interface AnswerHead {
  readonly status: number;
  readonly headers: AnswerHeaders;
  /** Length of the body in bytes, or how its end is told. */
  readonly body: number | "chunked" | "until-close";
  /** Its connection may be asked again. */
  readonly keeps: boolean;
  /** For how many milliseconds the other side keeps the connection when nothing comes; null: it does not say. */
  readonly keepsMs: number | null;
}

/** The first value of this name, or undefined. */
export function headerOf(headers: AnswerHeaders, name: string): string | undefined {
  for (let at = 0; at < headers.length; at += 2) if (headers[at] === name) return headers[at + 1];
  return undefined;
}

const statusLine = /^HTTP\/1\.([01]) ([1-9]\d\d)(?: [\t\x20-\x7e\x80-\xff]*)?$/;
/** The pattern of a header's name (RFC 9110, section 5.6.2). */
export const token = "[!#$%&'*+.^_`|~\\w-]+";
const wholeName = new RegExp(`^${token}$`);
/** Headers that tell where the body ends. */
export const framing: ReadonlySet<string> = new Set(["content-length", "transfer-encoding"]);
/** The characters that no header's value has: they would end its line, or be other bytes on the wire than here. */
export const notInValue = /[^\t\x20-\x7e\x80-\xff]/;

/**
 * Reads a head (RFC 9112, sections 4 and 5) without the blank line at its end; every byte is one character. Stricter than
 * that where leniency lets two readers see two answers: no bare line feed, no folded line, no second length, no length
 * beside a coding, no coding but `chunked`. Throws BadAnswer.
 */
export function answerHead(text: string): AnswerHead {
  const first = lineEnd(text, 0);
  const found = statusLine.exec(text.slice(0, first));
  if (found === null) throw new BadAnswer("its first line is no status line of HTTP/1.1");
  const headers: string[] = [];
  for (let at = first + 2; at < text.length;) {
    const end = lineEnd(text, at);
    readHeader(headers, text, at, end);
    at = end + 2;
  }
  return described(Number(found[2]), found[1] === "1", headers);
}

/** Adds the header that stands between two indices, and returns its name. Throws BadAnswer. */
export function readHeader(headers: string[], text: string, from: number, to: number): string {
  const colon = text.indexOf(":", from);
  const name = colon < 0 ? "" : text.slice(from, colon).toLowerCase();
  const value = trimmed(text, colon + 1, to);
  if (!wholeName.test(name) || notInValue.test(value)) throw new BadAnswer("one of its lines is no header");
  if (framing.has(name) && text.slice(colon, to).includes("\t"))
    throw new BadAnswer(`its ${name} is written in a way that not all understand`); // Node's parser among them
  headers.push(name, value);
  return name;
}

function described(status: number, modern: boolean, headers: AnswerHeaders): AnswerHead {
  let length: string | null = null;
  let coding: string | null = null;
  let closes = !modern;
  let keepsMs: number | null = null;
  for (let at = 0; at < headers.length; at += 2) {
    const value = headers[at + 1] as string;
    switch (headers[at]) {
      case "content-length":
        if (length !== null) throw new BadAnswer("it has two lengths");
        length = value;
        break;
      case "transfer-encoding":
        if (coding !== null) throw new BadAnswer("it is coded twice");
        coding = value;
        break;
      case "connection":
        closes = closesBy(value, closes);
        break;
      case "keep-alive":
        keepsMs = timeoutIn(value);
    }
  }
  if (status < 200 && !modern) throw new BadAnswer("HTTP/1.0 has no interim answers");
  const body = bodyOf(status, modern, length, coding);
  return { status, headers, body, keeps: !closes && body !== "until-close", keepsMs };
}

/** How the body's end is told (RFC 9112, section 6.3), for any method but HEAD and CONNECT, which are never sent. */
function bodyOf(
  status: number,
  modern: boolean,
  length: string | null,
  coding: string | null,
): AnswerHead["body"] {
  if (coding !== null) {
    if (length !== null) throw new BadAnswer("it has a length and a coding");
    if (!modern || coding.toLowerCase() !== "chunked") throw new BadAnswer(`its coding is not "chunked"`);
  }
  if (length !== null && !/^\d{1,15}$/.test(length)) throw new BadAnswer("its length is no number");
  if (status < 200 || status === 204 || status === 304) return 0;
  if (coding !== null) return "chunked";
  return length === null ? "until-close" : Number(length);
}

function closesBy(connection: string, otherwise: boolean): boolean {
  const options = connection.toLowerCase();
  if (options === "keep-alive") return false; // what most say
  const named = options.split(",").map((option) => option.trim());
  return named.includes("close") || (otherwise && !named.includes("keep-alive"));
}

function timeoutIn(keepAlive: string): number | null {
  const seconds = /(?:^|[,\s])timeout=(\d{1,6})\b/i.exec(keepAlive)?.[1];
  return seconds === undefined ? null : Number(seconds) * 1_000;
}

function lineEnd(text: string, from: number): number {
  const end = text.indexOf("\r\n", from);
  return end < 0 ? text.length : end;
}

/** Without the blanks and tabs around it; nothing else is white space here. */
function trimmed(text: string, from: number, to: number): string {
  let [start, end] = [from, to];
  while (start < end && isBlank(text.charCodeAt(start))) start++;
  while (end > start && isBlank(text.charCodeAt(end - 1))) end--;
  return text.slice(start, end);
}

const isBlank = (code: number): boolean => code === 0x20 || code === 0x09;
