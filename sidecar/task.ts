import type { SidecarConfig } from "./config.ts";
import type { Connections } from "./connections.ts";
import type { Drain } from "./drain.ts";
import type { EncodedAnswers } from "./encoded.ts";
import type { HeaderList, Withheld } from "./headers.ts";
import type { Holding } from "./held-body.ts";
import type { HubHealth } from "./hub-health.ts";
import type { Metrics } from "./metrics.ts";
import type { Observer } from "./observer.ts";
import type { Home, PinReader } from "./pin.ts";
import type { Sessions } from "./sessions.ts";
import type { Sisters } from "./sisters.ts";
import type { Streams } from "./streams.ts";

/** What the parts of one task's sidecar share. */
export interface Task {
  readonly config: SidecarConfig;
  /** Milliseconds since 1970. */
  readonly now: () => number;
  /** Writes a line of the sidecar's own log. */
  readonly say: (text: string) => void;
  /** This task's slot and address; known once it listens. */
  home: Home;
  /** The headers that say so on every answer. */
  marks: HeaderList;
  /** Headers that do not go on. */
  readonly withheld: Withheld;
  /** Calls whose answer has not ended yet; streams that a GET opened are not among them. */
  inFlight: number;
  /** Request bodies that are held whole. */
  readonly holding: Holding;
  readonly sisters: Sisters;
  /** To the hub and to sister tasks. */
  readonly connections: Connections;
  readonly pins: PinReader;
  readonly sessions: Sessions;
  readonly streams: Streams;
  readonly drain: Drain;
  readonly metrics: Metrics;
  readonly observer: Observer;
  readonly encoded: EncodedAnswers;
  readonly health: HubHealth;
}
