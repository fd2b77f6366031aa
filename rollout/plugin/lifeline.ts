import { fstatSync } from "node:fs";
import { connectivityState } from "@grpc/grpc-js";
import type { Engine } from "./engine.ts";

/** The signs by which a plugin knows whether anybody still wants its work. */
export interface Signs {
  /** `none`: what it was started with is no pipe, and says nothing. */
  readonly stdin: "none" | "open" | "ended";
  /** The first call came while stdin was open: whoever calls holds it. */
  readonly held: boolean;
  /** `refused`: nobody ever listened at the engine's address; `lost`: somebody did, and does no more. */
  readonly engine: "unknown" | "there" | "refused" | "lost";
}

/**
 * Whether the engine is gone. The Pulumi CLI holds the plugin's stdin for as long as it lives. A pipe that had ended before the
 * first call was nobody's to hold (a script that feeds it nothing): then the engine's address decides, as it does where stdin
 * is /dev/null or a terminal.
 */
export function isAbandoned({ stdin, held, engine }: Signs): boolean {
  if (engine === "lost") return true;
  return stdin === "ended" && (held || engine === "refused");
}

/** Watches the signs. */
export class Lifeline {
  #signs: Signs = { stdin: "none", held: false, engine: "unknown" };
  readonly #gone = Promise.withResolvers<void>();

  constructor(engine: Engine | null) {
    if (isPipe(0)) this.#holdStdin();
    if (engine) this.#watch(engine);
  }

  /** Resolves when the engine is gone. */
  get gone(): Promise<void> {
    return this.#gone.promise;
  }

  /** An engine calls. */
  called(): void {
    if (this.#signs.stdin === "open") this.#see({ held: true });
  }

  #see(sign: Partial<Signs>): void {
    this.#signs = { ...this.#signs, ...sign };
    if (isAbandoned(this.#signs)) this.#gone.resolve();
  }

  #holdStdin(): void {
    this.#see({ stdin: "open" });
    const ended = () => this.#see({ stdin: "ended" });
    process.stdin.on("end", ended).on("close", ended).on("error", ended).resume();
  }

  /** The connection is kept: a process that is gone breaks it, one that is only busy or stopped does not. */
  #watch(engine: Engine): void {
    const channel = engine.getChannel();
    const state = channel.getConnectivityState(true);
    if (state === connectivityState.READY) this.#see({ engine: "there" });
    if (state === connectivityState.TRANSIENT_FAILURE)
      this.#see({ engine: this.#signs.engine === "there" ? "lost" : "refused" });
    channel.watchConnectivityState(state, Infinity, () => this.#watch(engine));
  }
}

function isPipe(descriptor: number): boolean {
  try {
    const stat = fstatSync(descriptor);
    return stat.isFIFO() || stat.isSocket();
  } catch {
    return false; // it is closed: nobody holds it
  }
}
