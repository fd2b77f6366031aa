/** Groups of checks, in the order in which a release meets them. */
export const groups = ["preflight", "smoke", "gate", "watch", "rollback"] as const;
/** A group of checks, as a gate or a command names it. */
export type Group = (typeof groups)[number];
