import { perColour } from "../domain/colour.ts";
import type { SwitchRequest } from "../domain/request.ts";
import { slotAlarms } from "./alarms.ts";
import type { HubConfig } from "./config.ts";
import { originOf } from "./origin.ts";
import type { Place } from "./read.ts";
import { releaseNameOf } from "./release.ts";
import { namesOf, slotLogGroup } from "./stack-names.ts";

/** What the switch is asked before anything is touched. All of it is known in every preview. */
export function switchRequestOf(config: HubConfig, place: Place): SwitchRequest {
  const { region, profile, stack } = place;
  const names = namesOf(place);
  return {
    region,
    ...(profile === undefined ? {} : { profile }),
    table: names.table,
    stack,
    greenWeight: config.greenWeight,
    releases: perColour((colour) => releaseNameOf(config, colour)),
    origins: perColour((colour) => originOf(config, colour)),
    plan: config.rollout,
    question: {
      alarms: perColour((colour) =>
        slotAlarms({ prefix: names.prefix, namespace: "" }, colour, config.thresholds).map(
          ({ name }) => name,
        ),
      ),
      commands: config.commands,
      logErrorPatterns: config.hub.logErrorPatterns,
      logGroups: perColour((colour) => slotLogGroup(place, colour)),
      thresholds: config.thresholds,
    },
  };
}
