import { createHash, randomUUID } from "node:crypto";
import { isDeepStrictEqual } from "node:util";
import { formerUrnsOf } from "./aliases.ts";
import { hashAssets } from "./assets.ts";
import { deleteAll } from "./deletion.ts";
import { differences } from "./differences.ts";
import type { StepInfo } from "./events.ts";
import type { Goal, Registered } from "./goal.ts";
import {
  create,
  entryFor,
  foreseen,
  put,
  remove,
  shown,
  stepInfo,
  succeed,
  update,
  type Predecessor,
} from "./operations.ts";
import { decide, dependents, protection, type Decision } from "./plan.ts";
import {
  changedKeys,
  holdsUnknown,
  lowered,
  loweredMap,
  markKeys,
  markLike,
  withIgnored,
} from "./properties.ts";
import { UNKNOWN, type PropertyMap, type Provider } from "./provider.ts";
import { failureSentences } from "./refused-inputs.ts";
import { Halted, type Run } from "./run.ts";
import { current, renameUrn, type ResourceState } from "./state/resource.ts";
import { isProviderType, makeUrn, packageOf, STACK_TYPE } from "./urn.ts";

/** A resource that the program reads by its id and does not own. */
export interface ReadGoal extends Goal {
  id: string;
}

/** Brings the state of a stack to what a program registers, one resource at a time. */
export class Deployment {
  readonly run: Run;
  /** What the program registered in this run, by URN. */
  readonly #goals = new Map<string, Goal>();
  readonly #formerUrns = new Map<string, string[]>();
  /** Deleted in this run, so that what they need can be replaced: nothing of theirs is there to go on from. */
  readonly #deletedFirst = new Set<string>();
  /** Outputs that the program gave the stack, until it is known how the run ends. */
  #stackOutputs: { urn: string; outputs: PropertyMap } | undefined;
  /** The stack's own step, which is told when its outputs are known. */
  #stackStep: StepInfo | undefined;
  readonly #seed: string;

  constructor(run: Run, seed: string) {
    this.run = run;
    this.#seed = seed;
  }

