import type { PropertyMap } from "../provider.ts";

/** How long a resource's operations may take, in seconds, from `customTimeouts`. */
export interface Timeouts {
  create?: number;
  update?: number;
  delete?: number;
}

/** One resource as the last run left it. Field names are those of Pulumi's checkpoint files. */
export interface ResourceState {
  urn: string;
  type: string;
  custom: boolean;
  id?: string;
  inputs: PropertyMap;
  outputs: PropertyMap;
  parent?: string;
  dependencies: string[];
  propertyDependencies: Record<string, string[]>;
  /** Reference `URN::id` of an explicit provider; left out: the package's default provider. */
  provider?: string;
  protect?: true;
  retainOnDelete?: true;
  /** URN of a resource whose deletion deletes this one too. */
  deletedWith?: string;
  /** Only read by the program, never changed. */
  external?: true;
  /** Why it did not get to where it should; the next run updates it whatever its inputs. */
  initErrors?: string[];
  additionalSecretOutputs?: string[];
  /** Paths of inputs that the program sets and does not want changed. */
  ignoreChanges?: string[];
  customTimeouts?: Timeouts;
  /** Replaced by another of the same URN, and still to be deleted. */
  delete?: true;
  /** Deleted, so that its replacement can be made; the replacement does not exist yet. */
  pendingReplacement?: true;
}

/** An operation that began; still in the state of a run that has ended, its outcome is not known. */
export interface PendingOperation {
  type: "creating" | "updating" | "deleting" | "reading";
  urn: string;
  resourceType: string;
  id?: string;
}

/** A stack's state: its resources, and the operations that began. */
export interface Snapshot {
  resources: ResourceState[];
  pending: PendingOperation[];
}

/** The state of a stack before its first run. */
export function emptySnapshot(): Snapshot {
  return { resources: [], pending: [] };
}

/** The resource of this URN that a program means: not one that only waits to be deleted. */
export function current(snapshot: Snapshot, urn: string): ResourceState | undefined {
  return snapshot.resources.find((resource) => resource.urn === urn && !resource.delete);
}

/** URNs that must exist before this resource, and so must be deleted after it. */
export function needs(resource: ResourceState): string[] {
  const provider = resource.provider?.slice(0, resource.provider.lastIndexOf("::"));
  return [
    ...new Set(
      [resource.parent, provider, resource.deletedWith, ...resource.dependencies].filter(
        (urn) => urn !== undefined,
      ),
    ),
  ];
}

/** Puts another URN wherever the old one stands: a resource was found under an alias. */
export function renameUrn(snapshot: Snapshot, from: string, to: string): void {
  const swap = (urn: string) => (urn === from ? to : urn);
  for (const resource of snapshot.resources) {
    resource.urn = swap(resource.urn);
    if (resource.parent !== undefined) resource.parent = swap(resource.parent);
    if (resource.deletedWith !== undefined) resource.deletedWith = swap(resource.deletedWith);
    if (resource.provider?.startsWith(`${from}::`))
      resource.provider = to + resource.provider.slice(from.length);
    resource.dependencies = resource.dependencies.map(swap);
    for (const [key, urns] of Object.entries(resource.propertyDependencies))
      resource.propertyDependencies[key] = urns.map(swap);
  }
}
