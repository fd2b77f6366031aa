/** A resource that the program of the twins registers. Beside these, the options of Pulumi's that JSON can say. */
export interface Wanted {
  name: string;
  /** `$NAME` stands for the arn of a thing before it, `secret:TEXT` for a secret. What the plugin reads: `acts.ts`. */
  inputs?: Record<string, unknown>;
  component?: boolean;
  parent?: string;
  after?: string[];
  protect?: boolean;
  retainOnDelete?: boolean;
  deleteBeforeReplace?: boolean;
  ignoreChanges?: string[];
  replaceOnChanges?: string[];
  additionalSecretOutputs?: string[];
  aliases?: { name: string }[];
  customTimeouts?: { create?: string; update?: string; delete?: string };
}

/** What the program does, as the stack's config says it. */
export interface World {
  things: Wanted[];
  /** Text of an invoke. */
  asks?: string;
  warns?: string;
  /** Ends with a RunError of this sentence, once everything is registered. */
  refuses?: string;
  /** Ends with an Error. */
  throws?: string;
}
