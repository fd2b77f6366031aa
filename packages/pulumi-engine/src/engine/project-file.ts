import { readFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { parse } from "yaml";

/** Plugin folders, absolute, by package, that `plugins.providers` of the project's Pulumi.yaml names. */
export async function pluginFolders(projectFolder: string): Promise<Record<string, string>> {
  const file = join(projectFolder, "Pulumi.yaml");
  let text: string;
  try {
    text = await readFile(file, "utf8");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return {};
    throw error;
  }
  const project = parse(text) as { plugins?: { providers?: { name?: unknown; path?: unknown }[] } } | null;
  const entries = (project?.plugins?.providers ?? []).map(({ name, path }, index) => {
    if (typeof name !== "string" || typeof path !== "string")
      throw new Error(`${file}: plugins.providers[${index}] needs a name and a path, both text.`);
    return [name, resolve(projectFolder, path)] as const;
  });
  return Object.fromEntries(entries);
}
