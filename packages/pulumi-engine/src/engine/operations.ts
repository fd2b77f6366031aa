import type { Op, StepInfo } from "./events.ts";
import type { Goal } from "./goal.ts";
import { holdsSecret, markKeys, markLike, plainMap } from "./properties.ts";
import { PartialFailure, UNKNOWN, type PropertyMap, type Provider } from "./provider.ts";
import type { Run } from "./run.ts";
import type { ResourceState } from "./state/resource.ts";
import { isProviderType, packageOf, parseUrn } from "./urn.ts";

/** The entry that a resource gets in the state; id and outputs come with its operation. */
export function entryFor(urn: string, goal: Goal, inputs: PropertyMap): ResourceState {
  return {
    urn,
    type: goal.type,
    custom: goal.custom,
    inputs,
    outputs: {},
    ...(goal.parent === undefined ? {} : { parent: goal.parent }),
    dependencies: goal.dependencies,
    propertyDependencies: goal.propertyDependencies,
    ...(goal.provider === undefined ? {} : { provider: goal.provider }),
    ...(goal.protect ? { protect: true as const } : {}),
    ...(goal.retainOnDelete ? { retainOnDelete: true as const } : {}),
    ...(goal.deletedWith === undefined ? {} : { deletedWith: goal.deletedWith }),
    ...(goal.additionalSecretOutputs.length > 0
      ? { additionalSecretOutputs: goal.additionalSecretOutputs }
      : {}),
    ...(goal.ignoreChanges.length > 0 ? { ignoreChanges: goal.ignoreChanges } : {}),
    ...(Object.keys(goal.customTimeouts).length > 0 ? { customTimeouts: goal.customTimeouts } : {}),
  };
}

/** Property values as a provider may see them: without the marks of secrets unless it asks for those. */
export function shown(provider: Provider, map: PropertyMap): PropertyMap {
  return provider.acceptsSecrets ? map : plainMap(map);
}

/** A provider's outputs with the marks of secrets that it could not or did not set. */
export function marked(provider: Provider, outputs: PropertyMap, entry: ResourceState): PropertyMap {
  const all = provider.acceptsSecrets ? outputs : markLike(outputs, entry.inputs);
  return markKeys(all, entry.additionalSecretOutputs ?? []);
}

/** A step on what the state has of a resource; `more` says what differs. */
export function stepInfo(op: Op, entry: ResourceState, more: Partial<StepInfo> = {}): StepInfo {
  return {
    op,
    urn: entry.urn,
    type: entry.type,
    name: parseUrn(entry.urn).name,
    parent: entry.parent,
    ...more,
  };
}

const ref = (entry: ResourceState) => ({ urn: entry.urn, type: entry.type, name: parseUrn(entry.urn).name });
const timeout = (seconds: number | undefined) =>
  seconds === undefined ? {} : { timeoutMs: seconds * 1_000 };

/** Puts `entry` where `old` stood, or at the end. */
export function put(run: Run, entry: ResourceState, old?: ResourceState): void {
  const { resources } = run.options.store.snapshot;
  const index = old ? resources.indexOf(old) : -1;
  if (index >= 0) resources[index] = entry;
  else resources.push(entry);
}

/** What the state holds of the resource that a new one follows. */
export interface Predecessor {
  entry: ResourceState;
  /** Deleted already: the new one takes its place. Otherwise it waits beside the new one to be deleted. */
  gone: boolean;
}

/** Puts a new resource into the state, in the same breath as what becomes of the one before it. */
export function succeed(run: Run, made: ResourceState, before: Predecessor | undefined): void {
  if (before?.gone) return put(run, made, before.entry);
  put(run, made);
  if (before) put(run, { ...before.entry, delete: true }, before.entry);
}

