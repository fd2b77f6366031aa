import { isAlias, isMap, visit } from "yaml";
import { type Colour, other } from "../domain/colour.ts";
import { UsageError } from "../domain/usage-error.ts";
import { canonicalJson } from "../infra/canonical.ts";
import { type SlotConfig, slotOf } from "../infra/config.ts";
import { type StackConfig, fileOf } from "../infra/stack-file.ts";
import { type ChangedLines, changedLines } from "./changed-lines.ts";
import { type ReleasedKey, digestOf, releasedKeys, repositoryOf } from "./released.ts";
import { nodeAt, plainText, withMember } from "./yaml-member.ts";

/** One of the two stacks: its file as text and as parsed, and the colour that the release is taken from or put into. */
export interface Side extends StackConfig {
  readonly text: string;
  readonly colour: Colour;
}

/** One key of the idle colour that another value is written to. */
interface Change extends ChangedLines {
  /** As the file has it, such as `hub:green.image`. */
  readonly path: string;
}

/** A stack file with a release of another stack in its idle colour. */
export interface Promotion {
  readonly text: string;
  /** None: the release is there already. */
  readonly changes: readonly Change[];
  readonly notes: readonly string[];
}

/**
 * Puts the release of a colour into the idle colour of another stack: the image's digest, what it is built for, its config and
 * environment. Every other byte of the file stays. Throws UsageError for an image without a digest.
 */
export function promote(from: Side, to: Side): Promotion {
  const source = slotOf(from.config, from.colour);
  const target = slotOf(to.config, to.colour);
  const image = imageFor(from, source, target);
  const wanted: Readonly<Record<ReleasedKey, unknown>> = { ...source, image };
  const colourKey = `${to.place.project}:${to.colour}`;
  const whole = to.config[to.colour] === undefined ? withColour(to) : to.text;
  const begun = changedLines(to.text, whole);
  const changes: Change[] = begun === null ? [] : [{ ...begun, path: colourKey }];
  let text = whole;
  for (const key of releasedKeys) {
    if (canonicalJson(wanted[key]) === canonicalJson(target[key])) continue;
    const value = key === "image" ? plainText(image) : styled(from, key, wanted[key]);
    const next = withMember(text, { of: ["config", colourKey], key, after: placeOf[key] }, value);
    const changed = changedLines(text, next);
    if (changed !== null) changes.push({ ...changed, path: `${colourKey}.${key}` });
    text = next;
  }
  return { text, changes, notes: movedRepository(source.image, target.image, to) };
}

/** A key that the file does not have yet is put after this one. */
const placeOf: Readonly<Record<ReleasedKey, string>> = {
  image: "image",
  architecture: "image",
  hubConfig: "image",
  environment: "hubConfig",
};

function imageFor({ place, colour }: Side, source: SlotConfig, target: SlotConfig): string {
  const digest = digestOf(source.image);
  if (digest === null)
    throw new UsageError(
      `${fileOf(place.stack)}: ${place.project}:${colour}.image is ${source.image}, a tag: by the time it is promoted it may be another image. Write its digest there (name@sha256:…)`,
      `docker buildx imagetools inspect ${source.image}`,
    );
  return `${repositoryOf(target.image)}@${digest}`;
}

function movedRepository(source: string, target: string, { place }: Side): string[] {
  const [was, is] = [repositoryOf(source), repositoryOf(target)];
  return was === is
    ? []
    : [
        `${place.stack} pulls from ${is}, and this digest was pulled from ${was}: it must be pushed there too`,
      ];
}

/** The file with a block for a colour that runs the other's release so far. */
function withColour({ text, place, colour }: Side): string {
  const [own, beside] = [colour, other(colour)].map((of) => `${place.project}:${of}`) as [string, string];
  return withMember(text, { of: ["config"], key: own, after: beside }, blockOf(text, ["config", beside]));
}

function blockOf(text: string, path: readonly string[]): unknown {
  const node = nodeAt(text, path);
  if (isMap(node)) return node.clone();
  throw new UsageError(`${path.join(".")} holds no keys on lines of their own: write it as a block`);
}

/** A value in the style in which its own file has it; what refers to other parts of that file is written out. */
function styled({ text, place, config, colour }: Side, key: ReleasedKey, value: unknown): unknown {
  const written = config[colour] === undefined ? other(colour) : colour;
  const node = nodeAt(text, ["config", `${place.project}:${written}`, key]);
  if (node === null) return value;
  let refers = false;
  visit(node, (_, one) => {
    refers ||= isAlias(one) || (typeof one === "object" && one !== null && "anchor" in one && !!one.anchor);
  });
  return refers || canonicalJson(node.toJSON()) !== canonicalJson(value) ? value : node.clone();
}
