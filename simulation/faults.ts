import { Random } from "local-aws/random";

/** Kinds of faults that may strike a call. */
export const faultKinds = [
  "delay",
  "long-delay",
  "error-before",
  "error-after",
  "crash-before",
  "crash-after",
  "late-effect",
  "duplicate",
  "expired-credentials",
  "lost-network",
] as const;
/** A fault kind: what may go wrong with one call. */
export type FaultKind = (typeof faultKinds)[number];

/** How often each kind strikes, of a million calls. */
const odds: Record<FaultKind, number> = {
  delay: 60_000,
  "long-delay": 6_000,
  "error-before": 25_000,
  "error-after": 15_000,
  "crash-before": 3_000,
  "crash-after": 3_000,
  "late-effect": 15_000,
  duplicate: 10_000,
  "expired-credentials": 800,
  "lost-network": 2_000,
};

/**
 * Decides the fault of each call from the seed, the process and the count of its calls, so that leaving one fault out
 * moves no other: that is what makes a failing run shrinkable.
 */
export class Faults {
  readonly #seed: number;
  readonly #share: number;
  readonly #leftOut: ReadonlySet<string>;
  /** Every fault that struck, as `process#call:kind`. */
  readonly struck: string[] = [];

  /** @param share scales all odds; 0 is a quiet world, 1 the usual one */
  constructor(seed: number, share: number, leftOut: ReadonlySet<string> = new Set()) {
    this.#seed = seed;
    this.#share = share;
    this.#leftOut = leftOut;
  }

  strike(process: number, call: number, name: string): FaultKind | null {
    const random = new Random(this.#seed).fork(process * 100_003 + call);
    let draw = random.next() * 1_000_000;
    for (const kind of faultKinds) {
      draw -= odds[kind] * this.#share;
      if (draw >= 0) continue;
      if (!possible(kind, name)) return null;
      const key = `${process}#${call}:${name}:${kind}`;
      if (this.#leftOut.has(key)) return null;
      this.struck.push(key);
      return kind;
    }
    return null;
  }
}

/** Only a rule change arrives late; and it alone is not sent twice, for the SDK does not retry it. */
function possible(kind: FaultKind, name: string): boolean {
  if (kind === "late-effect") return name === "modify";
  return kind !== "duplicate" || name !== "modify";
}

/** The kind of a struck fault, from its key. */
export function kindOf(key: string): FaultKind {
  return key.slice(key.lastIndexOf(":") + 1) as FaultKind;
}
