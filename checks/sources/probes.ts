import type { Colour } from "../../domain/colour.ts";
import { header } from "../../domain/telemetry.ts";
import { Turnstile } from "../core/semaphore.ts";
import { boundedText } from "./bounded-text.ts";
import { retryTransport } from "./causes.ts";
import { hubFetch } from "./hub-fetch.ts";
import { openSession } from "./open-session.ts";
import { probeMarks } from "./probe-marks.ts";
import { type ProbeOptions, mostSessions } from "./probe-options.ts";
import type { ProbeSession } from "./probe-session.ts";
import type { ProbeSource } from "./probe-source.ts";

/** Probes through the hub's public address; both kinds of request are bounded, however many checks ask at once. */
export function probeSource(options: ProbeOptions): ProbeSource {
  const { hub } = options;
  const send = options.fetch ?? hubFetch(hub);
  const sessions = new Turnstile(mostSessions);
  const requests = new Turnstile(options.maxRequests ?? 8);
  const open = new Set<ProbeSession>();

  function marked(slot: Colour | null, init?: RequestInit): RequestInit {
    const headers = new Headers(init?.headers);
    for (const [name, value] of Object.entries(probeMarks(options, slot))) headers.set(name, value);
    return { ...init, headers };
  }

  /** Opens a session that gives its place back when it is closed, or at once when it cannot be opened. */
  async function opened(slot: Colour | null, signal: AbortSignal, place: Disposable): Promise<ProbeSession> {
    const connect = () =>
      openSession(
        hub,
        (input, init) => send(input, marked(slot, init)),
        signal,
        () => {
          open.delete(session);
          place[Symbol.dispose]();
        },
      );
    let session: ProbeSession;
    try {
      session = await retryTransport(connect, signal);
    } catch (error) {
      place[Symbol.dispose]();
      throw error;
    }
    open.add(session);
    return session;
  }

  return {
    async get(path, slot, signal) {
      const [turn] = await requests.enter(signal);
      using _place = turn;
      const started = options.now();
      const response = await retryTransport(() => send(hub.url + path, marked(slot, { signal })), signal);
      const text = await boundedText(response);
      return {
        status: response.status,
        contentType: response.headers.get("content-type") ?? "",
        text,
        slot: response.headers.get(header.slot),
        release: response.headers.get(header.release),
        durationMs: options.now() - started,
      };
    },

    async open(slot, signal) {
      const [place] = await sessions.enter(signal);
      return await opened(slot, signal, place as Disposable);
    },

    async openTogether(count, slot, signal) {
      const places = await sessions.enter(signal, count);
      const attempts = await Promise.allSettled(places.map((place) => opened(slot, signal, place)));
      const failed = attempts.find((attempt) => attempt.status === "rejected");
      const made = attempts.flatMap((attempt) => (attempt.status === "fulfilled" ? [attempt.value] : []));
      if (!failed) return made;
      await Promise.all(made.map((session) => session.close()));
      throw failed.reason;
    },

    async close() {
      await Promise.all([...open].map((session) => session.close()));
    },
  };
}
