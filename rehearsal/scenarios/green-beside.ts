import type { Load } from "../clients/load.ts";
import { lightLoad } from "./loads.ts";
import { greenRelease } from "./releases.ts";
import type { Play } from "./scenario.ts";

/**
 * The beginning of a drill: blue is live and has users, a light load, and green is deployed beside it at weight 0.
 * @param config changed with green's release: the steps that the drill wants
 */
export async function greenBeside(play: Play, config: Readonly<Record<string, unknown>> = {}): Promise<Load> {
  await play.mustUp("blue goes live");
  const load = await play.startLoad(lightLoad);
  await play.mustUp("green is deployed beside it", { ...greenRelease(play.stage.config), ...config });
  return load;
}
