import { shortMs } from "../../domain/line-budget.ts";
import type { Outcome } from "../../domain/outcome.ts";
import type { CountedRequests } from "../../domain/telemetry.ts";

/** Most kinds that are told apart, analyses aside: their names are the clients'. */
const mostKinds = 40;
/** What stands for the method of all other kinds: no method is called so. */
const otherKinds = "(other)";

/** A request, as far as it is counted. */
export interface Countable {
  readonly method: string;
  readonly tool: string | null;
  readonly outcome: Outcome;
  readonly durationMs: number;
}

interface Kind {
  readonly method: string;
  readonly tool: string | null;
  readonly outcome: Outcome;
  requests: number;
  /** Of analyses: how many took so long, by `shortMs`. */
  readonly took: Map<number, number> | null;
}

/** Counts requests by method, tool and outcome, and analyses by how long they took as well. */
export class Counted {
  readonly #tool: string;
  readonly #kinds = new Map<string, Kind>();
  #requests = 0;
  #analyses = 0;

  /** @param tool whose calls are analyses */
  constructor(tool: string) {
    this.#tool = tool;
  }

  /** How many were counted since the last `take`, and how many of them were analyses. */
  get soFar(): readonly [requests: number, analyses: number] {
    return [this.#requests, this.#analyses];
  }

  add(request: Countable): void {
    this.#requests += 1;
    const kind = this.#kindOf(request);
    kind.requests += 1;
    if (kind.took === null) return;
    this.#analyses += 1;
    const short = shortMs(request.durationMs);
    kind.took.set(short, (kind.took.get(short) ?? 0) + 1);
  }

  /** What was counted, and begins anew. */
  take(): CountedRequests[] {
    const counted = [...this.#kinds.values()].map(({ method, tool, outcome, requests, took }) => ({
      method,
      tool,
      outcome,
      requests,
      ...(took === null ? {} : { took: [...took].sort(([a], [b]) => a - b) }),
    }));
    this.#kinds.clear();
    this.#requests = 0;
    this.#analyses = 0;
    return counted;
  }

  #kindOf({ method, tool, outcome }: Countable): Kind {
    const name = `${outcome} ${method} ${tool ?? ""}`;
    const known = this.#kinds.get(name);
    if (known !== undefined) return known;
    const isAnalysis = tool === this.#tool;
    if (this.#kinds.size >= mostKinds && !isAnalysis && method !== otherKinds)
      return this.#kindOf({ method: otherKinds, tool: null, outcome, durationMs: 0 });
    const kind: Kind = { method, tool, outcome, requests: 0, took: isAnalysis ? new Map() : null };
    this.#kinds.set(name, kind);
    return kind;
  }
}
