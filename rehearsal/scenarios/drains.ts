import { type Colour, colours } from "../../domain/colour.ts";
import type { Stage } from "../stage/index.ts";

/** Of the slots that drain, and of those whose release leaves. */
interface Flags {
  readonly leaving?: { readonly M: object };
}

/** A slot, or what leaves it, began to drain: from then on its sessions may move on. */
export interface Drain {
  readonly slot: Colour;
  readonly at: number;
}

/** Every drain that the record tells the sidecars of, whoever wrote it: an `up`, a break-glass command, the guardian. */
export function watchDrains({ aws }: Stage): readonly Drain[] {
  const drains: Drain[] = [];
  let draining: readonly Colour[] = [];
  aws.onCall(({ when, operation, error, input }) => {
    if (when !== "after" || operation !== "PutItem" || error !== null) return;
    const flags = (input as { Item?: { drain?: { M?: Flags } } }).Item?.drain?.M;
    if (flags === undefined) return;
    const now = colours.filter((colour) => colour in flags || colour in (flags.leaving?.M ?? {}));
    for (const slot of now) if (!draining.includes(slot)) drains.push({ slot, at: Date.now() });
    draining = now;
  });
  return drains;
}
