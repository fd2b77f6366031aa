import type { Alias, Goal } from "./goal.ts";
import { makeUrn, parseUrn } from "./urn.ts";

/**
 * URNs under which the resource may have been known before: those that its own aliases name, and those that follow from
 * its parent having been known by another URN. `formerUrns` answers the earlier URNs of a resource of this run.
 */
export function formerUrnsOf(
  goal: Goal,
  at: { stack: string; project: string },
  formerUrns: (urn: string) => readonly string[],
): string[] {
  const parents = goal.parent === undefined ? [] : formerUrns(goal.parent);
  const own = goal.aliases.flatMap((alias) => [
    fromAlias(alias, goal, at, goal.parent),
    ...parents.map((parent) => fromAlias(alias, goal, at, parent)),
  ]);
  const inherited = parents.map((parent) =>
    makeUrn(at, { type: goal.type, name: inheritedName(goal, parent), parent }),
  );
  return [...new Set([...own, ...inherited])];
}

function fromAlias(
  alias: Alias,
  goal: Goal,
  at: { stack: string; project: string },
  parent: string | undefined,
): string {
  if (alias.urn !== undefined) return alias.urn;
  const formerParent = alias.parent === undefined ? parent : (alias.parent ?? undefined);
  return makeUrn(
    { stack: alias.stack ?? at.stack, project: alias.project ?? at.project },
    { type: alias.type ?? goal.type, name: alias.name ?? goal.name, parent: formerParent },
  );
}

/** A child named after its parent was named after the parent's former name too. */
function inheritedName(goal: Goal, formerParent: string): string {
  if (goal.parent === undefined) return goal.name;
  const [now, before] = [parseUrn(goal.parent).name, parseUrn(formerParent).name];
  return goal.name.startsWith(now) ? before + goal.name.slice(now.length) : goal.name;
}
