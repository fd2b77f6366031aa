import { cells, shares, transports } from "../cells.ts";
import { type Cell, type CellResult, play } from "./play.ts";

/** Every cell that makes sense, at every share. */
export function allCells(): Cell[] {
  return transports.flatMap((transport) =>
    cells(transport).flatMap((cell) => shares.map((share) => ({ ...cell, share, transport }))),
  );
}

/** What of the matrix is played. */
export interface MatrixOptions {
  readonly cells: readonly Cell[];
  /** Each cell is played once for each. */
  readonly seeds: readonly number[];
  readonly onResult?: (result: CellResult) => void;
}

/** Plays every cell with every seed, one after the other. */
export async function playAll({ cells: of, seeds, onResult }: MatrixOptions): Promise<CellResult[]> {
  const results: CellResult[] = [];
  for (const cell of of)
    for (const seed of seeds) {
      const result = await play({ cell, seed });
      results.push(result);
      onResult?.(result);
    }
  return results;
}

/** The name of a cell, such as "hang at analysis, 10 %, sse". */
export const nameOf = ({ kind, where, share, transport }: Cell): string =>
  `${kind} at ${where}, ${Math.round(share * 100)} %, ${transport}`;
