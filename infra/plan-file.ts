import { mkdir, writeFile } from "node:fs/promises";
import { dirname, extname, join, resolve } from "node:path";
import * as pulumi from "@pulumi/pulumi";
import type { PlanDocument } from "../plan/document.ts";
import { type PlanFormat, formatPlan } from "../plan/format.ts";

/** Relative paths of the stack config begin where Pulumi.yaml stands, whatever folder the program is run in. */
const projectFolder = join(import.meta.dirname, "..");

/**
 * Writes a preview's plan where the config says: JSON or text by the file's ending, Markdown otherwise. Throws pulumi.RunError where
 * it cannot be written: a preview that people wait for a comment of must not seem well.
 */
export async function keepPlan(file: string | undefined, plan: PlanDocument): Promise<void> {
  if (file === undefined) return;
  const path = resolve(projectFolder, file);
  try {
    await mkdir(dirname(path), { recursive: true });
    await writeFile(path, formatPlan(plan, formatOf(path)));
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    throw new pulumi.RunError(
      `hub:previewFile: the plan cannot be written to ${path} (${code ?? message}). Name a file that can be, or leave the key out.`,
    );
  }
}

function formatOf(path: string): PlanFormat {
  const formats: Readonly<Record<string, PlanFormat>> = { ".json": "json", ".txt": "text" };
  return formats[extname(path)] ?? "markdown";
}
