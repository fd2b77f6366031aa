import type { Fault, FaultPlace } from "./cells.ts";

/** Says which requests the faults of a release strike. It counts the requests at each fault's place. */
export class Dice {
  readonly #faults: readonly { readonly fault: Fault; met: number }[];
  readonly #random: () => number;

  constructor(faults: readonly Fault[], random: () => number) {
    this.#faults = faults.map((fault) => ({ fault, met: 0 }));
    this.#random = random;
  }

  /** The first fault that strikes a request at this place; null: it is well. */
  strike(where: FaultPlace, among: (fault: Fault) => boolean = () => true): Fault | null {
    let struck: Fault | null = null;
    for (const one of this.#faults) {
      const { fault } = one;
      if (fault.where !== where || !among(fault)) continue;
      const comes = ++one.met > (fault.after ?? 0) && this.#random() < fault.share;
      if (comes) struck ??= fault;
    }
    return struck;
  }
}
