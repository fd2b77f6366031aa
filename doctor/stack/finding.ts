/** What was found out about one thing: it is well, it has to be mended first, or nobody here could see. */
export interface Finding {
  /** What it is about: `node`, `image`, `secret`. */
  readonly about: string;
  readonly state: "ok" | "mend" | "unknown";
  /** A sentence; where something has to be mended, with what to type. */
  readonly text: string;
}

/** A finding that is well. */
export const ok = (about: string, text: string): Finding => ({ about, state: "ok", text });
/** One that the first `up` would stop at. */
export const mend = (about: string, text: string): Finding => ({ about, state: "mend", text });
/** One that could not be looked at. */
export const unknown = (about: string, text: string): Finding => ({ about, state: "unknown", text });
