import * as pulumi from "@pulumi/pulumi";
import { type Colour, type PerColour, perColour } from "../domain/colour.ts";
import type { SwitchPreview } from "../domain/request.ts";
import type { HubConfig } from "./config.ts";
import { bundleGuardian } from "./guardian.ts";
import { type MadeBefore, findMadeBefore } from "./made-before.ts";
import type { Place } from "./read.ts";
import { releaseNameOf } from "./release.ts";
import { formerOf } from "./secret-names.ts";
import { type Asked, askSwitch } from "./switch-preview.ts";

/** What is known before anything is made. */
export interface Looked extends Asked, MadeBefore {
  /** Id of the account. */
  readonly account: pulumi.Output<string>;
  /** Releases that slots keep. */
  readonly kept: SwitchPreview["kept"];
  /** Releases that are replaced where sessions may be open. */
  readonly leaves: SwitchPreview["leaves"];
  /** Names of the releases that the config asks for, and of those that will run. */
  readonly asked: PerColour<string>;
  readonly releases: PerColour<string>;
  /** The colour that is live, or will be first. */
  readonly firstLive: Colour;
  /** The guardian's code. */
  readonly bundle: Promise<string>;
}

/**
 * Asks the switch, and looks for what a person has made: a refusal and a problem come before anything is touched. Throws
 * pulumi.RunError with them.
 */
export async function lookFirst(config: HubConfig, place: Place): Promise<Looked> {
  // Bundled while the switch is asked, which takes as long; where it is refused, nobody needs the bundle.
  const bundle = bundleGuardian();
  bundle.catch(() => undefined);
  const looking = findMadeBefore(config, place);
  looking.catch(() => undefined);
  const answer = await askSwitch(config, place);
  const { kept, leaves, live } = answer.preview;
  const asked = perColour((colour) => releaseNameOf(config, colour));
  const former = formerOf(config, kept);
  const found = await (former ? findMadeBefore(config, place, former) : looking);
  return {
    ...answer,
    ...found,
    account: pulumi.output(found.account),
    kept,
    leaves,
    asked,
    releases: perColour((colour) => kept[colour]?.release ?? asked[colour]),
    firstLive: live ?? (config.greenWeight === 100 ? "green" : "blue"),
    bundle,
  };
}
