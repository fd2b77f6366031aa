/** A difference that is known, and why it stands. Each must still be there: the list may only shrink. */
export interface Named {
  /** Of the situations that show it, a part of the name; left out: any may. */
  situation?: string;
  /** Where, as `compare.ts` writes it. */
  at: RegExp;
  why: string;
}

/** In what the embedded engine differs from the CLI. */
export const named: readonly Named[] = [
  {
    at: / calls default 0 id$/,
    why: "the default provider of a package has an id at Pulumi, and no state of its own here",
  },
  {
    at: / customTimeouts (?:create|update|delete)$/,
    why: "Pulumi keeps seconds in the state, this engine milliseconds; a plugin is sent the same",
  },
  {
    at: /refresh: calls \w+ 1$/,
    why: "Pulumi asks a provider for the difference after it has read a resource; this engine compares by itself",
  },
  { at: /refresh: changes same$/, why: "a refresh of Pulumi's counts the stack among what is unchanged" },
  {
    situation: "somebody changed a thing by hand",
    at: /refresh: steps$/,
    why: "what a refresh found changed is an update in Pulumi's events, and a refresh here",
  },
  {
    situation: "an input is refused",
    at: / said$/,
    why: "the sentence of a refused input names the resource first, and all of its reasons together",
  },
  {
    situation: "a protected thing",
    at: / said$/,
    why: "Pulumi has another sentence for what is protected",
  },
  {
    situation: "a protected thing",
    at: /preview: steps$/,
    why: "Pulumi plans the deletion that it then refuses",
  },
  {
    situation: "a protected thing",
    at: / calls a 2$/,
    why: "the replacement of what is protected is refused here after its inputs were checked",
  },
  {
    at: / calls (?:getPluginInfo|default|cancel)$/,
    why: "Pulumi starts the plugin of whatever the state names; this engine, when it is first used",
  },
  {
    situation: "and what needs it by a fixed property goes with it",
    at: / calls second 2 olds \w+$/,
    why: "the check of a dependent that was deleted for its replacement is sent old inputs here, and none by Pulumi",
  },
  {
    situation: "secrets stay secret",
    at: /(?:outputs arns a|outputs arn|inputs of|outputs of)$/,
    why: "an output that the program newly calls secret is marked at once by Pulumi, and here with the next update",
  },
];
