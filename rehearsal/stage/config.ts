import { defaultVpc, type Images } from "local-aws";
import { type Pace, usualPace } from "../pace.ts";

/** The image reference of the sample hub. */
export const sampleImage = "bluegreen-hub/sample-hub:1";
const sidecarImage = "bluegreen-hub/sidecar:rehearsal";
/** The name of the secret that sidecars sign with. */
export const signingSecret = "hub/signing";

/** How Node is told to start the sidecar, as in its image (sidecar/Dockerfile says why). */
export const sidecarFlags: readonly string[] = ["--max-semi-space-size=16"];

/** Commands of the sample hub and the sidecar, run from the repository's folder. */
export function sampleImages(repository: string): Images {
  return {
    [sampleImage]: {
      command: ["node", "rehearsal/hub/main.ts", "--port", "{port}", "--config", "{config}"],
      cwd: repository,
    },
    [sidecarImage]: { command: ["node", ...sidecarFlags, "sidecar/main.ts"], cwd: repository },
  };
}

/** Images of a stack's config that nothing here can start: the sample hub stands in for a hub, and this sidecar for its own. */
export function withStandIns(
  images: Images,
  config: Readonly<Record<string, unknown>>,
): { images: Images; standsInFor: string[] } {
  const imageAt = (key: string) => (config[key] as { image?: string } | undefined)?.image;
  const missing = (image: string | undefined): image is string =>
    image !== undefined && images[image] === undefined;
  const hubs = [...new Set([imageAt("blue"), imageAt("green")])].filter(missing);
  const sidecars = [imageAt("sidecar")].filter(missing);
  const all = {
    ...images,
    ...Object.fromEntries(hubs.map((image) => [image, images[sampleImage]])),
    ...Object.fromEntries(sidecars.map((image) => [image, images[sidecarImage]])),
  };
  return { images: all as Images, standsInFor: hubs };
}

/** How long a rehearsal holds a step: seconds instead of minutes. */
export const rehearsalBake = (pace: Pace = usualPace) => seconds(4, pace);
/** Steps of a rehearsal with these weights. */
export const rehearsalSteps = (weights: readonly number[], pace: Pace) =>
  weights.map((weight) => ({ weight, bake: rehearsalBake(pace) }));
/** The default weights. */
const usualWeights = [5, 25, 50, 100];

const seconds = (count: number, pace: Pace) => `${count * pace}s`;

/**
 * Stack config of a rehearsal. It differs from a production stack's in places and times only: the account's own network,
 * a port of this machine, short bakes and frequent looks.
 * @param pace how many times as long everything takes that a rollout waits for
 */
export function rehearsalConfig(
  port: number,
  evidenceFolder: string,
  pace: Pace = usualPace,
): Record<string, unknown> {
  return {
    blue: { image: sampleImage, tasks: 1 },
    sidecar: { image: sidecarImage, signingSecret },
    network: {
      vpcId: defaultVpc.vpcId,
      publicSubnetIds: defaultVpc.subnets,
      privateSubnetIds: defaultVpc.subnets,
    },
    access: { port, cidrs: ["127.0.0.0/8"] },
    healthCheck: { intervalSeconds: 5, timeoutSeconds: 4, graceSeconds: 20 },
    evidence: { folder: evidenceFolder },
    rollout: {
      steps: rehearsalSteps(usualWeights, pace),
      extension: seconds(20, pace),
      proofTimeout: seconds(30, pace),
      scaleUpDeadline: seconds(60, pace),
      drainDeadline: seconds(20, pace),
      warmTime: seconds(20, pace),
    },
  };
}

/** Lays config over config: objects member by member, everything else whole. */
export function layConfig(
  under: Record<string, unknown>,
  over: Readonly<Record<string, unknown>>,
): Record<string, unknown> {
  const out = { ...under };
  for (const [key, value] of Object.entries(over)) {
    const below = out[key];
    out[key] = isObject(value) && isObject(below) ? layConfig(below, value) : value;
  }
  return out;
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
