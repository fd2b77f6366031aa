import { hubDefaults } from "../../domain/hub.ts";
import type { Fault } from "../faults/cells.ts";
import { isOrWraps, withFaulty } from "../faulty/image.ts";
import { isOwn } from "../hub/faults.ts";
import { otherTool } from "../hub/tools.ts";
import { sampleImage } from "../stage/config.ts";
import type { Stage } from "../stage/index.ts";

type Config = Readonly<Record<string, unknown>>;

/** Green's release: the one the config names, or blue's image with a name of its own, and a config of its own for the sample hub. */
export function greenRelease(config: Config, hubConfig: Config = {}): { green: Config } {
  const blue = config["blue"] as Config;
  const given = config["green"] as Config | undefined;
  const green = { ...blue, ...given };
  if (!isOrWraps(String(green["image"]), sampleImage))
    return { green: given ?? { ...blue, environment: { ...(blue["environment"] as object), ...ownName } } };
  const own = { ...noFaults, ...(green["hubConfig"] as object | undefined), name: "green-hub", ...hubConfig };
  return { green: { ...green, hubConfig: own } };
}

/** Said although it is the default: config is laid over config, and the faults of the release before would stay. */
const noFaults = { faults: [] };

/** Makes a release of the same image a release of its own, in a way that no hub minds. */
const ownName = { REHEARSAL_RELEASE: "green" };

/**
 * The same with faults that any hub can be given: what the sample hub has itself, it does; all else is put in front.
 * @param release what gets them; left out: green's as it is, with the faults that it has
 */
export function faultyGreen(
  stage: Stage,
  faults: readonly Fault[],
  { green }: { readonly green: Config } = greenRelease(stage.config),
): { green: Config } {
  if (green["image"] === sampleImage && faults.every(isOwn))
    return greenRelease({ ...stage.config, green }, { faults });
  return { green: { ...green, image: spoiltImage(stage, String(green["image"]), faults) } };
}

/** Blue's release with faults in front of it, which is how green's then begins, too: an image that both run. */
export function faultyBlue(stage: Stage, faults: readonly Fault[]): { blue: Config } {
  const blue = stage.config["blue"] as Config;
  return { blue: { ...blue, image: spoiltImage(stage, String(blue["image"]), faults) } };
}

function spoiltImage(stage: Stage, image: string, faults: readonly Fault[]): string {
  const { tool } = (stage.config["hub"] ?? {}) as { tool?: string };
  const other = isOrWraps(image, sampleImage) ? otherTool : null;
  const outside = { tool: tool ?? hubDefaults.tool, otherTool: other, faults: [...faults] };
  return stage.addImage((images) => withFaulty(images, image, outside));
}
