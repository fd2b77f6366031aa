import { limits } from "../../domain/limits.ts";
import { guardianHolds } from "../../domain/record.ts";
import type { Clock, Store, Versioned } from "./ports.ts";

/**
 * The record, once the guardian is done with what it has in hand: it holds the lease for one piece of work only, and an `up` that
 * comes at that moment has no rollout to wait for. After a while the record is taken as it is.
 */
export async function readSettled(store: Pick<Store, "read">, clock: Clock): Promise<Versioned | null> {
  const until = clock.now() + limits.guardianWaitMs;
  for (;;) {
    const found = await store.read();
    const now = clock.now();
    if (found === null || now >= until || !guardianHolds(found.record, now)) return found;
    await clock.sleep(limits.guardianLookMs);
  }
}
