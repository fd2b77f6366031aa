/**
 * What the engine asks of a provider. Providers inside this process implement it directly (each is given to the engine
 * under its package name, e.g. `aws`); a plugin executable is put behind the same interface over gRPC.
 *
 * Property values are plain JSON. A value that is not known yet (preview only) is the string {@link UNKNOWN}, at any
 * depth. The engine takes secrets' markings off before it calls a provider that does not say {@link Provider.acceptsSecrets},
 * and puts them back on outputs of the same name; a provider may mark more of its outputs with {@link secret}.
 */

/** Pulumi's wire form of a value that is not known yet. */
export const UNKNOWN = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";

/** The key by which Pulumi recognises an object that stands for something else; its value says for what. */
export const SIGNATURE_KEY = "4dabf18193072939515e22adb298388d";
/** The mark of a secret, under `SIGNATURE_KEY`. */
export const SECRET_SIGNATURE = "1b47061264138c4ac30d75fd1eb44270";

/** Properties by their name, as the wire has them: see `UNKNOWN` and `secret` for what is no plain JSON. */
// eslint-disable-next-line typescript/consistent-indexed-object-style -- an interface may refer to itself
export interface PropertyMap {
  [name: string]: PropertyValue;
}
/** A property's value: JSON. */
export type PropertyValue = null | boolean | number | string | PropertyValue[] | PropertyMap;

/** The value, marked as a secret on the wire. */
export function secret(value: PropertyValue): PropertyMap {
  return { [SIGNATURE_KEY]: SECRET_SIGNATURE, value };
}

/** Why a provider does not take some inputs. */
export interface CheckFailure {
  /** The property's name; empty when the failure is not about one property. */
  property: string;
  reason: string;
}

/** What every request about one resource says. */
export interface ResourceRef {
  urn: string;
  /** Type token, e.g. `aws:lb/listener:Listener`. */
  type: string;
  /** Logical name, the last part of the URN. */
  name: string;
}

/** Inputs that a provider is to look over and complete. Nothing may be changed for it. */
export interface CheckRequest extends ResourceRef {
  /** Inputs of the last run; empty for a resource that does not exist. */
  olds: PropertyMap;
  /** Outputs of the last run; left out: it does not exist. */
  oldOutputs?: PropertyMap;
  news: PropertyMap;
  preview: boolean;
  /** The same bytes for the same resource in one run: for names that end in random hexadecimal digits. */
  randomSeed: Uint8Array;
}

/** Inputs looked over. A failure ends the run before the resource is touched. */
export interface CheckResult {
  /** The inputs with defaults filled in; left out: `news` unchanged. */
  inputs?: PropertyMap;
  failures?: CheckFailure[];
}

/** A resource that exists and the inputs wanted now. */
export interface DiffRequest extends ResourceRef {
  id: string;
  /** Outputs of the last run. */
  olds: PropertyMap;
  /** Inputs of the last run. */
  oldInputs: PropertyMap;
  /** Checked inputs, with what `ignoreChanges` names already put back to the old inputs. */
  news: PropertyMap;
  ignoreChanges: string[];
}

/** What has to be done about the difference. */
export interface DiffResult {
  /** Left out: the engine compares old and new inputs itself. */
  changes?: boolean;
  /** Names of properties whose change needs a new resource. */
  replaces?: string[];
  /** A replacement deletes the old resource first. */
  deleteBeforeReplace?: boolean;
  /** Names of properties that differ, for the display. */
  diffs?: string[];
}

/** A resource to be made. Not called in a preview. */
export interface CreateRequest extends ResourceRef {
  inputs: PropertyMap;
  /** From the resource's `customTimeouts`, in milliseconds; left out: the provider's own. */
  timeoutMs?: number;
}

/** A resource that was made. A provider that made half of it throws `PartialFailure` instead. */
export interface CreateResult {
  id: string;
  outputs: PropertyMap;
}

/** A resource to be looked at. */
export interface ReadRequest extends ResourceRef {
  id: string;
  /** Inputs and outputs of the last run; empty when a program reads a resource by its id. */
  inputs: PropertyMap;
  outputs: PropertyMap;
}

/** What a resource was found to be; null: it is gone. `inputs` left out: those of the last run stand. */
export type ReadResult = { id: string; outputs: PropertyMap; inputs?: PropertyMap } | null;

/** A resource to be changed in place; `olds` are its outputs and `oldInputs` its inputs of the last run. */
export interface UpdateRequest extends ResourceRef {
  id: string;
  olds: PropertyMap;
  oldInputs: PropertyMap;
  news: PropertyMap;
  ignoreChanges: string[];
  timeoutMs?: number;
}

/** A resource that was changed, with all of its outputs. */
export interface UpdateResult {
  outputs: PropertyMap;
}

/** A resource to be deleted; the provider takes one that is gone already for deleted. */
export interface DeleteRequest extends ResourceRef {
  id: string;
  inputs: PropertyMap;
  outputs: PropertyMap;
  timeoutMs?: number;
}

/** A function to be called; it may look, in a preview too. */
export interface InvokeRequest {
  /** Function token, e.g. `aws:index/getRegion:getRegion`. */
  token: string;
  args: PropertyMap;
  preview: boolean;
}

