/** A range of IPv4 addresses. */
export interface Block {
  /** First address, as a number. */
  start: number;
  /** Length of the prefix, 0 to 32. */
  mask: number;
}

/** How many addresses a block of this mask has. */
export const sizeOf = ({ mask }: Pick<Block, "mask">): number => 2 ** (32 - mask);

/** Reads `10.0.0.0/16`; throws a sentence with the text. */
export function parseBlock(text: string): Block {
  const match = /^(\d{1,3})\.(\d{1,3})\.(\d{1,3})\.(\d{1,3})\/(\d{1,2})$/.exec(text);
  const numbers = match?.slice(1).map(Number) ?? [];
  const [a = 256, b = 256, c = 256, d = 256, mask = 33] = numbers;
  if ([a, b, c, d].some((byte) => byte > 255) || mask > 32)
    throw new Error(`${text} is no IPv4 block like 10.0.0.0/16`);
  const start = ((a * 256 + b) * 256 + c) * 256 + d;
  if (start % sizeOf({ mask }) !== 0) throw new Error(`${text} does not start on a boundary of its size`);
  return { start, mask };
}

/** A block as `10.0.0.0/16`. */
export function writeBlock({ start, mask }: Block): string {
  const bytes = [24, 16, 8, 0].map((shift) => Math.floor(start / 2 ** shift) % 256);
  return `${bytes.join(".")}/${mask}`;
}

/** Whether all of `inner` lies in `outer`. */
export const contains = (outer: Block, inner: Block): boolean =>
  inner.start >= outer.start && inner.start + sizeOf(inner) <= outer.start + sizeOf(outer);

/** The block of this mask that follows `after` on its own boundary. */
export function nextBlock(after: number, mask: number): Block {
  const size = sizeOf({ mask });
  return { start: Math.ceil(after / size) * size, mask };
}

/** How many bits number this many things; 0 for one or none. */
export const bitsFor = (count: number): number => Math.ceil(Math.log2(Math.max(1, count)));
