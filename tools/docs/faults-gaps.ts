/** A cell of the matrix in which a promise is not held, and why. Whoever closes one takes it out. */
export interface Gap {
  readonly cell: string;
  readonly why: string;
}

const comesAndGoes =
  "Its one task ends and comes back again and again, and is healthy in between: three looks in a row take their time to find it down, and what the balancer turns away meanwhile no sidecar tells of.";

/** The gaps: cells in which a promise does not hold, with the reason. */
export const gaps: readonly Gap[] = [
  { cell: "out-of-memory at other-tool, 100 %, streamable", why: comesAndGoes },
  { cell: "out-of-memory at other-tool, 10 %, streamable", why: comesAndGoes },
];
