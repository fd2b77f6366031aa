import { type Colour, colours } from "../../domain/colour.ts";
import type { SwitchRecord } from "../../domain/record.ts";
import type { Weights } from "../../domain/weight.ts";
import type { Stage } from "../stage/index.ts";

/** The weights that somebody gave the weighted rule, and when the balancer had accepted them, milliseconds since 1970. */
export interface WeightsSet {
  readonly at: number;
  readonly weights: Weights;
}

/** Somebody took the traffic over from whoever moved it: a person's command, or the guardian. */
export interface Takeover {
  /** Milliseconds since 1970. */
  readonly at: number;
  readonly who: string;
  readonly why: string;
  /** A rollout was under way, which nobody may have been driving any more. */
  readonly midRollout: boolean;
}

/** What moved the traffic, whoever did. */
export interface Moves {
  readonly set: readonly WeightsSet[];
  readonly takeovers: readonly Takeover[];
}

/** What of a rule's action is looked at. */
interface RuleCall {
  readonly Actions?: readonly {
    readonly ForwardConfig?: {
      readonly TargetGroups?: readonly { TargetGroupArn?: string; Weight?: number }[];
    };
  }[];
}

/** Keeps every change of the weights, and every takeover, as the account hears of them. */
export function watchMoves({ aws }: Pick<Stage, "aws">): Moves {
  const set: WeightsSet[] = [];
  const takeovers: Takeover[] = [];
  let underWay = false;
  aws.onCall(({ when, operation, error, input }) => {
    if (when !== "after" || error !== null) return;
    const weights = /^(?:Create|Modify)Rule$/.test(operation) ? weightsOf(input) : null;
    if (weights !== null) set.push({ at: Date.now(), weights });
    const record = operation === "PutItem" ? recordOf(input) : null;
    if (record === null) return;
    const { fencedBy, rollout } = record;
    if (fencedBy !== null && fencedBy.at !== takeovers.at(-1)?.at)
      takeovers.push({ ...fencedBy, midRollout: underWay });
    underWay = rollout !== null;
  });
  return { set, takeovers };
}

/** The weights of a rule that splits between the colours; null: it is another rule. */
function weightsOf({ Actions }: RuleCall): Weights | null {
  const groups = Actions?.[0]?.ForwardConfig?.TargetGroups ?? [];
  const given = (of: Colour) =>
    groups.find(({ TargetGroupArn }) => colourOfGroup(TargetGroupArn ?? null) === of)?.Weight;
  const [blue, green] = [given("blue"), given("green")];
  return blue === undefined || green === undefined ? null : { blue, green };
}

function recordOf(input: object): Pick<SwitchRecord, "fencedBy" | "rollout"> | null {
  const json = (input as { Item?: { json?: { S?: string } } }).Item?.json?.S;
  return json === undefined ? null : (JSON.parse(json) as SwitchRecord);
}

/** The colour that a target group's ARN begins its name with; null: neither. */
export function colourOfGroup(arn: string | null): Colour | null {
  return colours.find((colour) => arn?.includes(`:targetgroup/${colour}`)) ?? null;
}