  /** One resource that the program wants; ends when it is as wanted, in a preview when that is planned. */
  async register(wanted: Goal): Promise<Registered> {
    const urn = this.#urn(wanted);
    try {
      const goal = this.#inherited(wanted);
      const old = this.#announce(urn, goal);
      if (isProviderType(goal.type)) return await this.#registerProvider(urn, goal, old);
      if (!this.#isTarget({ urn, ...goal })) return this.#leave(urn, old);
      if (!goal.custom) return await this.#registerComponent(urn, goal, old);
      return await this.run.slot(() => this.#registerCustom(urn, goal, old));
    } catch (error) {
      this.run.fail(error, urn);
      throw new Halted();
    }
  }

  /** A resource that exists and is only read. */
  async read(goal: ReadGoal): Promise<Registered> {
    const urn = this.#urn(goal);
    try {
      const old = this.#announce(urn, goal);
      return await this.run.slot(() => this.#read(urn, goal, old));
    } catch (error) {
      this.run.fail(error, urn);
      throw new Halted();
    }
  }

  /** The outputs of a component; the stack's wait for {@link settle}. */
  async registerOutputs(urn: string, outputs: PropertyMap): Promise<void> {
    const entry = current(this.run.options.store.snapshot, urn);
    if (!entry) throw new Error(`Outputs for ${urn}, which this run has not registered.`);
    if (entry.type === STACK_TYPE) this.#stackOutputs = { urn, outputs };
    else await this.#setOutputs(entry, outputs);
  }

  /**
   * Gives the stack its outputs, once nothing of the run is at work any more. Of a run that failed an output that is not
   * there need not be gone: Pulumi's runner registers none at all for a program that threw. So old ones stay.
   */
  async settle(): Promise<void> {
    const { run } = this;
    const registered = this.#stackOutputs;
    const entry = registered && current(run.options.store.snapshot, registered.urn);
    if (!entry || run.isAbandoned) return;
    const kept = run.failed ? entry.outputs : {};
    await this.#setOutputs(entry, { ...kept, ...registered.outputs });
    if (this.#stackStep) run.tell(this.#stackStep, "done");
  }

  async #setOutputs(entry: ResourceState, outputs: PropertyMap): Promise<void> {
    if (isDeepStrictEqual(entry.outputs, outputs)) return;
    entry.outputs = outputs;
    if (!this.run.options.preview) await this.run.options.store.save();
  }

  /** URNs of what the program registered below this component, at any depth. */
  below(urn: string): string[] {
    const direct = [...this.#goals].filter(([, goal]) => goal.parent === urn).map(([child]) => child);
    return direct.flatMap((child) => [child, ...this.below(child)]);
  }

  /** The program is done: what it did not register goes, and what was replaced. */
  async finish(): Promise<void> {
    const { snapshot } = this.run.options.store;
    const unwanted = snapshot.resources.filter((entry) => entry.delete || !this.#goals.has(entry.urn));
    const { doomed = [], left = [] } = Object.groupBy(unwanted, (entry) =>
      this.#isTarget(entry) ? "doomed" : "left",
    );
    for (const entry of left) this.#settled(stepInfo("same", entry));
    await deleteAll(this.run, doomed);
  }

  goal(urn: string): Goal | undefined {
    return this.#goals.get(urn);
  }

  /** Whether the run is about it. The stack is in every run. */
  #isTarget({ urn, type }: { urn: string; type: string }): boolean {
    const { targets } = this.run.options;
    return targets === undefined || type === STACK_TYPE || targets.includes(urn);
  }

  /** Something that the run is not about stays as the last run left it, whatever the program wants of it now. */
  #leave(urn: string, old: ResourceState | undefined): Registered {
    if (!old)
      throw new Error(
        `${urn} does not exist yet and is no target of this run: name it as one, too, or run without targets.`,
      );
    this.#settled(stepInfo("same", old));
    return { urn, id: old.id ?? "", outputs: old.outputs };
  }

  #urn(goal: Goal): string {
    const { stack, project } = this.run.options;
    return makeUrn({ stack, project }, goal);
  }

  /** Children are protected and retained like their parents unless they say otherwise. */
  #inherited(goal: Goal): Goal {
    const parent = goal.parent === undefined ? undefined : this.#goals.get(goal.parent);
    const merged = { ...goal };
    if (parent?.protect !== undefined) merged.protect ??= parent.protect;
    if (parent?.retainOnDelete !== undefined) merged.retainOnDelete ??= parent.retainOnDelete;
    return merged;
  }

  /** Notes that the program wants this URN, and answers what the last run left under it or under an alias. */
  #announce(urn: string, goal: Goal): ResourceState | undefined {
    if (this.#goals.has(urn)) throw new Error(`Duplicate resource URN '${urn}'; try giving it a unique name`);
    this.#goals.set(urn, goal);
    const { snapshot, project, stack } = { ...this.run.options, snapshot: this.run.options.store.snapshot };
    const former = formerUrnsOf(goal, { project, stack }, (parent) => this.#formerUrns.get(parent) ?? []);
    this.#formerUrns.set(urn, former);
    const found = current(snapshot, urn);
    if (found) return found;
    const alias = former.find((name) => !this.#goals.has(name) && current(snapshot, name));
    if (alias === undefined) return undefined;
    renameUrn(snapshot, alias, urn);
    return current(snapshot, urn);
  }

  async #registerComponent(urn: string, goal: Goal, old: ResourceState | undefined): Promise<Registered> {
    const entry = { ...entryFor(urn, goal, goal.inputs), outputs: old?.outputs ?? {} };
    put(this.run, entry, old);
    const info = stepInfo(old ? "same" : "create", entry);
    if (goal.type === STACK_TYPE && !this.run.options.preview) {
      this.run.changes[old ? "same" : "create"]++;
      this.#stackStep = info;
    } else this.#settled(info);
    if (!old && !this.run.options.preview) await this.run.options.store.save();
    return { urn, id: "", outputs: {} };
  }

  async #registerProvider(urn: string, goal: Goal, old: ResourceState | undefined): Promise<Registered> {
    const diffs = old ? changedKeys(old.inputs, goal.inputs) : [];
    const entry = { ...entryFor(urn, goal, goal.inputs), outputs: goal.inputs };
    if (old?.id !== undefined || !this.run.options.preview) entry.id = old?.id ?? randomUUID();
    put(this.run, entry, old);
    const known = Object.entries(goal.inputs).filter(([, value]) => !holdsUnknown(value));
    await this.run.options.providers.configure(packageOf(goal.type), urn, Object.fromEntries(known));
    this.#settled(stepInfo(!old ? "create" : diffs.length > 0 ? "update" : "same", entry, { diffs }));
    if (!this.run.options.preview) await this.run.options.store.save();
    return { urn, id: entry.id ?? "", outputs: entry.outputs };
  }

  async #registerCustom(urn: string, goal: Goal, old: ResourceState | undefined): Promise<Registered> {
    const provider = await this.run.options.providers.get(packageOf(goal.type), goal.provider);
    const inputs = await this.#checked(urn, goal, provider, this.#deletedFirst.has(urn) ? undefined : old);
    const entry = entryFor(urn, goal, inputs);
    const diff =
      old && !old.pendingReplacement ? await differences(provider, entry, old, goal.ignoreChanges) : {};
    const decision = decide({ old, goal, inputs, diff });
    if (old && decision.kind === "replace" && goal.protect) this.#refuseToReplace(old);
    // What replaces it is another resource: a name that the provider has made up is made up anew.
    const wanted =
      decision.kind === "replace"
        ? entryFor(urn, goal, await this.#checked(urn, goal, provider, undefined))
        : entry;
    const made = await this.#carryOut(decision, wanted, goal, provider, old);
    return { urn, id: made.id ?? "", outputs: made.outputs };
  }

  async #checked(
    urn: string,
    goal: Goal,
    provider: Provider,
    old: ResourceState | undefined,
  ): Promise<PropertyMap> {
    const wanted = await hashAssets(loweredMap(goal.inputs), this.run.options.programFolder);
    const news = old ? withIgnored(wanted, old.inputs, goal.ignoreChanges) : wanted;
    if (!provider.check) return news;
    const result = await provider.check({
      urn,
      type: goal.type,
      name: goal.name,
      olds: old ? shown(provider, old.inputs) : {},
      ...(old ? { oldOutputs: shown(provider, old.outputs) } : {}),
      news: shown(provider, news),
      preview: this.run.options.preview,
      randomSeed: createHash("sha256").update(`${this.#seed}\0${urn}`).digest(),
    });
    if (result.failures?.length) {
      for (const sentence of failureSentences(goal, news, result.failures))
        this.run.fail(new Error(sentence), urn);
      throw new Halted();
    }
    const checked = result.inputs ?? news;
    return provider.acceptsSecrets ? checked : markLike(checked, news);
  }

