import { PartialFailure, secret, type PropertyMap, type ReadResult } from "../engine/provider.ts";
import { isCode, sentence } from "./aws-error.ts";
import { fieldsOf } from "./check.ts";
import { allTags, changedProperties } from "./diff.ts";
import { adopted, isObject, type Values } from "./fields.ts";
import type { Kind, Tags, Tools } from "./kind.ts";
import { plain, propertyMap } from "./values.ts";

/** One resource of a kind at work, and the tags that its provider gives to all. */
export interface Work {
  kind: Kind;
  tools: Tools;
  defaultTags: Tags;
}

/** `creating aws:lb/listener:Listener (public): DuplicateListener: …` */
function failure(doing: string, { kind, tools }: Work, error: unknown): Error {
  return new Error(`${doing} ${kind.type} (${tools.logicalName}): ${sentence(error)}`, { cause: error });
}

/** What the SDK calls get: the inputs without bookkeeping, with every tag. */
function wanted({ kind, defaultTags }: Work, inputs: Values): Values {
  const { __defaults, ...rest } = inputs;
  return "tags" in kind.fields ? { ...rest, tags: allTags(defaultTags, inputs) } : rest;
}

/** Outputs from the inputs and what is live: AWS's word counts, the program's tags are told from the provider's. */
function outputsOf({ kind, tools, defaultTags }: Work, inputs: Values, live: Values): PropertyMap {
  const { __defaults, ...asked } = inputs;
  const outputs: Values = { ...asked, ...(plain(live) as Values) };
  if (kind.global !== true) outputs.region ??= tools.region;
  if ("tags" in kind.fields) {
    const all = isObject(live.tags) ? live.tags : allTags(defaultTags, inputs);
    outputs.tagsAll = withoutAwsTags(all);
    outputs.tags = ownTags(outputs.tagsAll as Values, defaultTags, asked.tags);
  }
  return propertyMap(outputs);
}

/** The outputs with what the type keeps secret marked so. */
function sealed({ kind }: Work, outputs: PropertyMap): PropertyMap {
  const marked = { ...outputs };
  for (const name of kind.secret ?? []) {
    const value = marked[name];
    if (value !== undefined) marked[name] = secret(value);
  }
  return marked;
}

const withoutAwsTags = (tags: Values): Values =>
  Object.fromEntries(Object.entries(tags).filter(([key]) => !key.startsWith("aws:")));

/** Live tags without the provider's default ones, unless the program repeats them. */
function ownTags(all: Values, defaultTags: Tags, asked: unknown): Values {
  const repeated = isObject(asked) ? asked : {};
  const own = Object.entries(all).filter(([key, value]) => key in repeated || defaultTags[key] !== value);
  return Object.fromEntries(own);
}

/** Makes a resource and ends once it does what it is for. Throws `PartialFailure` where it exists and does not. */
export async function create(work: Work, inputs: Values): Promise<{ id: string; outputs: PropertyMap }> {
  const { kind, tools } = work;
  const args = wanted(work, inputs);
  let id: string;
  try {
    id = await kind.create(tools, args);
    if (id === "") throw new Error("AWS named no id for it");
  } catch (error) {
    throw failure("creating", work, error);
  }
  return finished(work, "creating", id, inputs, async () => kind.configure?.(tools, id, args));
}

/** The steps after the one that made or changed it. When one fails the resource is there, and the state must say so. */
async function finished(
  work: Work,
  doing: string,
  id: string,
  inputs: Values,
  configure: () => Promise<void>,
): Promise<{ id: string; outputs: PropertyMap }> {
  const { kind, tools } = work;
  const args = wanted(work, inputs);
  try {
    await configure();
    const live = await kind.read(tools, id, args);
    if (live === undefined) throw new Error(`${id} was made and is not there when it is read`);
    await kind.settle?.(tools, id, args, live);
    return { id, outputs: sealed(work, outputsOf(work, inputs, live)) };
  } catch (error) {
    const live = await kind.read(tools, id, args).catch(() => undefined);
    const reason = failure(doing, work, error).message;
    const outputs = sealed(work, outputsOf(work, inputs, live ?? {}));
    throw new PartialFailure({ id, outputs, reasons: [reason] });
  }
}

