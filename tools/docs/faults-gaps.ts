/** A cell of the matrix in which a promise is not held, and why. Whoever closes one takes it out. */
export interface Gap {
  readonly cell: string;
  readonly why: string;
}

/** The gaps: cells in which a promise does not hold, with the reason. */
export const gaps: readonly Gap[] = [];
