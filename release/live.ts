import { type Colour, other } from "../domain/colour.ts";
import { isoToTheSecond } from "../domain/iso.ts";
import type { SwitchRecord } from "../domain/record.ts";
import { UsageError } from "../domain/usage-error.ts";
import { describeWeights } from "../domain/weight.ts";
import { originOf } from "../infra/origin.ts";
import { releaseNameOf } from "../infra/release.ts";
import type { StackConfig } from "../infra/stack-file.ts";

/** The colour that a stack's config gives all of the traffic to. Throws UsageError for one that is between two releases. */
export function liveByConfig({ config: { greenWeight }, place: { stack } }: StackConfig): Colour {
  if (greenWeight === 0) return "blue";
  if (greenWeight === 100) return "green";
  throw new UsageError(
    `Stack ${stack} is between two releases: its greenWeight is ${greenWeight}. Take one of them first`,
    `pulumi config set greenWeight 100 -s ${stack} && pulumi up -s ${stack}`,
  );
}

/**
 * The live colour, once the account shows that it serves everybody with the very release that the config asks for. Throws
 * UsageError that says what is in the way.
 */
export function servingWhole(of: StackConfig, record: SwitchRecord | null): Colour {
  const { stack } = of.place;
  const live = liveByConfig(of);
  const status = `npm run status -- --stack ${stack}`;
  if (record === null)
    throw new UsageError(`Stack ${stack} was never deployed: nothing serves there.`, `pulumi up -s ${stack}`);
  const why = whyNotWhole(of, record, live);
  if (why !== null) throw new UsageError(`Stack ${stack} ${why}.`, status);
  return live;
}

function whyNotWhole({ config }: StackConfig, record: SwitchRecord, live: Colour): string | null {
  if (record.rollout !== null) return `is in the middle of the rollout ${record.rollout.id}`;
  if (record.weights[live] !== 100 || record.live !== live)
    return `asks for ${live} in its file, and ${record.live} is live there (${describeWeights(record.weights)})`;
  const { release, origin } = record.slots[live];
  const asked = releaseNameOf(config, live);
  // While settings of the stack change a colour that serves keeps its release: its own keys are what tells.
  if (release === asked || origin?.own === originOf(config, live).own) return null;
  return `serves release ${release}, and its file asks for ${asked} in ${live}: it was not deployed as it stands`;
}

/** The colour of a stack that nobody is served by, and what there is to know before it is changed. */
export interface Idle {
  readonly colour: Colour;
  readonly notes: readonly string[];
}

/**
 * The idle colour of a stack. @param record undefined: the account was not asked; null: nothing was ever deployed. Throws
 * UsageError where the idle colour has weight, or may be given some.
 */
export function idleOf(of: StackConfig, record: SwitchRecord | null | undefined, now: number): Idle {
  const { stack } = of.place;
  const colour = other(liveByConfig(of));
  if (record === undefined) return { colour, notes: [`the account of ${stack} was not asked (--offline)`] };
  if (record === null) return { colour, notes: [`stack ${stack} was never deployed: nothing is live there`] };
  const status = `npm run status -- --stack ${stack}`;
  if (record.rollout !== null)
    throw new UsageError(`Stack ${stack} is in the middle of the rollout ${record.rollout.id}`, status);
  if (record.live === colour || record.weights[colour] > 0)
    throw new UsageError(
      `${colour} of stack ${stack} serves users (${describeWeights(record.weights)}), although its file gives it no weight: set greenWeight to what is live.`,
      `pulumi config set greenWeight ${record.live === "green" ? 100 : 0} -s ${stack}`,
    );
  const { previous } = record;
  const window = previous !== null && previous.colour === colour && previous.until > now;
  return {
    colour,
    notes: window
      ? [
          `${colour} is what a rollback of ${stack} goes back to until ${isoToTheSecond(previous.until)}: an up that changes it is refused before`,
        ]
      : [],
  };
}
