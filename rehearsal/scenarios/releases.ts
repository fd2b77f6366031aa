import type { HubFaults } from "../hub/faults.ts";
import type { OutsideFaults } from "../faulty/fault.ts";
import { withFaulty } from "../faulty/image.ts";
import { sampleImage } from "../stage/config.ts";
import type { Stage } from "../stage/index.ts";

type Config = Readonly<Record<string, unknown>>;

/** Green's release: the one the config names, or blue's image with a config of its own, and faults of the sample hub. */
export function greenRelease(config: Config, faults: Partial<HubFaults> = {}): { green: Config } {
  const blue = config["blue"] as Config;
  const given = config["green"] as Config | undefined;
  const green = { ...blue, ...given };
  if (green["image"] !== sampleImage)
    return { green: given ?? { ...blue, environment: { ...(blue["environment"] as object), ...ownName } } };
  const spoiled = Object.keys(faults).length > 0 ? { faults } : {};
  const hubConfig = { ...(blue["hubConfig"] as object | undefined), name: "green-hub", ...spoiled };
  return {
    green: { ...blue, hubConfig, ...given, ...(Object.keys(faults).length > 0 ? { hubConfig } : {}) },
  };
}

/** Makes a release of the same image a release of its own, in a way that no hub minds. */
const ownName = { REHEARSAL_RELEASE: "green" };

/** The same with faults that any hub can be given: the sample hub has them itself, others get them put in front. */
export function faultyGreen(stage: Stage, faults: Partial<OutsideFaults>): { green: Config } {
  const { green } = greenRelease(stage.config, faults);
  if (green["image"] === sampleImage) return { green };
  const reference = stage.addImage((images) => withFaulty(images, String(green["image"]), faults));
  return { green: { ...green, image: reference } };
}