  async #carryOut(
    decision: Decision,
    entry: ResourceState,
    goal: Goal,
    provider: Provider,
    old: ResourceState | undefined,
  ): Promise<ResourceState> {
    switch (decision.kind) {
      case "same":
        return this.#same(entry, old as ResourceState);
      case "create": {
        const op = old ? "create-replacement" : "create";
        return this.#create(entry, provider, stepInfo(op, entry), old && { entry: old, gone: true });
      }
      case "update": {
        const info = stepInfo("update", entry, { diffs: decision.diffs });
        if (this.run.options.preview)
          return this.#foresee(info, foreseen(provider, entry, old), old && { entry: old, gone: true });
        const made = await update(this.run, provider, entry, old as ResourceState, info, goal.ignoreChanges);
        this.run.changes.update++;
        return made;
      }
      case "replace":
        return this.#replace(decision, entry, provider, old as ResourceState);
      default:
        return decision satisfies never;
    }
  }

  #same(entry: ResourceState, old: ResourceState): ResourceState {
    // The very objects of the last run keep the ciphertexts of their secrets.
    const inputs = isDeepStrictEqual(old.inputs, entry.inputs) ? old.inputs : entry.inputs;
    // What the program newly calls a secret is one from now on, and so is what was made of one.
    const outputs = markKeys(markLike(old.outputs, inputs), entry.additionalSecretOutputs ?? []);
    const kept: ResourceState = { ...entry, inputs, outputs };
    if (old.id !== undefined) kept.id = old.id;
    put(this.run, kept, old);
    this.#settled(stepInfo("same", kept));
    return kept;
  }

  async #create(
    entry: ResourceState,
    provider: Provider,
    info: StepInfo,
    before?: Predecessor,
  ): Promise<ResourceState> {
    if (this.run.options.preview) return this.#foresee(info, foreseen(provider, entry, undefined), before);
    const made = await create(this.run, provider, entry, info, before);
    this.run.changes[info.op === "create" ? "create" : "replace"]++;
    return made;
  }

  async #replace(
    decision: Extract<Decision, { kind: "replace" }>,
    entry: ResourceState,
    provider: Provider,
    old: ResourceState,
  ): Promise<ResourceState> {
    const info = stepInfo("create-replacement", entry, {
      diffs: decision.diffs,
      replaces: decision.replaces,
    });
    if (!decision.deleteFirst) return this.#create(entry, provider, info, { entry: old, gone: false });
    for (const dependent of await this.#replacedWith(old)) {
      const refusal = protection(dependent, "replace");
      if (refusal) throw new Error(refusal);
      await this.#deleteFirst(dependent);
      this.#deletedFirst.add(dependent.urn);
    }
    await this.#deleteFirst(old);
    const left = current(this.run.options.store.snapshot, entry.urn);
    return this.#create(entry, provider, info, left && { entry: left, gone: true });
  }

  /**
   * Throws for what is protected; a preview says so and goes on, so that what differs is seen. Who takes the protection away
   * may replace it in the same run.
   */
  #refuseToReplace(old: ResourceState): void {
    const refusal = protection(old, "replace");
    if (refusal === undefined) return;
    if (!this.run.options.preview) throw new Error(refusal);
    this.run.foretell(refusal, old.urn);
  }

  async #deleteFirst(old: ResourceState): Promise<void> {
    const info = stepInfo("delete-replaced", old);
    if (!this.run.options.preview) return remove(this.run, old, info, { pendingReplacement: true });
    this.run.tell(info, "planned");
    put(this.run, { ...old, pendingReplacement: true }, old);
  }

  /** Dependents that must be replaced too once this one's outputs are others; what needs most comes first. */
  async #replacedWith(old: ResourceState): Promise<ResourceState[]> {
    const { snapshot, providers } = { ...this.run.options, snapshot: this.run.options.store.snapshot };
    const moving = new Set([old.urn]);
    const found: ResourceState[] = [];
    for (const entry of dependents(snapshot, old.urn).reverse()) {
      if (!entry.custom || entry.external || entry.pendingReplacement || isProviderType(entry.type)) continue;
      const touched = Object.entries(entry.propertyDependencies).filter(([, urns]) =>
        urns.some((urn) => moving.has(urn)),
      );
      if (touched.length === 0) continue;
      const provider = await providers.get(packageOf(entry.type), entry.provider);
      const inputs = { ...entry.inputs, ...Object.fromEntries(touched.map(([key]) => [key, UNKNOWN])) };
      const ignoreChanges = this.#goals.get(entry.urn)?.ignoreChanges ?? entry.ignoreChanges ?? [];
      const diff = await differences(provider, { ...entry, inputs }, entry, ignoreChanges);
      if (!diff.replaces?.length) continue;
      moving.add(entry.urn);
      found.unshift(entry);
    }
    return found;
  }

  #foresee(info: StepInfo, planned: ResourceState, before: Predecessor | undefined): ResourceState {
    succeed(this.run, planned, before);
    const counted = info.op === "create-replacement" ? "replace" : info.op === "update" ? "update" : "create";
    this.run.changes[counted]++;
    this.run.tell(info, "planned");
    return planned;
  }

  async #read(urn: string, goal: ReadGoal, old: ResourceState | undefined): Promise<Registered> {
    const id = lowered(goal.id) as string;
    const entry: ResourceState = { ...entryFor(urn, goal, loweredMap(goal.inputs)), external: true, id };
    if (id === UNKNOWN) return { urn, id: "", outputs: {} };
    const provider = await this.run.options.providers.get(packageOf(goal.type), goal.provider);
    if (!provider.read) throw new Error(`The provider of ${goal.type} cannot read resources.`);
    const ref = { urn, type: goal.type, name: goal.name };
    const found = await provider.read({ ...ref, id, inputs: shown(provider, entry.inputs), outputs: {} });
    if (!found) throw new Error(`resource '${id}' does not exist`);
    put(this.run, { ...entry, id: found.id, outputs: markLike(found.outputs, entry.inputs) }, old);
    this.run.changes.read++;
    this.run.tell(stepInfo("read", entry), this.run.options.preview ? "planned" : "done");
    return { urn, id: found.id, outputs: found.outputs };
  }

  /** Counts and tells a step that changed nothing outside the state. */
  #settled(info: StepInfo): void {
    const { op } = info;
    if (op === "same" || op === "create" || op === "update") this.run.changes[op]++;
    this.run.tell(info, this.run.options.preview ? "planned" : "done");
  }
}
