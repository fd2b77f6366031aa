import { constants } from "node:fs";
import { access, stat, writeFile } from "node:fs/promises";
import { isAbsolute, join, relative, resolve } from "node:path";
import { stringify } from "yaml";
import { typedPath } from "../checks/cli/typed-path.ts";
import { UsageError } from "../domain/usage-error.ts";
import type { Fit } from "./found.ts";

/** How files are written. */
export interface WriteOptions {
  readonly folder: string;
  /** What starts the hub; null: nobody said it. */
  readonly command: readonly string[] | null;
  /** Whether files that are there are written over. */
  readonly force: boolean;
}

/** Files for a hub, by their paths from where the person stands. */
export interface Written {
  readonly config: string;
  readonly images: string;
}

/** What stands for the command that starts the hub until somebody writes it. */
const unknownCommand = ["node", "my-hub.js", "--port", "{port}"];

/** Throws a UsageError where the folder is none that files can be written into. */
export async function mayWrite(folder: string): Promise<void> {
  const there = await stat(folder).catch(() => null);
  if (there === null) throw new UsageError(`there is no folder ${folder}`, `mkdir -p ${folder}`);
  if (!there.isDirectory()) throw new UsageError(`--write ${folder}: that is a file; name a folder`);
  await access(folder, constants.W_OK).catch((error: NodeJS.ErrnoException) => {
    throw new UsageError(`--write ${folder}: it cannot be written to (${error.code})`, null, {
      cause: error,
    });
  });
}

/** Writes the stack config and the images file of a hub; both or none. Throws a UsageError where one is there. */
export async function writeFiles(fit: Fit, { folder, command, force }: WriteOptions): Promise<Written> {
  const written = {
    config: shown(join(folder, `Pulumi.${fit.name}.yaml`)),
    images: shown(join(folder, `images.${fit.name}.json`)),
  };
  const paths = Object.values(written);
  const there = await Promise.all(paths.map((path) => isThere(typedPath(path))));
  const taken = paths.filter((_, at) => there[at]);
  if (!force && taken.length > 0)
    throw new UsageError(
      `${taken.join(" and ")} ${taken.length === 1 ? "is" : "are"} there already, and nothing was written: ` +
        "name another folder, or write over with --force",
    );
  await writeFile(typedPath(written.config), configText(fit));
  await writeFile(typedPath(written.images), imagesText(fit, folder, command));
  return written;
}

/** Where the person stands. */
const standing = (): string => resolve(typedPath("."));

/** A path as the person would type it. */
const shown = (path: string): string => (isAbsolute(path) ? path : relative(standing(), resolve(path)));

const isThere = (path: string): Promise<boolean> =>
  stat(path).then(
    () => true,
    () => false,
  );

/** A stack's own config file. */
function configText({ name, config }: Fit): string {
  const keys = Object.entries(config).map(([key, value]) => [`hub:${key}`, value]);
  const file = { config: { "aws:region": "us-east-1", ...(Object.fromEntries(keys) as object) } };
  return (
    `# The hub ${name} as npm run doctor found it. images.${name}.json says how a rehearsal starts it.\n` +
    "# For a stack of your own: docs/aws.md. Every other key: docs/config.md.\n" +
    stringify(file)
  );
}

/** What starts the hub. @param folder where the file stands: a command runs from there on */
function imagesText({ image }: Fit, folder: string, command: readonly string[] | null): string {
  const cwd = isAbsolute(folder) ? standing() : relative(resolve(folder), standing()) || ".";
  const entry = { command: command ?? unknownCommand, cwd };
  return `${JSON.stringify({ [image]: entry }, null, 2)}\n`;
}
