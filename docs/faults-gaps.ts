/** A cell of the matrix in which a promise is not held, and why. Whoever closes one takes it out. */
export interface Gap {
  readonly cell: string;
  readonly why: string;
}

export const gaps: readonly Gap[] = [];
