import assert from "node:assert/strict";
import test from "node:test";
import fc from "fast-check";
import { QuotedNames, asciiJson, quoted } from "../../sidecar/observe/quoted.ts";
import { WaitingQueue } from "../../sidecar/observe/waiting-queue.ts";
import { Waiting, WatchedSession } from "../../sidecar/observe/waiting.ts";

let requests = 0;
const waitingFor = (id: string | number | null) =>
  new Waiting(
    { id, method: "tools/call", tool: null },
    { request: ++requests, since: 0, synthetic: false, session: null },
  );

test("a session finds what waits by its id, as a map would, however much comes and goes", () => {
  const step = fc.record({ id: fc.constantFrom(1, "1", 2, 3, ""), adds: fc.boolean() });
  fc.assert(
    fc.property(fc.array(step, { maxLength: 30 }), (steps) => {
      const session = new WatchedSession("s", 0, { begun: true, isOpen: true });
      const known = new Map<string | number, Waiting>();
      for (const { id, adds } of steps) {
        const waiting = adds ? waitingFor(id) : (known.get(id) ?? waitingFor(id));
        if (adds) {
          session.add(waiting);
          known.set(id, waiting);
        } else {
          session.remove(waiting);
          known.delete(id);
        }
        assert.equal(session.size, known.size);
        assert.deepEqual(new Set(session.waiting), new Set(known.values()));
        for (const one of [1, "1", 2, 3, ""]) assert.equal(session.find(one), known.get(one));
      }
    }),
  );
});

test("what has no id waits in no session, and one that was asked again under its id is not the one that goes", () => {
  const session = new WatchedSession("s", 0, { begun: true, isOpen: true });
  session.add(waitingFor(null));
  assert.equal(session.size, 0);
  const [first, second] = [waitingFor(7), waitingFor(7)];
  session.add(first);
  session.add(second);
  session.remove(first);
  assert.equal(session.find(7), second);
});

test("a queue keeps the order in which requests came, whichever are taken out, also while it is walked through", () => {
  fc.assert(
    fc.property(fc.array(fc.nat({ max: 9 }), { maxLength: 40 }), (taken) => {
      const queue = new WaitingQueue();
      const known = new Set<Waiting>();
      for (const place of taken) {
        const added = waitingFor(1);
        queue.add(added);
        known.add(added);
        const out = [...known][place];
        if (out === undefined) continue;
        queue.remove(out);
        known.delete(out);
        assert.deepEqual([out.before, out.after], [null, null]);
      }
      assert.deepEqual([...queue], [...known]);
      let walked = 0;
      for (const waiting of queue) {
        walked++;
        queue.remove(waiting);
      }
      assert.equal(walked, known.size);
      assert.deepEqual([...queue], []);
    }),
  );
});

test("a quoted text is JSON of it, of one byte for each character, remembered or not", () => {
  const names = new QuotedNames();
  fc.assert(
    fc.property(fc.string({ unit: "binary" }), (text) => {
      assert.equal(JSON.parse(quoted(text)), text);
      assert.equal(names.of(text), quoted(text));
      assert.equal(names.of(text), quoted(text));
      assert.match(quoted(text), /^[\0-\x7f]*$/);
    }),
    { numRuns: 3_000 },
  );
  assert.equal(asciiJson({ é: [1, null, "\u{1F600}"] }), '{"\\u00e9":[1,null,"\\ud83d\\ude00"]}');
});
