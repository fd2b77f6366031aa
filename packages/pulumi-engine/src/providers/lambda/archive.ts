import { readdir, readFile, stat } from "node:fs/promises";
import { join, resolve } from "node:path";
import { isObject } from "../fields.ts";
import { zip } from "./zip.ts";

/**
 * The bytes of a zip for Lambda from what Pulumi sends for `code`: an archive of named assets, a folder, or a zip that
 * is there already. Relative paths start at `folder`.
 */
export async function zipOf(code: unknown, folder: string): Promise<Buffer> {
  if (!isObject(code))
    throw new Error("code is no archive: new pulumi.asset.AssetArchive({...}) or FileArchive.");
  if (typeof code.path === "string" && code.path !== "") {
    const path = resolve(folder, code.path);
    if (/\.(zip|jar)$/.test(path)) return readFile(path);
    return zip(await filesIn(path, ""));
  }
  return zip(await filesOf(code, folder, ""));
}

async function filesOf(
  archive: unknown,
  folder: string,
  prefix: string,
): Promise<Record<string, Uint8Array>> {
  if (!isObject(archive))
    throw new Error(`code.assets at ${prefix || "the top"} is neither asset nor archive.`);
  const { text, path, assets, uri } = archive;
  if (isObject(assets)) {
    const parts = Object.entries(assets).map(([name, inner]) =>
      filesOf(inner, folder, prefix === "" ? name : `${prefix}/${name}`),
    );
    return Object.assign({}, ...(await Promise.all(parts))) as Record<string, Uint8Array>;
  }
  if (typeof text === "string" && (text !== "" || path === undefined || path === ""))
    return { [prefix]: Buffer.from(text) };
  if (typeof path === "string" && path !== "") return filesIn(resolve(folder, path), prefix);
  throw new Error(
    `code.assets.${prefix} at ${String(uri)} cannot be read: the rehearsal reads text and files.`,
  );
}

async function filesIn(path: string, prefix: string): Promise<Record<string, Uint8Array>> {
  if (!(await stat(path)).isDirectory()) return { [prefix]: await readFile(path) };
  const inner = (await readdir(path)).map((name) =>
    filesIn(join(path, name), prefix === "" ? name : `${prefix}/${name}`),
  );
  return Object.assign({}, ...(await Promise.all(inner))) as Record<string, Uint8Array>;
}
