import { colours } from "../domain/colour.ts";
import { type HubConfig, slotOf } from "./config.ts";
import { containersOf } from "./containers.ts";
import { secretRefsOf } from "./secret-names.ts";

/** Bytes that ECS takes of a task definition (Amazon ECS, service quotas). */
const mostBytes = 65_536;
/** What is not known before AWS is asked, at a usual length: names of groups and tables, ARNs. */
const usual = "x".repeat(100);

/** Task definitions that ECS would refuse for their length: config files are part of them. */
export function tooLong(config: HubConfig): string[] {
  return colours.flatMap((colour) => {
    if (config[colour] === undefined) return [];
    const slot = slotOf(config, colour);
    const text = JSON.stringify(
      containersOf(config, slot, {
        colour,
        release: usual,
        logGroup: usual,
        sidecarLogGroup: usual,
        region: usual,
        secretsFrom: Object.fromEntries(secretRefsOf(config).map((name) => [name, usual])),
        table: usual,
        stack: usual,
        namespace: usual,
      }),
    );
    const bytes = Buffer.byteLength(text);
    if (bytes <= mostBytes) return [];
    const own = Buffer.byteLength(JSON.stringify(slot.hubConfig));
    return [
      `${colour}'s task definition has about ${bytes} bytes, and ECS takes ${mostBytes}. Shorten ${colour}.hubConfig, which has ${own}, or put it into the image.`,
    ];
  });
}
