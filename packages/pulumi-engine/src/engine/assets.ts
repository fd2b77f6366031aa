import { createHash } from "node:crypto";
import { readdir, readFile, stat } from "node:fs/promises";
import { join, resolve } from "node:path";
import { isMap } from "./properties.ts";
import { SIGNATURE_KEY, type PropertyMap, type PropertyValue } from "./provider.ts";

const ASSET_SIGNATURE = "c44067f5952c0a294b673a41bacd8c17";
const ARCHIVE_SIGNATURE = "0def7320c3a5731c473e5ecbe6d01bc7";

/**
 * Puts the hash of its content on every asset and archive, so that a changed file is a changed input. Relative paths
 * start at the program's folder.
 */
export async function hashAssets(map: PropertyMap, folder: string): Promise<PropertyMap> {
  const entries = Object.entries(map).map(
    async ([key, value]) => [key, await hashed(value, folder)] as const,
  );
  return Object.fromEntries(await Promise.all(entries));
}

async function hashed(value: PropertyValue, folder: string): Promise<PropertyValue> {
  if (Array.isArray(value)) return Promise.all(value.map((element) => hashed(element, folder)));
  if (!isMap(value)) return value;
  const signature = value[SIGNATURE_KEY];
  if (signature !== ASSET_SIGNATURE && signature !== ARCHIVE_SIGNATURE) return hashAssets(value, folder);
  const asset = { ...value };
  if (isMap(asset["assets"])) asset["assets"] = await hashAssets(asset["assets"], folder);
  return { ...asset, hash: await contentHash(asset, folder) };
}

async function contentHash(asset: PropertyMap, folder: string): Promise<string> {
  const { text, path, uri, assets } = asset;
  const hash = createHash("sha256");
  if (typeof text === "string") hash.update(text);
  else if (typeof path === "string") await addPath(hash, resolve(folder, path), "");
  else if (isMap(assets)) {
    for (const [name, inner] of Object.entries(assets).sort(([a], [b]) => (a < b ? -1 : 1)))
      hash.update(`${name}\0${isMap(inner) ? JSON.stringify(inner["hash"]) : ""}\0`);
  } else
    throw new Error(
      `An asset at ${JSON.stringify(uri)} is not supported: this engine reads assets from text and files.`,
    );
  return hash.digest("hex");
}

async function addPath(hash: ReturnType<typeof createHash>, path: string, name: string): Promise<void> {
  if (!(await stat(path)).isDirectory()) {
    hash.update(`${name}\0`).update(await readFile(path));
    return;
  }
  for (const entry of (await readdir(path)).sort())
    await addPath(hash, join(path, entry), `${name}/${entry}`);
}
