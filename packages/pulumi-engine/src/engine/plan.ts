import type { Goal } from "./goal.ts";
import { changedKeys, namesOneOf } from "./properties.ts";
import type { DiffResult } from "./provider.ts";
import type { PropertyMap } from "./provider.ts";
import { needs, type ResourceState, type Snapshot } from "./state/resource.ts";

/** What is to be done with one resource that the program wants. */
export type Decision =
  | { kind: "same" }
  | { kind: "create" }
  | { kind: "update"; diffs: string[] }
  | { kind: "replace"; deleteFirst: boolean; diffs: string[]; replaces: string[] };

/** What a decision about one resource is made from; `old` undefined: the last run had none. */
export interface Facts {
  old: ResourceState | undefined;
  goal: Pick<Goal, "deleteBeforeReplace" | "replaceOnChanges" | "provider">;
  /** Checked inputs. */
  inputs: PropertyMap;
  /** The provider's answer; `changes` left out: the inputs are compared. */
  diff: DiffResult;
}

/** Decides from the last run's state, the checked inputs and the provider's diff. */
export function decide({ old, goal, inputs, diff }: Facts): Decision {
  if (!old || old.pendingReplacement) return { kind: "create" };
  const byInputs = changedKeys(old.inputs, inputs);
  const diffs = diff.diffs?.length ? diff.diffs : byInputs;
  const forced =
    diff.changes === false ? [] : goal.replaceOnChanges.filter((path) => namesOneOf(path, diffs));
  const replaces = [...new Set([...(diff.replaces ?? []), ...forced, ...movedProvider(old, goal)])];
  if (replaces.length > 0) {
    const deleteFirst = goal.deleteBeforeReplace ?? diff.deleteBeforeReplace ?? false;
    return { kind: "replace", deleteFirst, diffs, replaces };
  }
  const changed = diff.changes ?? byInputs.length > 0;
  return changed || old.initErrors?.length ? { kind: "update", diffs } : { kind: "same" };
}

/** Another explicit provider may mean another account: the resource cannot be moved there, only made anew. */
function movedProvider(old: ResourceState, goal: Pick<Goal, "provider">): string[] {
  const [before, after] = [providerUrn(old.provider), providerUrn(goal.provider)];
  return before === after ? [] : ["provider"];
}

/**
 * The URN in a provider reference, `URN::ID`: the id changes from run to run and says nothing about where the provider points.
 */
export function providerUrn(reference: string | undefined): string | undefined {
  return reference?.slice(0, reference.lastIndexOf("::"));
}

/** Why a resource may not be deleted or replaced, in Pulumi's words; undefined when it may. */
export function protection({ protect, urn }: ResourceState, verb: "delete" | "replace"): string | undefined {
  if (!protect) return undefined;
  const remove = "remove the `protect` flag from the resource in your Pulumi program and run `pulumi up`";
  return verb === "replace"
    ? `unable to replace resource "${urn}"\nas it is currently marked for protection. To unprotect the resource, ${remove}`
    : `resource "${urn}" cannot be deleted\nbecause it is protected. To unprotect the resource, ${remove}`;
}

/** Resources in `doomed` that must be gone before `resource` may go: they need it. */
export function blockers(resource: ResourceState, doomed: readonly ResourceState[]): ResourceState[] {
  return doomed.filter((other) => other !== resource && needs(other).includes(resource.urn));
}

/** Everything that needs `urn`, directly or through others; what needs most comes first. */
export function dependents(snapshot: Snapshot, urn: string): ResourceState[] {
  const found: ResourceState[] = [];
  const visit = (needed: string): void => {
    for (const resource of snapshot.resources) {
      if (resource.delete || found.includes(resource) || !needs(resource).includes(needed)) continue;
      visit(resource.urn);
      if (!found.includes(resource)) found.push(resource);
    }
  };
  visit(urn);
  return found;
}
