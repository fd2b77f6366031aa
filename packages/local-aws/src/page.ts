import { AwsError } from "./error.ts";

/** One page of a list, and what names the next; undefined: there is none. */
export interface Page<T> {
  readonly items: T[];
  readonly next: string | undefined;
}

/**
 * The page of a list that a token names, the first without one. A token that no page gave is refused.
 * @param most items of one page: what was asked for, or what the service gives
 */
export function pageOf<T>(all: readonly T[], token: string | undefined, most: number): Page<T> {
  const from = token === undefined || token === "" ? 0 : Number(/^page-(\d+)$/.exec(token)?.[1]);
  if (!Number.isInteger(from) || from > all.length)
    throw new AwsError("InvalidNextTokenException", `'${token}' is the token of no page`);
  const items = all.slice(from, from + most);
  return { items, next: from + most < all.length ? `page-${from + most}` : undefined };
}
