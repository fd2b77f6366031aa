import assert from "node:assert/strict";
import type { ServerResponse } from "node:http";
import test from "node:test";
import { Sessions } from "../../sidecar/drain/sessions.ts";
import { type Stream, Streams, graceMs } from "../../sidecar/drain/streams.ts";
import { endBy } from "./kit.ts";

/** An idle stream of a session, and whether it was ended. */
function stream(session: string): { stream: Stream; ended: () => boolean } {
  const state = { ended: false };
  const response = {
    get writableEnded() {
      return state.ended;
    },
    write: () => true,
    end: () => (state.ended = true),
  } as unknown as ServerResponse;
  const of: Stream = {
    kind: "session",
    session,
    response,
    between: true,
    openedAt: 0,
    lastSentAt: 0,
    lastWords: () => "",
    closing: () => undefined,
  };
  return { stream: of, ended: () => state.ended };
}

test("past the deadline a stream stays open as long as its message arrives, and its neighbour does not", () => {
  const streams = new Streams(new Sessions({ now: () => 0, idleMs: 1_000 }));
  const [asking, idle] = [stream("asking"), stream("idle")];
  streams.add(asking.stream);
  streams.add(idle.stream);
  streams.arriving("asking");
  streams.arriving("asking");
  const deadline = 1_000;
  const close = (now: number) => streams.closeSome(now, endBy(deadline), () => false);
  close(0);
  for (const now of [deadline, deadline + 1, deadline + 250]) close(now);
  assert.deepEqual([asking.ended(), idle.ended()], [false, true]);
  streams.arrived("asking");
  close(deadline + 500);
  assert.equal(asking.ended(), false, "a second message is still on its way");
  streams.arrived("asking");
  close(deadline + 750);
  assert.equal(asking.ended(), true);
});

test("a message that never arrives keeps its stream until the grace is over, and no longer", () => {
  const streams = new Streams(new Sessions({ now: () => 0, idleMs: 1_000 }));
  const asking = stream("asking");
  streams.add(asking.stream);
  streams.arriving("asking");
  streams.closeSome(1_000 + graceMs - 1, endBy(1_000), () => false);
  assert.equal(asking.ended(), false);
  streams.closeSome(1_000 + graceMs, endBy(1_000), () => false);
  assert.equal(asking.ended(), true);
});