/** Creates the resource; a partial failure keeps what there is, with its reasons, so the next run goes on from it. */
export async function create(
  run: Run,
  provider: Provider,
  entry: ResourceState,
  info: StepInfo,
  before?: Predecessor,
): Promise<ResourceState> {
  const make = provider.create?.bind(provider);
  if (!make) throw new Error(`The provider of ${entry.type} cannot create resources.`);
  const request = {
    ...ref(entry),
    inputs: shown(provider, entry.inputs),
    ...timeout(entry.customTimeouts?.create),
  };
  const keep = (id: string, outputs: PropertyMap, initErrors?: string[]): ResourceState =>
    finish(provider, entry, id, outputs, initErrors);
  let made = entry;
  const pending = { type: "creating" as const, urn: entry.urn, resourceType: entry.type };
  await run.step(info, pending, () => make(request), {
    done: (result) => succeed(run, (made = keep(result.id, result.outputs)), before),
    failed: (error) => {
      if (error instanceof PartialFailure) succeed(run, keep(error.id, error.outputs, error.reasons), before);
    },
  });
  return made;
}

/** Updates the resource in place; a partial failure keeps the old inputs, so the next run tries again. */
export async function update(
  run: Run,
  provider: Provider,
  entry: ResourceState,
  old: ResourceState,
  info: StepInfo,
  ignoreChanges: string[],
): Promise<ResourceState> {
  const change = provider.update?.bind(provider);
  if (!change) throw new Error(`The provider of ${entry.type} cannot update resources.`);
  const id = old.id ?? "";
  const request = {
    ...ref(entry),
    id,
    olds: shown(provider, old.outputs),
    oldInputs: shown(provider, old.inputs),
    news: shown(provider, entry.inputs),
    ignoreChanges,
    ...timeout(entry.customTimeouts?.update),
  };
  let made = entry;
  const pending = { type: "updating" as const, urn: entry.urn, resourceType: entry.type, id };
  await run.step(info, pending, () => change(request), {
    done: (result) => put(run, (made = finish(provider, entry, id, result.outputs)), old),
    failed: (error) => {
      if (!(error instanceof PartialFailure)) return;
      const half = finish(provider, entry, error.id, error.outputs, error.reasons);
      put(run, { ...half, inputs: old.inputs }, old);
    },
  });
  return made;
}

/** Deletes the resource; `after` says what stands in the state in its place, nothing by default. */
export async function remove(
  run: Run,
  entry: ResourceState,
  info: StepInfo,
  after: { pendingReplacement: boolean; withOther?: boolean } = { pendingReplacement: false },
): Promise<void> {
  const { snapshot } = run.options.store;
  const done = (): void => {
    if (after.pendingReplacement) put(run, { ...entry, pendingReplacement: true }, entry);
    else snapshot.resources = snapshot.resources.filter((other) => other !== entry);
  };
  const outside = entry.custom && !entry.retainOnDelete && !after.withOther && !isProviderType(entry.type);
  const work = outside ? await deletion(run, entry) : () => Promise.resolve();
  const id = entry.id === undefined ? {} : { id: entry.id };
  await run.step(info, { type: "deleting", urn: entry.urn, resourceType: entry.type, ...id }, work, { done });
}

async function deletion(run: Run, entry: ResourceState): Promise<() => Promise<void>> {
  const provider = await run.options.providers.get(packageOf(entry.type), entry.provider);
  const request = {
    ...ref(entry),
    id: entry.id ?? "",
    inputs: shown(provider, entry.inputs),
    outputs: shown(provider, entry.outputs),
    ...timeout(entry.customTimeouts?.delete),
  };
  return async () => provider.delete?.(request);
}

/** The entry as it will be, as far as a preview can know. */
export function foreseen(
  provider: Provider,
  entry: ResourceState,
  old: ResourceState | undefined,
): ResourceState {
  if (!old) return { ...entry, outputs: entry.inputs };
  const kept = provider.previewsUpdates ? { ...old.outputs, ...changedOutputs(entry, old) } : entry.inputs;
  return finish(provider, { ...entry }, old.id ?? UNKNOWN, kept);
}

function changedOutputs(entry: ResourceState, old: ResourceState): PropertyMap {
  const news = Object.entries(entry.inputs).filter(
    ([key, value]) => holdsSecret(value) || JSON.stringify(old.inputs[key]) !== JSON.stringify(value),
  );
  return Object.fromEntries(news);
}

function finish(
  provider: Provider,
  entry: ResourceState,
  id: string,
  outputs: PropertyMap,
  initErrors?: string[],
): ResourceState {
  const done: ResourceState = { ...entry, id, outputs: marked(provider, outputs, entry) };
  if (initErrors) done.initErrors = initErrors.length > 0 ? initErrors : ["the provider gave no reason"];
  return done;
}
