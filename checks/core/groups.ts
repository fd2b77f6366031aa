/** Groups of checks, in the order in which a release meets them. */
export const groups = ["preflight", "smoke", "gate", "watch", "rollback"] as const;
export type Group = (typeof groups)[number];
