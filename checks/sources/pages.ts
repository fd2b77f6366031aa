/** One page of a list that comes in pages. */
export interface Page<T> {
  items: T[];
  nextCursor: string | undefined;
}

/** Most pages of one list: a hub that names a next one for ever would be read for ever. */
const mostPages = 100;

/** All pages of a list, one after the other. */
export async function pages<T>(read: (cursor: { cursor?: string }) => Promise<Page<T>>): Promise<T[]> {
  const items: T[] = [];
  let cursor: string | undefined;
  for (let page = 0; page < mostPages; page += 1) {
    const found = await read(cursor === undefined ? {} : { cursor });
    items.push(...found.items);
    cursor = found.nextCursor;
    if (cursor === undefined) return items;
  }
  throw new Error(`a list of more than ${mostPages} pages`);
}
