import { didYouMean } from "../../domain/nearest.ts";
import { UsageError } from "../../domain/usage-error.ts";
import { type Group, groups } from "../core/groups.ts";
import { isModulePath } from "../core/own-check.ts";
import { findChecks, isGroup, builtInChecks } from "../core/registry.ts";
import type { Options } from "./options.ts";
import type { Asked } from "./rounds.ts";

/** The groups that were asked for by name. */
export function groupsOf({ asked }: Options): Set<Group> {
  const group = (name: string) => builtInChecks.find((of) => of.name === name)?.group ?? "gate";
  return new Set(asked.map((name) => (isGroup(name) ? name : group(name))));
}

/** The checks asked for, each once; those asked for by their group may be left out where they cannot be answered. */
export function findAsked({ asked }: Options, commands: Options["commands"] | object): Asked[] {
  const found = new Map<string, Asked>();
  for (const name of asked) {
    const byGroup = isGroup(name);
    const checks = byGroup ? builtInChecks.filter((of) => of.group === name) : find([name], commands);
    for (const of of checks) {
      const before = found.get(of.name);
      found.set(of.name, { check: of, byGroup: byGroup && (before?.byGroup ?? true) });
    }
  }
  return [...found.values()];
}

/** Checks by their names; what is not there is an error of usage. */
export function find(names: string[], commands: object) {
  const known = [...groups, ...builtInChecks.map(({ name }) => name), ...Object.keys(commands)];
  const [unknown] = names.filter((name) => !known.includes(name) && !isModulePath(name));
  const meant = unknown === undefined ? "" : didYouMean(unknown, known);
  if (meant !== "")
    throw new UsageError(`there is no check or group named ${unknown}: ${meant}`, "npm run check -- --list");
  try {
    return findChecks(names, commands as Record<string, unknown>);
  } catch (error) {
    throw new UsageError((error as Error).message, "npm run check -- --list");
  }
}
