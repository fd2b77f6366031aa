import assert from "node:assert/strict";
import test from "node:test";
import fc from "fast-check";
import { BadAnswer } from "../../sidecar/http/answer-head.ts";
import { AnswerReader } from "../../sidecar/http/answer-reader.ts";
import { type Read, nodeReads } from "./node-answer.ts";

/** `npm run fuzz` sets it. */
const cases = Number(process.env["FUZZ_CASES"] ?? 3_000);

interface Own extends Read {
  readonly keeps: boolean;
  readonly keepsMs: number | null;
}

/** What the sidecar makes of these bytes and the end of the connection after them; null: it is no answer. */
function reads(parts: readonly Buffer[]): Own | null {
  let [status, body, whole] = [0, "", false];
  let headers: readonly string[] = [];
  const reader = new AnswerReader({
    head: (...said) => {
      assert.equal(status, 0, "the head comes once");
      [status, headers] = said;
    },
    data: (part) => {
      assert.ok(part.length > 0 && status > 0, "data is something, and comes after the head");
      body += part.toString("latin1");
    },
  });
  try {
    for (const part of parts) whole = reader.push(part);
    whole = reader.close();
  } catch (error) {
    assert.ok(error instanceof BadAnswer, String(error));
    whole = false;
  }
  const { keeps, keepsMs } = reader;
  return status === 0 ? null : { status, headers, body, whole, keeps, keepsMs };
}

const name = fc.stringMatching(/^[a-zA-Z][\w-]{0,12}$/).map((text) => `x-${text}`);
const value = fc.string({
  unit: fc.constantFrom("a", "Z", " ", "\t", ":", ",", "é", "\xff", '"', ";", "="),
  maxLength: 20,
});
const field = fc.tuple(name, value).map(([said, what]) => `${said}:${what}\r\n`);
const payload = fc.oneof(
  fc.constant(""),
  fc.string({ unit: "binary", maxLength: 300 }),
  fc.constant("}\r\n\r\n0\r\n"),
);
const chunk = (data: string, more: string): string => `${data.length.toString(16)}${more}\r\n${data}\r\n`;

/** An answer that is one, by all the ways in which its end can be told. */
const answer = fc
  .record({
    interim: fc.constantFrom("", "HTTP/1.1 103 Early Hints\r\nlink: </a>\r\n\r\n", "HTTP/1.1 100\r\n\r\n"),
    status: fc.constantFrom(
      "200 OK",
      "202 Accepted",
      "204 No Content",
      "304 Not Modified",
      "404 Not Found",
      "599 ",
    ),
    fields: fc.array(field, { maxLength: 4 }),
    framing: fc.constantFrom("length", "chunked", "until-close"),
    data: fc.array(
      payload.map((text) => Buffer.from(text).toString("latin1")),
      { maxLength: 4 },
    ),
    extension: fc.constantFrom("", ";a=b", ";a"),
    trailers: fc.constantFrom("", "x-sum: 1\r\n"),
  })
  .map(({ interim, status, fields, framing, data, extension, trailers }) => {
    const bare = status.startsWith("204") || status.startsWith("304");
    const all = data.join("");
    const ways: Record<string, [string, string]> = {
      length: [`Content-Length: ${all.length}\r\n`, all],
      chunked: [
        "Transfer-Encoding: chunked\r\n",
        `${data
          .filter((part) => part !== "")
          .map((part) => chunk(part, extension))
          .join("")}0\r\n${trailers}\r\n`,
      ],
      "until-close": ["", all],
    };
    const [said, body] = bare ? ["", ""] : ways[framing]!;
    return `${interim}HTTP/1.1 ${status}\r\n${said}${fields.join("")}\r\n${body}`;
  });

/** The bytes in pieces of these sizes, again and again. */
function cut(text: string, sizes: readonly number[]): Buffer[] {
  const parts: Buffer[] = [];
  for (let at = 0; at < text.length;) {
    const size = sizes[parts.length % sizes.length]!;
    parts.push(Buffer.from(text.slice(at, at + size), "latin1"));
    at += size;
  }
  return parts;
}
const sizes = fc.array(fc.oneof(fc.integer({ min: 1, max: 5 }), fc.integer({ min: 1, max: 500 })), {
  minLength: 1,
  maxLength: 5,
});

const asRead = (read: Own | null): Read | null =>
  read && { status: read.status, headers: read.headers, body: read.body, whole: read.whole };

test("an answer is read as Node's own client reads it, however it is cut", async () => {
  await fc.assert(
    fc.asyncProperty(answer, sizes, async (text, by) => {
      const parts = cut(text, by);
      const own = reads(parts);
      assert.equal(own?.whole, true);
      assert.deepEqual(asRead(own), await nodeReads(parts));
    }),
    { numRuns: 1_500 },
  );
});

/** One edit of an answer: a byte changed, left out, or put in. */
const edit = fc.record({
  at: fc.noBias(fc.nat(9_999)),
  out: fc.integer({ min: 0, max: 3 }),
  put: fc.constantFrom(
    "",
    "\r",
    "\n",
    "\r\n",
    " ",
    "\t",
    ":",
    "0",
    "f",
    "\0",
    "\x7f",
    "Content-Length: 3\r\n",
    "transfer-encoding: gzip\r\n",
  ),
});

/** The text up to the byte with which the answer was whole. */
function answerIn(text: string): string {
  const reader = new AnswerReader({ head: () => undefined, data: () => undefined });
  for (let at = 0; at < text.length; at++)
    if (reader.push(Buffer.from(text[at]!, "latin1"))) return text.slice(0, at + 1);
  return text;
}

