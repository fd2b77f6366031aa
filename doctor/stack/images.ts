import { ECRClient, GetAuthorizationTokenCommand } from "@aws-sdk/client-ecr";
import { colours } from "../../domain/colour.ts";
import { type HubConfig, slotOf } from "../../infra/config.ts";
import { type Reach, whyNot } from "./account.ts";
import { type Finding, mend, ok, unknown } from "./finding.ts";
import { type Fetch, type ImageRef, imageRef, lookAtImage } from "./registry.ts";

/** An image that the config names, with every key that does. */
interface NamedImage {
  readonly image: string;
  readonly keys: readonly string[];
  /** What it has to be built for: `ARM64`. */
  readonly architectures: ReadonlySet<keyof typeof platforms>;
  /** Whether ECS opens its registry with a secret, whose value is nobody's business here. */
  readonly withSecret: boolean;
}

/** The platform in OCI's words by ECS's word for the architecture. */
const platforms = { ARM64: "linux/arm64", X86_64: "linux/amd64" } as const;
/** A repository of ECR: its account and region are in the name (Amazon ECR, registry URL). */
const ecr = /^(\d{12})\.dkr\.ecr\.([a-z0-9-]+)\.amazonaws\.com(\.cn)?$/;

/** Each image: whether it can be pulled, and is built for what its tasks run on. @param account null: ECR cannot be asked */
export async function lookAtImages(
  config: HubConfig,
  reach: Reach,
  account: string | null,
  fetch: Fetch,
): Promise<Finding[]> {
  return Promise.all(imagesOf(config).map((named) => lookAt(named, reach, account, fetch)));
}

async function lookAt(
  named: NamedImage,
  reach: Reach,
  account: string | null,
  fetch: Fetch,
): Promise<Finding> {
  const { image, keys } = named;
  const about = "image";
  const where = `${keys.map((key) => `hub:${key}`).join(" and ")}: ${shortDigest(image)}`;
  const ref = imageRef(image);
  const own = ecr.exec(ref.registry);
  if (named.withSecret)
    return unknown(about, `${where} is behind registryCredentials, whose value is read by ECS alone`);
  if (own && account === null) return unknown(about, `${where} is in ECR, which asks for credentials`);
  let login: string | null = null;
  try {
    login = own && (await loginOf({ ...reach, region: own[2] ?? reach.region }));
  } catch (error) {
    return unknown(about, `${where}: ${whyNot(error)}`);
  }
  const looked = await lookAtImage(ref, fetch, login);
  if ("why" in looked) return unknown(about, `${where}: ${ref.registry} could not be asked: ${looked.why}`);
  if ("missing" in looked)
    return mend(about, `${where}: ${ref.registry} has none such (${looked.missing}). ${pushing(ref)}`);
  if ("closed" in looked) return mend(about, `${where}: ${closedWords(ref, own !== null, looked.closed)}`);
  const lacks = [...named.architectures].filter((of) => !looked.platforms.includes(platforms[of]));
  const built = looked.platforms.join(", ") || "nothing that it names";
  return lacks.length === 0
    ? ok(about, `${where} is there, for ${built}`)
    : mend(
        about,
        `${where} is built for ${built}, and its tasks run on ${lacks.join(" and ")}. ${rebuild(named)}`,
      );
}

/** An image's name with the beginning of its digest: enough to be found in the config. */
const shortDigest = (image: string): string => image.replace(/(@sha256:[0-9a-f]{12})[0-9a-f]{52}$/, "$1…");

/** What a person can do about an image that is not there. */
const pushing = ({ registry, repository, reference }: ImageRef): string =>
  `Push it, or correct its name: docker buildx imagetools inspect ${registry}/${repository}${reference.includes(":") ? "@" : ":"}${reference}`;

const closedWords = ({ registry, repository }: ImageRef, isEcr: boolean, status: string): string =>
  isEcr
    ? `${registry} does not let you read it (${status}). Let its repository's policy allow this account: aws ecr get-repository-policy --repository-name ${repository}`
    : `${registry} shows it to nobody without a login (${status}), or has none such. Make the package public, copy it to ECR, or name a secret with a login: registryCredentials`;

/** What to type about the architecture: a slot may run on the other one, and the sidecar goes where its slots do. */
function rebuild({ keys, architectures }: NamedImage): string {
  const slots = keys.filter((key) => !key.startsWith("sidecar."));
  const [only] = architectures;
  const other = only === "ARM64" ? "X86_64" : "ARM64";
  const platform = [...architectures].map((of) => platforms[of]).join(",");
  const build = `it with: docker buildx build --platform ${platform} --push …`;
  if (slots.length === 0 || architectures.size > 1) return `Build ${build}`;
  const written = slots.map((key) => key.replace(".image", `.architecture: ${other}`));
  return `Write ${written.join(" and ")}, or build ${build}`;
}

/** Name and password for one account's registries; both are ECR's own, and end by themselves. */
async function loginOf(reach: Reach): Promise<string | null> {
  const client = new ECRClient(reach);
  try {
    const { authorizationData = [] } = await client.send(new GetAuthorizationTokenCommand({}));
    const token = authorizationData[0]?.authorizationToken;
    return token === undefined ? null : Buffer.from(token, "base64").toString();
  } finally {
    client.destroy();
  }
}

/** Each image once. */
function imagesOf(config: HubConfig): NamedImage[] {
  const slots = colours.map((colour) => ({ colour, slot: slotOf(config, colour) }));
  const said = [
    ...slots.flatMap(({ colour, slot }) =>
      config[colour] === undefined ? [] : [{ ...slot, key: `${colour}.image`, on: [slot.architecture] }],
    ),
    ...(config.sidecar.enabled
      ? [{ ...config.sidecar, key: "sidecar.image", on: slots.map(({ slot }) => slot.architecture) }]
      : []),
  ];
  return [...Map.groupBy(said, ({ image }) => image)].map(([image, of]) => ({
    image,
    keys: of.map(({ key }) => key),
    architectures: new Set(of.flatMap(({ on }) => on)),
    withSecret: of.some(({ registryCredentials }) => registryCredentials !== undefined),
  }));
}