/** What a function answered, or what is wrong with its arguments. */
export interface InvokeResult {
  return?: PropertyMap;
  failures?: CheckFailure[];
}

/** A child that a remote component registers. The options are Pulumi's. */
export interface ChildRequest {
  type: string;
  name: string;
  /** `false`: a component without a provider behind it. */
  custom: boolean;
  /** URN; left out: the component that is being constructed. */
  parent?: string;
  /** May hold unknown and secret values, as outputs of other children do. */
  inputs: PropertyMap;
  /** URNs of what must exist before this. */
  dependencies?: string[];
  protect?: boolean;
  deleteBeforeReplace?: boolean;
  retainOnDelete?: boolean;
  ignoreChanges?: string[];
  replaceOnChanges?: string[];
  additionalSecretOutputs?: string[];
}

/** A resource that a component has registered. */
export interface Child {
  urn: string;
  /** {@link UNKNOWN} in the preview of a resource that does not exist yet; empty for a component. */
  id: string;
  /** Holds unknown values in a preview and the marks of secrets. */
  outputs: PropertyMap;
}

/** A component to be made of resources of its own. */
export interface ConstructRequest {
  /** Type token of the component, e.g. `awsx:ec2:Vpc`. */
  type: string;
  name: string;
  /** Secrets keep their marks here, for every provider. */
  inputs: PropertyMap;
  /** URN of the component's own parent. */
  parent: string;
  preview: boolean;
  project: string;
  stack: string;
  config: Record<string, string>;
  /** gRPC address of the resource monitor, for a plugin that registers its children over the wire. */
  monitor: string;
  parallel: number;
  /** Options of the component that its children inherit. */
  options: {
    protect: boolean;
    retainOnDelete: boolean;
    ignoreChanges: string[];
    dependencies: string[];
    /** Package name to provider reference. */
    providers: Record<string, string>;
  };
  /** Registers the component itself; call it first, then its children with the URN as their parent. */
  registerComponent(): Promise<Child>;
  /** Registers a child like one of the program's own; answers when it exists (in a preview: when it is planned). */
  register(child: ChildRequest): Promise<Child>;
}

/** A component that was made. */
export interface ConstructResult {
  urn: string;
  outputs: PropertyMap;
  /** Property name to the URNs that its value depends on; left out: all children registered. */
  dependencies?: Record<string, string[]>;
}

/** What a provider is told of the provider resource that it works for. */
export interface ConfigureRequest {
  /** Of the provider resource; that of a package's default provider ends in `::default`. */
  urn: string;
  /**
   * The provider's inputs, e.g. `region` from the config `aws:region` or of an explicit provider resource. Objects, lists
   * and booleans, which travel as JSON text, are parsed.
   */
  inputs: PropertyMap;
  project: string;
  stack: string;
}

/** How a provider tells the user something, on the line of the resource at work. */
export interface ProviderLog {
  (message: string, options: { urn?: string; severity?: Severity; ephemeral?: boolean }): void;
}

/** How much a line matters. `debug` is never shown, a warning or an error once more at the end. */
export type Severity = "debug" | "info" | "warning" | "error";

/** A provider of resources. Every method is optional: what a package has none of, such as components, it leaves out. */
export interface Provider {
  /** The provider wants to see which values are secret; left out: it gets plain values. */
  acceptsSecrets?: boolean;
  /**
   * In the preview of an update, outputs that are no inputs keep their old values; left out: they are not known until
   * the update is done.
   */
  previewsUpdates?: boolean;
  /** Called once before the first use of each provider resource, with a log that lives as long as the run. */
  configure?(request: ConfigureRequest, log: ProviderLog): Promise<void>;
  check?(request: CheckRequest): Promise<CheckResult>;
  diff?(request: DiffRequest): Promise<DiffResult>;
  create?(request: CreateRequest): Promise<CreateResult>;
  read?(request: ReadRequest): Promise<ReadResult>;
  update?(request: UpdateRequest): Promise<UpdateResult>;
  delete?(request: DeleteRequest): Promise<void>;
  invoke?(request: InvokeRequest): Promise<InvokeResult>;
  construct?(request: ConstructRequest): Promise<ConstructResult>;
  /** Asks running operations to end soon. Returns at once; also called when a run ends normally. */
  cancel?(): Promise<void>;
  /** The run is over; frees what the provider holds. */
  close?(): Promise<void>;
}

/**
 * Thrown by create and update when the resource exists but did not get to where it should: the engine saves the new
 * outputs with the old inputs and the reasons, fails the run, and the next run updates the resource whatever its inputs.
 */
export class PartialFailure extends Error {
  readonly id: string;
  readonly outputs: PropertyMap;
  readonly reasons: string[];
  constructor(failure: { id: string; outputs: PropertyMap; reasons: string[]; message?: string }) {
    super(failure.message ?? failure.reasons.join("; "));
    this.name = "PartialFailure";
    this.id = failure.id;
    this.outputs = failure.outputs;
    this.reasons = failure.reasons;
  }
}

/** Whether a value itself is not known yet; `holdsUnknown` looks inside. */
export function isUnknown(value: PropertyValue | undefined): boolean {
  return value === UNKNOWN;
}
