import type { PropertyMap } from "./provider.ts";
import type { Timeouts } from "./state/resource.ts";

/** A former name of a resource: its URN, or the parts that were other ones; a part left out is as it is now. */
export interface Alias {
  urn?: string;
  name?: string;
  type?: string;
  project?: string;
  stack?: string;
  /** URN; `null`: without a parent; left out: the same parent. */
  parent?: string | null;
}

/** What a program wants of one resource: one RegisterResource call, free of the wire's types. */
export interface Goal {
  type: string;
  name: string;
  custom: boolean;
  parent?: string;
  inputs: PropertyMap;
  dependencies: string[];
  propertyDependencies: Record<string, string[]>;
  provider?: string;
  /** Package to provider reference: what children of a component are to use. */
  providers: Record<string, string>;
  aliases: Alias[];
  additionalSecretOutputs: string[];
  customTimeouts: Timeouts;
  ignoreChanges: string[];
  replaceOnChanges: string[];
  protect?: boolean;
  retainOnDelete?: boolean;
  deleteBeforeReplace?: boolean;
  deletedWith?: string;
}

/** What the program gets back of a resource that it registered. */
export interface Registered {
  urn: string;
  /** Empty: not known yet, or a component. */
  id: string;
  outputs: PropertyMap;
  propertyDependencies?: Record<string, string[]>;
}
