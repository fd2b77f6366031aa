import assert from "node:assert/strict";
import test from "node:test";
import fc from "fast-check";
import { EventData } from "../../sidecar/mcp/event-data.ts";
import type { Message } from "../../sidecar/mcp/messages.ts";
import { Body } from "../../sidecar/proxy/body.ts";

const id = fc.oneof(fc.integer(), fc.string({ maxLength: 20, unit: "grapheme" }));
/** Results that do their best to look like the end of a message. */
const text = fc.oneof(
  fc.string(),
  fc.constantFrom('"},"jsonrpc":"2.0","id":7}', '{"jsonrpc":"2.0","id":8,"result":{"isError":true}}'),
);
/** How official servers write an answer: v1 the result first, v2 and Python's the id first. */
const written = fc
  .boolean()
  .map(
    (resultFirst) => (result: object, of: string | number) =>
      JSON.stringify(resultFirst ? { result, jsonrpc: "2.0", id: of } : { jsonrpc: "2.0", id: of, result }),
  );

test("an answer too large to look into is known by its ends, however it is cut", () => {
  const cut = fc.array(fc.integer({ min: 1, max: 2_000 }), { minLength: 1, maxLength: 8 });
  fc.assert(
    fc.property(id, text, fc.boolean(), written, cut, (of, said, isError, write, sizes) => {
      const content = [{ type: "text", text: said + "x".repeat(3_000) + said }];
      const bytes = Buffer.from(write(isError ? { content, isError } : { content }, of));
      const parts: Buffer[] = [];
      for (let at = 0, turn = 0; at < bytes.length; turn++)
        parts.push(bytes.subarray(at, (at += sizes[turn % sizes.length]!)));
      const body = new Body(1_500);
      for (const part of parts) body.push(part);
      const seen: Message[] = [];
      const data = new EventData(
        1_500,
        () => assert.fail("it is too large"),
        (ends) => seen.push(ends.answer() ?? {}),
      );
      for (const part of [Buffer.from("event: message\ndata: "), ...parts, Buffer.from("\n\n")])
        data.push(part);
      assert.deepEqual(body.messages(), [{ id: of, result: { isError }, isLarge: true }]);
      assert.deepEqual(seen, body.messages());
    }),
    { numRuns: 300 },
  );
});

test("what is no answer as official servers write it is nobody's", () => {
  const large = "x".repeat(3_000);
  for (const message of [
    { jsonrpc: "2.0", id: 1, method: "tools/call", params: { large } },
    { method: "tools/call", params: { large }, jsonrpc: "2.0", id: 1 },
    { jsonrpc: "2.0", method: "notifications/message", params: { large, jsonrpc: "2.0", id: 1 } },
    [{ jsonrpc: "2.0", id: 1, result: { large } }],
    { large },
  ]) {
    const body = new Body(1_500);
    body.push(Buffer.from(JSON.stringify(message)));
    assert.deepEqual(body.messages(), []);
  }
});
