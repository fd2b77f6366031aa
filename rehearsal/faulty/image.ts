import { createHash } from "node:crypto";
import { fileURLToPath } from "node:url";
import type { ImageCommand, Images } from "../aws/tasks/index.ts";
import type { OutsideFaults } from "./fault.ts";

/** In the wrapped command these stand for the inner hub's port and config file, which only the wrapper knows. */
export const innerPort = "{inner-port}";
export const innerConfig = "{inner-config}";

/** Reference of an image with faults in front of it; the same for the same faults. */
export function faultyReference(reference: string, faults: Partial<OutsideFaults>): string {
  const name = reference
    .replace(/@sha256:.*$/, "")
    .replaceAll(/[^a-z0-9._-]/gi, "-")
    .toLowerCase();
  const mark = createHash("sha256")
    .update(`${reference} ${JSON.stringify(faults)}`)
    .digest("hex")
    .slice(0, 8);
  return `rehearsal/faulty/${name}:${mark}`;
}

/** The image that runs another one behind a small proxy which spoils its answers. Needs `{port}` in its command. */
export function faultyImage(image: ImageCommand, faults: Partial<OutsideFaults>): ImageCommand {
  const inner = image.command.map((word) =>
    word.replaceAll("{port}", innerPort).replaceAll("{config}", innerConfig),
  );
  const wrapper = fileURLToPath(new URL("./main.ts", import.meta.url));
  const own = ["--port", "{port}", "--config", "{config}", "--faults", JSON.stringify(faults)];
  return { ...image, command: [process.execPath, wrapper, ...own, "--", ...inner] };
}

/** Makes an image of `images`, spoiled. Throws when it is not among them. */
export function withFaulty(
  images: Images,
  reference: string,
  faults: Partial<OutsideFaults>,
): { reference: string; image: ImageCommand } {
  const image = images[reference];
  if (!image) throw new Error(`image ${reference} is not in the images file`);
  return { reference: faultyReference(reference, faults), image: faultyImage(image, faults) };
}
