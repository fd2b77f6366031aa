import { crc32, deflateRawSync } from "node:zlib";

interface Entry {
  name: Buffer;
  crc: number;
  packed: Buffer;
  size: number;
  offset: number;
}

const deflated = 8;
/** 1980-01-01, the oldest date the format knows: the same files always give the same bytes. */
const date = 0x0021;
/** A plain file that everybody may read, as Lambda needs it, in the upper half (Unix). */
const mode = (0o100644 << 16) >>> 0;

/** A zip of files in memory: path to content. Under 4 GB and 65,535 files, which Lambda does not take anyway. */
export function zip(files: Record<string, Uint8Array>): Buffer {
  const parts: Buffer[] = [];
  const entries: Entry[] = [];
  let offset = 0;
  for (const [path, content] of Object.entries(files).sort(([a], [b]) => (a < b ? -1 : 1))) {
    const name = Buffer.from(path);
    const packed = deflateRawSync(content);
    const entry = { name, crc: crc32(content), packed, size: content.length, offset };
    const header = localHeader(entry);
    entries.push(entry);
    parts.push(header, name, packed);
    offset += header.length + name.length + packed.length;
  }
  const directory = Buffer.concat(entries.flatMap((entry) => [directoryHeader(entry), entry.name]));
  return Buffer.concat([...parts, directory, endOfDirectory(entries.length, directory.length, offset)]);
}

/** What both headers of a file say, from the version needed on; bit 11: the name is UTF-8. */
function common({ crc, packed, size, name }: Entry): Buffer {
  const buffer = Buffer.alloc(26);
  buffer.writeUInt16LE(20, 0);
  buffer.writeUInt16LE(0x0800, 2);
  buffer.writeUInt16LE(deflated, 4);
  buffer.writeUInt16LE(0, 6);
  buffer.writeUInt16LE(date, 8);
  buffer.writeUInt32LE(crc, 10);
  buffer.writeUInt32LE(packed.length, 14);
  buffer.writeUInt32LE(size, 18);
  buffer.writeUInt16LE(name.length, 22);
  return buffer;
}

function localHeader(entry: Entry): Buffer {
  const signature = Buffer.alloc(4);
  signature.writeUInt32LE(0x04034b50, 0);
  return Buffer.concat([signature, common(entry)]);
}

function directoryHeader(entry: Entry): Buffer {
  const start = Buffer.alloc(6);
  start.writeUInt32LE(0x02014b50, 0);
  start.writeUInt16LE((3 << 8) | 20, 4);
  const end = Buffer.alloc(14);
  end.writeUInt32LE(mode, 6);
  end.writeUInt32LE(entry.offset, 10);
  return Buffer.concat([start, common(entry), end]);
}

function endOfDirectory(count: number, size: number, offset: number): Buffer {
  const buffer = Buffer.alloc(22);
  buffer.writeUInt32LE(0x06054b50, 0);
  buffer.writeUInt16LE(count, 8);
  buffer.writeUInt16LE(count, 10);
  buffer.writeUInt32LE(size, 12);
  buffer.writeUInt32LE(offset, 16);
  return buffer;
}