test("what is whole for the sidecar is the same to Node's own client, whatever was changed in it", async () => {
  let whole = 0;
  const edits = fc.array(edit, { minLength: 1, maxLength: 3 });
  await fc.assert(
    fc.asyncProperty(answer, edits, sizes, async (text, changes, by) => {
      const changed = changes.reduce((old, { at, out, put }) => {
        const index = Math.floor((at / 10_000) * old.length);
        return old.slice(0, index) + put + old.slice(index + out);
      }, text);
      const own = reads(cut(changed, by));
      if (own?.whole !== true) return;
      whole++;
      assert.deepEqual(asRead(own), await nodeReads(cut(answerIn(changed), by)));
    }),
    { numRuns: cases },
  );
  assert.ok(whole > cases / 10, `${whole} were whole`);
});

const readOne = (text: string) => reads([Buffer.from(text, "latin1")]);

test("an answer that could be read in two ways is none", () => {
  const chunked = "transfer-encoding: chunked\r\n";
  const bad = {
    "two lengths": "HTTP/1.1 200 OK\r\ncontent-length: 1\r\ncontent-length: 1\r\n\r\n{",
    "a length and a coding": `HTTP/1.1 200 OK\r\ncontent-length: 1\r\n${chunked}\r\n1\r\n{\r\n0\r\n\r\n`,
    "a length that is none": "HTTP/1.1 200 OK\r\ncontent-length: +1\r\n\r\n{",
    "two codings": "HTTP/1.1 200 OK\r\ntransfer-encoding: gzip, chunked\r\n\r\n0\r\n\r\n",
    "coded twice": `HTTP/1.1 200 OK\r\n${chunked}${chunked}\r\n0\r\n\r\n`,
    "chunks in HTTP/1.0": `HTTP/1.0 200 OK\r\n${chunked}\r\n0\r\n\r\n`,
    "a folded line": "HTTP/1.1 200 OK\r\nx: a\r\n b\r\ncontent-length: 0\r\n\r\n",
    "a bare line feed": "HTTP/1.1 200 OK\r\nx: a\nb: c\r\ncontent-length: 0\r\n\r\n",
    "a space before the colon": "HTTP/1.1 200 OK\r\ncontent-length : 0\r\n\r\n",
    "a name that is none": "HTTP/1.1 200 OK\r\n: a\r\ncontent-length: 0\r\n\r\n",
    "a NUL": "HTTP/1.1 200 OK\r\nx: \0\r\ncontent-length: 0\r\n\r\n",
    "another protocol": "HTTP/1.1 101 Switching Protocols\r\nupgrade: websocket\r\n\r\n",
    "another version": "HTTP/2 200\r\ncontent-length: 0\r\n\r\n",
    "a status of two digits": "HTTP/1.1 20 OK\r\ncontent-length: 0\r\n\r\n",
    "a head of 20 kB": `HTTP/1.1 200 OK\r\nx: ${"y".repeat(20_000)}\r\ncontent-length: 0\r\n\r\n`,
  };
  for (const [what, text] of Object.entries(bad)) {
    assert.equal(readOne(text), null, what);
    assert.equal(reads(cut(text, [7])), null, `${what}, in pieces`);
  }
});

test("a body whose chunks are wrong is never whole, and what came before the wrong one is", () => {
  const begin = "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n2\r\n{}\r\n";
  for (const wrong of [
    "x\r\n",
    "-1\r\n",
    "0x1\r\n",
    "10000000000000\r\n",
    "1\n{\r\n",
    "1 \r\n{\r\n",
    "1\r\n{}\r\n",
    "0\r\nno trailer\r\n\r\n",
    "0\r\ncontent-length: 2\r\n\r\n",
    `1;a=${"b".repeat(20_000)}`,
    `0\r\n${"a: b\r\n".repeat(3_000)}`,
  ]) {
    const { body, whole, keeps } = readOne(begin + wrong)!;
    assert.equal(whole, false, wrong.slice(0, 40));
    assert.equal(keeps, false, wrong.slice(0, 40));
    assert.ok(body.startsWith("{}"), wrong.slice(0, 40));
  }
});

test("a connection is kept only after an answer that is whole, with nothing after it, by one who keeps it", () => {
  const kept = (text: string) => {
    const { keeps, keepsMs } = readOne(text)!;
    return [keeps, keepsMs];
  };
  const none = "content-length: 0\r\n";
  assert.deepEqual(kept(`HTTP/1.1 200 OK\r\n${none}\r\n`), [true, null]);
  assert.deepEqual(kept(`HTTP/1.1 200 OK\r\n${none}Keep-Alive: timeout=5, max=9\r\n\r\n`), [true, 5_000]);
  assert.deepEqual(kept(`HTTP/1.1 200 OK\r\n${none}connection: Keep-Alive\r\n\r\n`), [true, null]);
  assert.deepEqual(kept(`HTTP/1.0 200 OK\r\n${none}connection: keep-alive\r\n\r\n`), [true, null]);
  assert.deepEqual(kept(`HTTP/1.0 200 OK\r\n${none}\r\n`), [false, null]);
  assert.deepEqual(kept(`HTTP/1.1 200 OK\r\n${none}connection: x, Close\r\n\r\n`), [false, null]);
  assert.deepEqual(kept(`HTTP/1.1 200 OK\r\n${none}\r\nHTTP/1.1 200 OK`), [false, null]);
  assert.deepEqual(kept("HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n{"), [false, null]);
  assert.deepEqual(kept("HTTP/1.1 200 OK\r\n\r\n{}"), [false, null]);
});
