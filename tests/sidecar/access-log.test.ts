import assert from "node:assert/strict";
import test from "node:test";
import fc from "fast-check";
import type { AccessLine } from "../../domain/telemetry.ts";
import { AccessLog } from "../../sidecar/observe/access-log.ts";
import { type Id, Waiting, WatchedSession } from "../../sidecar/observe/waiting.ts";

const whose = { slot: "blue", task: "10.0.0.1:8080", release: 'a "release"' };

test("a line says all that it is made of, whatever a client calls things", () => {
  const text = fc.string({ unit: "binary", maxLength: 20 });
  const number = fc.oneof(fc.integer(), fc.double({ noNaN: true, noDefaultInfinity: true }));
  const id = fc.oneof(text, number, fc.constant(null)) as fc.Arbitrary<Id | null>;
  const status = fc.option(fc.integer({ min: 200, max: 599 }));
  fc.assert(
    fc.property(
      id,
      text,
      fc.option(text),
      fc.option(text),
      status,
      fc.boolean(),
      (of, method, tool, name, got, on) => {
        const lines: string[] = [];
        const log = new AccessLog(
          (line) => lines.push(line),
          () => 1_700_000_000_123,
          whose,
          { tool: "analyze" },
        );
        const session = name === null ? null : new WatchedSession(name, 17, { begun: on, isOpen: true });
        const waiting = new Waiting(
          { id: of, method, tool },
          { request: 5, since: 1_700_000_000_120, synthetic: on, session },
        );
        log.ended({ waiting, outcome: "client-fault", cause: "HTTP 400", durationMs: 3.5, status: got });
        const expected: AccessLine = {
          type: "access",
          schema: 2,
          ...whose,
          timestamp: "2023-11-14T22:13:20.123Z",
          session: name ?? "10.0.0.1:8080/5",
          sessionAt: name === null ? null : 17,
          begun: name === null ? null : on,
          request: 5,
          id: Object.is(of, -0) ? 0 : of,
          method,
          tool,
          outcome: "client-fault",
          cause: "HTTP 400",
          durationMs: 3.5,
          status: got,
          synthetic: on,
        };
        assert.deepEqual(JSON.parse(lines[0]!), expected);
      },
    ),
  );
});

test("lines of one millisecond have one time, and the next one has its own", () => {
  const lines: string[] = [];
  const log = new AccessLog(
    (line) => lines.push(line),
    () => 0,
    whose,
    { tool: "analyze" },
  );
  const waiting = new Waiting(
    { id: 1, method: "m", tool: null },
    { request: 1, since: 0, synthetic: false, session: null },
  );
  for (const durationMs of [0, 0, 1])
    log.ended({ waiting, outcome: "ok", cause: "", durationMs, status: 200 });
  assert.deepEqual(
    lines.map((line) => (JSON.parse(line) as AccessLine).timestamp.slice(-5)),
    [".000Z", ".000Z", ".001Z"],
  );
});
