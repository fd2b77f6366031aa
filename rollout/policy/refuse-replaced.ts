import { colours } from "../../domain/colour.ts";
import { changesOf } from "../../domain/origin.ts";
import type { SwitchRecord } from "../../domain/record.ts";
import { type Refused, type Situation, refuse } from "./situation.ts";

/**
 * The refusal of settings that AWS takes for a new target group or balancer only: it would be made empty, and the rules would
 * forward to it at once. Whatever else is allowed, this is not.
 */
export function refuseReplaced(
  { request }: Pick<Situation, "request">,
  record: SwitchRecord,
): Refused | null {
  const { origins } = request;
  const changes = colours.flatMap((of) =>
    origins ? changesOf(record.slots[of].origin?.ground ?? {}, origins[of].ground) : [],
  );
  if (changes.length === 0) return null;
  const said = [...new Set(changes.map(({ key, was, is }) => `${key} from ${was} to ${is}`))].join(", ");
  const stack = record.inputs?.stack ?? "NAME";
  return refuse(
    "replaced-under-users",
    `This would change ${said}, and AWS makes target groups or balancer anew for that: users would get 503 from empty ones. Put it back. What needs it otherwise is a stack of its own: pulumi stack init OTHER, pulumi up, and once its clients are there pulumi destroy --stack ${stack}`,
  );
}
