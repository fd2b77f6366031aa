import { crc32 } from "node:zlib";

/** A zip archive of one file, stored as it is: as much as a small function's code needs. */
export function zipOf(path: string, text: string): Buffer {
  const name = Buffer.from(path);
  const content = Buffer.from(text);
  const about = record(26, { 0: 20, 10: crc32(content), 14: content.length, 18: content.length });
  about.writeUInt16LE(name.length, 22);
  const file = Buffer.concat([Buffer.from("PK\x03\x04"), about, name, content]);
  const entry = Buffer.concat([Buffer.from("PK\x01\x02\x14\x00"), about, Buffer.alloc(14), name]);
  const end = record(18, { 4: 1, 8: entry.length, 12: file.length });
  end.writeUInt16LE(1, 6);
  return Buffer.concat([file, entry, Buffer.from("PK\x05\x06"), end]);
}

/** So many bytes with 32-bit numbers at these places. */
function record(size: number, numbers: Record<number, number>): Buffer {
  const buffer = Buffer.alloc(size);
  for (const [at, number] of Object.entries(numbers)) buffer.writeUInt32LE(number, Number(at));
  return buffer;
}
