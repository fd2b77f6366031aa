import { canonicalJson } from "../infra/canonical.ts";
import type { SlotConfig } from "../infra/config.ts";

/**
 * Keys of a colour that go from one stack to the next with the release: what the image is, is built for and is told. The others are
 * a stack's own: how many tasks of which size, and the name of its registry's secret.
 */
export const releasedKeys = ["image", "architecture", "hubConfig", "environment"] as const;
/** A key that goes along with the release. */
export type ReleasedKey = (typeof releasedKeys)[number];

/** The digest of an image reference, `sha256:…`; null: it names none. */
export const digestOf = (image: string): string | null => /@(sha256:[0-9a-f]{64})$/.exec(image)?.[1] ?? null;

/** Where an image lies: its reference without tag and digest. */
export const repositoryOf = (image: string): string => image.replace(/@.*$/, "").replace(/:[^/:]*$/, "");

/** What two stacks that run the same release have in common. The image's repository is a place, and no part of it. */
export function releasedOf(slot: SlotConfig): string {
  const { image, architecture, hubConfig, environment } = slot;
  return canonicalJson({ digest: digestOf(image) ?? image, architecture, hubConfig, environment });
}
