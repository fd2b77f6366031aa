import { remove, stepInfo } from "./operations.ts";
import { blockers, protection } from "./plan.ts";
import type { Run } from "./run.ts";
import type { ResourceState } from "./state/resource.ts";

/**
 * Deletes resources so that each goes before whatever it needs, as many at once as the run allows. Nothing is deleted
 * when one of them is protected.
 */
export async function deleteAll(run: Run, doomed: readonly ResourceState[]): Promise<void> {
  const { preview } = run.options;
  // What was replaced was looked at then.
  const refused = doomed.filter((entry) => entry.delete !== true && protection(entry, "delete"));
  for (const entry of refused) {
    if (preview) run.tell(stepInfo("delete", entry), "planned");
    run.fail(new Error(`${preview ? "Preview failed: " : ""}${protection(entry, "delete")}`), entry.urn);
  }
  if (refused.length > 0) return;
  const going = new Map<ResourceState, Promise<void>>();
  const go = (entry: ResourceState, path: readonly ResourceState[]): Promise<void> => {
    const known = going.get(entry);
    if (known) return known;
    // Old and new versions of replaced resources can need each other; such a circle is cut where it closes.
    const first = blockers(entry, doomed).filter((other) => !path.includes(other));
    const gone = Promise.all(first.map((other) => go(other, [...path, entry]))).then(() =>
      deleteOne(run, entry, doomed),
    );
    going.set(entry, gone);
    return gone;
  };
  await Promise.allSettled(doomed.map((entry) => go(entry, [])));
}

async function deleteOne(run: Run, entry: ResourceState, doomed: readonly ResourceState[]): Promise<void> {
  const op = entry.delete
    ? "delete-replaced"
    : entry.external || entry.pendingReplacement
      ? "forget"
      : "delete";
  const info = stepInfo(op, entry);
  try {
    await run.slot(async () => {
      if (run.options.preview) run.tell(info, "planned");
      else if (op === "forget") await forget(run, entry);
      else await remove(run, entry, info, { pendingReplacement: false, withOther: goesWith(entry, doomed) });
      if (op === "delete") run.changes.delete++;
    });
  } catch (error) {
    run.fail(error, entry.urn);
    throw error;
  }
}

/** Whether the resource that deletes this one by being deleted goes too. */
function goesWith(entry: ResourceState, doomed: readonly ResourceState[]): boolean {
  return entry.deletedWith !== undefined && doomed.some(({ urn }) => urn === entry.deletedWith);
}

/** What was only read, or is deleted already, only leaves the state. */
async function forget(run: Run, entry: ResourceState): Promise<void> {
  const { snapshot } = run.options.store;
  snapshot.resources = snapshot.resources.filter((other) => other !== entry);
  await run.options.store.save();
}
