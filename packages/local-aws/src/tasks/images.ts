import { readFile, stat } from "node:fs/promises";
import { dirname, resolve } from "node:path";
import { z } from "zod";
import type { Images } from "./types.ts";

/** An images file that cannot be used; the message names the file and everything that is wrong with it. */
export class UnusableImages extends Error {
  override readonly name = "UnusableImages";
}

/** Words in braces that nothing is known of; those of a shell's `${NAME}` are its own. */
const unknownPlaceholder = /(?<!\$)\{(?!port\}|config\})[A-Za-z][\w-]*\}/;

/** A text in which `{port}` and `{config}` are filled in. */
const filled = z.string().superRefine((text, context) => {
  const [unknown] = unknownPlaceholder.exec(text) ?? [];
  if (unknown !== undefined)
    context.addIssue({
      code: "custom",
      message: `there is no placeholder ${unknown}; there are {port} and {config}`,
    });
});

const imageCommand = z.strictObject({
  command: z
    .array(filled)
    .min(1, "a command has at least one word")
    .describe('Words of the command, as in ["node", "hub.js", "--port", "{port}", "--config", "{config}"].'),
  cwd: z.string().min(1).optional().describe("Where it runs; relative to the images file."),
  env: z.record(z.string(), filled).optional().describe("Environment below the container's own."),
});

const images = z
  .record(z.string().min(1, "an image reference is not empty"), imageCommand)
  .refine((all) => Object.keys(all).length > 0, "names no image at all");

/** Reads an images file. Throws UnusableImages, which names the file and every problem in it, each with its path. */
export async function loadImages(path: string): Promise<Images> {
  const text = await readFile(path, "utf8").catch((error: NodeJS.ErrnoException) => {
    const why = error.code === "ENOENT" ? "there is no such file" : error.message;
    throw new UnusableImages(`images file ${path}: ${why}`, { cause: error });
  });
  const found = parseImages(text, path);
  const lost = await lostFolders(found);
  if (lost.length > 0) throw new UnusableImages(`images file ${path} is not usable:\n${lost.join("\n")}`);
  return found;
}

/** Folders that commands are to run in and that are none: a start there would blame the program. */
async function lostFolders(found: Images): Promise<string[]> {
  const looks = Object.entries(found).map(async ([reference, { cwd = "." }]) => {
    const there = await stat(cwd).catch(() => null);
    return there?.isDirectory() === true ? [] : [`  ${at([reference, "cwd"])}there is no folder ${cwd}`];
  });
  return (await Promise.all(looks)).flat();
}

/** Reads the text of an images file; `path` names it in errors, and its folder is what each `cwd` is relative to. */
export function parseImages(text: string, path: string): Images {
  const parsed = images.safeParse(parseJson(text, path));
  if (!parsed.success) {
    const problems = parsed.error.issues.map((issue) => `  ${at(issue.path)}${issue.message}`);
    throw new UnusableImages(
      `images file ${path} is not usable:\n${problems.join("\n")}\n` +
        'It maps image references to commands: {"hub/sample:1": {"command": ["node", "hub.js", "--port", "{port}", "--config", "{config}"]}}',
    );
  }
  const base = dirname(resolve(path));
  return Object.fromEntries(
    Object.entries(parsed.data).map(([reference, image]) => [
      reference,
      { ...image, cwd: resolve(base, image.cwd ?? ".") },
    ]),
  );
}

function parseJson(text: string, path: string): unknown {
  try {
    return JSON.parse(text.replace(/^\ufeff/, "")); // some editors begin a file so
  } catch (error) {
    throw new UnusableImages(`images file ${path} is not JSON: ${(error as Error).message}`, {
      cause: error,
    });
  }
}

/** `["hub/sample:1"].command[2]: ` */
function at(path: readonly PropertyKey[]): string {
  if (path.length === 0) return "";
  const steps = path.map((step) =>
    typeof step === "number"
      ? `[${step}]`
      : /^[A-Za-z_]\w*$/.test(String(step))
        ? `.${String(step)}`
        : `[${JSON.stringify(step)}]`,
  );
  return `${steps.join("").replace(/^\./, "")}: `;
}
