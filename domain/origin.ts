import { z } from "zod";

const byKey = z.record(z.string(), z.string());

/** What a slot's release is made from, beside its name: it says whether the release can stay as it is while the stack's settings change. */
export const origin = z.strictObject({
  /** A hash over what the colour's own keys of the config start a deployment with. */
  own: z.string(),
  /** Settings that both colours have at once, by config key: neither can keep a former one. */
  shared: byKey,
  /** Settings that the balancer and the target groups are made from, by config key: AWS makes new ones for a change. */
  ground: byKey,
  /** What its tasks cannot start without: images, secrets in the config's words for them, and keys that the config names besides. */
  images: z.array(z.string()),
  secrets: z.array(z.string()),
  kmsKeys: z.array(z.string()),
});
/** What a slot's release is made from, parsed. */
export type Origin = z.infer<typeof origin>;

/** Values of settings that changed, by key; what is not known of either is no change. */
export function changesOf(
  was: Readonly<Record<string, string>>,
  is: Readonly<Record<string, string>>,
): { readonly key: string; readonly was: string; readonly is: string }[] {
  return Object.entries(is).flatMap(([key, value]) => {
    const before = was[key];
    return before === undefined || before === value ? [] : [{ key, was: before, is: value }];
  });
}
