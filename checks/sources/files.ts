import { readFile, writeFile } from "node:fs/promises";

/** A file source reads and writes whole text files; it rejects as `node:fs` does. */
export interface FileSource {
  read(path: string): Promise<string>;
  write(path: string, text: string): Promise<void>;
}

/** The file source of this machine. */
export function fileSource(): FileSource {
  return {
    read: (path) => readFile(path, "utf8"),
    write: (path, text) => writeFile(path, text, "utf8"),
  };
}