/** Looks at a resource; null when it is gone. Inputs become what is live where that says something else. */
export async function read(work: Work, id: string, inputs: Values, outputs: Values): Promise<ReadResult> {
  const { kind, tools } = work;
  let live: Values | undefined;
  try {
    live = await kind.read(tools, id, { ...inputs, ...outputs });
  } catch (error) {
    throw failure("reading", work, error);
  }
  if (live === undefined) return null;
  const now = outputsOf(work, { ...outputs, ...inputs }, live);
  return { id, outputs: sealed(work, now), inputs: inputsAfter(work, inputs, live, now) };
}

/** The inputs as the live resource has them, so that the next `up` sees what somebody changed by hand. */
function inputsAfter({ kind }: Work, inputs: Values, live: Values, outputs: Values): PropertyMap {
  const fields = fieldsOf(kind);
  const imported = Object.keys(inputs).length === 0;
  const names = imported ? Object.keys(fields) : Object.keys(inputs);
  const after: Values = { ...inputs };
  for (const name of names) {
    if (name === "__defaults" || (!imported && live[name] === undefined)) continue;
    after[name] = imported ? outputs[name] : adopted(fields[name], inputs[name], outputs[name]);
  }
  const strangers =
    inputs.tags === undefined && isObject(outputs.tags) && Object.keys(outputs.tags).length > 0;
  if (strangers && !imported) after.tags = outputs.tags;
  return propertyMap(after);
}

/** Changes a resource in place, tags first. With nothing to change it completes what the last run left half made. */
export async function update(
  work: Work,
  id: string,
  { olds, oldInputs, news }: { olds: Values; oldInputs: Values; news: Values },
): Promise<{ outputs: PropertyMap }> {
  const { kind, tools } = work;
  const [before, now] = [wanted(work, oldInputs), wanted(work, news)];
  const changes = new Set(changedProperties(kind, before, now));
  const changed = (...names: string[]) => names.some((name) => changes.has(name));
  const retagged = await retag(work, olds, now);
  changes.delete("tags");
  try {
    if (changes.size > 0) {
      if (kind.update === undefined) throw new Error(`${[...changes].join(", ")} cannot be changed in place`);
      await kind.update(tools, id, { state: olds, inputs: now, oldInputs: before, changed });
    }
  } catch (error) {
    throw failure("updating", work, error);
  }
  // nothing to change and still asked: the last run got stuck after creating it
  const repair = async () => (changes.size === 0 && !retagged ? kind.configure?.(tools, id, now) : undefined);
  const { outputs } = await finished(work, "updating", id, news, repair);
  return { outputs };
}

/** Brings the live tags to what is wanted; answers whether there was anything to do. */
async function retag(work: Work, olds: Values, now: Values): Promise<boolean> {
  if (!("tags" in work.kind.fields)) return false;
  const [old, tags] = [isObject(olds.tagsAll) ? olds.tagsAll : {}, isObject(now.tags) ? now.tags : {}];
  const set = Object.entries(tags).filter(([key, value]) => old[key] !== value);
  const removed = Object.keys(old).filter((key) => !(key in tags));
  if (set.length === 0 && removed.length === 0) return false;
  try {
    if (work.kind.retag === undefined) throw new Error("its tags cannot be changed in place");
    await work.kind.retag(work.tools, olds, Object.fromEntries(set) as Tags, removed);
  } catch (error) {
    throw failure("tagging", work, error);
  }
  return true;
}

/** Deletes a resource; one that is gone already is no error. */
export async function remove(work: Work, id: string, outputs: Values): Promise<void> {
  try {
    await work.kind.remove(work.tools, id, outputs);
  } catch (error) {
    if (!isCode(error, ...(work.kind.gone ?? []))) throw failure("deleting", work, error);
  }
}
