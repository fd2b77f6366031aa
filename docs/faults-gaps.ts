/** A cell of the matrix in which a promise is not held, and why. Whoever closes one takes it out. */
export interface Gap {
  readonly cell: string;
  readonly why: string;
}

export const gaps: readonly Gap[] = [
  {
    cell: "out-of-memory at other-tool, 10 %, streamable",
    why: "Its one task ends and comes back again and again, and is healthy in between: three looks in a row seldom find it down, and what the balancer turns away meanwhile no sidecar tells of.",
  },
];
