import { createHash } from "node:crypto";
import { fileURLToPath } from "node:url";
import type { ImageCommand, Images } from "local-aws";
import type { Outside } from "./config.ts";

/**
 * What stands for the inner hub's port in the wrapped command and its environment: only the wrapper knows the port. It bears
 * the wrapper's mark: what is wrapped may be a wrapper itself, and has a port of its own to fill in.
 */
export const innerPort = (mark: string): string => `{inner-port:${mark}}`;
/** What stands for the inner hub's config file, in the same way. */
export const innerConfig = (mark: string): string => `{inner-config:${mark}}`;

const namesake = (reference: string) =>
  `rehearsal/faulty/${reference
    .replace(/@sha256:.*$/, "")
    .replaceAll(/[^a-z0-9._-]/gi, "-")
    .toLowerCase()}`;

/** Tells an image with faults in front of it from all others; the same for the same faults. */
const markOf = (reference: string, faults: Outside): string =>
  createHash("sha256")
    .update(`${reference} ${JSON.stringify(faults)}`)
    .digest("hex")
    .slice(0, 8);

/** Whether an image is this one, with faults in front of it or without. */
export function isOrWraps(image: string, reference: string): boolean {
  return image === reference || image.startsWith(`${namesake(reference)}:`);
}

/** The image that runs another one behind a small proxy which spoils its answers. Needs `{port}` in its command or its `env`. */
function faultyImage(image: ImageCommand, faults: Outside, mark: string): ImageCommand {
  const forInner = (text: string) =>
    text.replaceAll("{port}", innerPort(mark)).replaceAll("{config}", innerConfig(mark));
  const env = Object.entries(image.env ?? {}).map(([name, value]) => [name, forInner(value)]);
  const wrapper = fileURLToPath(new URL("./main.ts", import.meta.url));
  const own = ["--mark", mark, "--port", "{port}", "--config", "{config}"];
  const spoilt = ["--faults", JSON.stringify(faults)];
  const command = [process.execPath, wrapper, ...own, ...spoilt, "--", ...image.command.map(forInner)];
  return { ...image, command, env: Object.fromEntries(env) as Record<string, string> };
}

/** Makes an image of `images`, spoiled. Throws when it is not among them. */
export function withFaulty(
  images: Images,
  reference: string,
  faults: Outside,
): { reference: string; image: ImageCommand } {
  const image = images[reference];
  if (!image) throw new Error(`image ${reference} is not in the images file`);
  const mark = markOf(reference, faults);
  return { reference: `${namesake(reference)}:${mark}`, image: faultyImage(image, faults, mark) };
}
