import { readFile, writeFile } from "node:fs/promises";

export interface FileSource {
  read(path: string): Promise<string>;
  write(path: string, text: string): Promise<void>;
}

export function fileSource(): FileSource {
  return {
    read: (path) => readFile(path, "utf8"),
    write: (path, text) => writeFile(path, text, "utf8"),
  };
}
