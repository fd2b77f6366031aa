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
    situation: "the engine is killed",
    at: /3 up: said$/,
    why: "the lock of a dead engine is taken over here, with a warning; Pulumi wants `pulumi cancel`",
  },
  {
    situation: "two interrupts",
    at: /2 up: calls cancel 1$/,
    why: "Pulumi asks the plugin to cancel once more before it kills it; here the second interrupt kills it at once",
  },
];
