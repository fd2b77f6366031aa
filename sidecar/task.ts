import type { Peers } from "./affinity/peers.ts";
import type { Home, PinReader } from "./affinity/pin.ts";
import type { SidecarConfig } from "./config.ts";
import type { Drain } from "./drain/drain.ts";
import type { Sessions } from "./drain/sessions.ts";
import type { Streams } from "./drain/streams.ts";
import type { HeaderList } from "./http/answer-head.ts";
import type { Connections } from "./http/connections.ts";
import type { Metrics } from "./observe/metrics.ts";
import type { Observer } from "./observe/observer.ts";
import type { EncodedAnswers } from "./proxy/encoded-answers.ts";
import type { Withheld } from "./proxy/header-rules.ts";
import type { Holding } from "./proxy/held-body.ts";
import type { HubHealth } from "./proxy/hub-health.ts";

/** One task, as the parts of its sidecar share it. */
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
  withheld: Withheld;
  /** The hub's own address as its Host, where it takes no other; null: the client's goes on. */
  ownHost: string | null;
  /** Calls whose answer has not ended yet; streams that a GET opened are not among them. */
  inFlight: number;
  /** Request bodies that are held whole. */
  readonly holding: Holding;
  readonly peers: Peers;
  /** To the hub and to peer tasks. */
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
