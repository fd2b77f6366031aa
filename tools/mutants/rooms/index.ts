import type { Mutant, RoomMutant } from "../mutant.ts";
import { checks } from "./checks.ts";
import { commands } from "./commands.ts";
import { domain } from "./domain.ts";
import { guardian } from "./guardian.ts";
import { infra } from "./infra.ts";
import { packages } from "./packages.ts";
import { plan } from "./plan.ts";
import { policy } from "./policy.ts";
import { rehearsal } from "./rehearsal.ts";
import { release } from "./release.ts";
import { sidecar } from "./sidecar.ts";

/** The rooms and their mutants. What the simulation finds of the rollout is in `tests/rollout/mutants`. */
export const rooms: Readonly<Record<string, readonly Mutant[]>> = {
  domain,
  checks,
  commands,
  guardian,
  policy,
  plan,
  release,
  infra,
  sidecar,
  packages,
  rehearsal,
};

/** Every mutant of these rooms, in the order of the rooms. */
export const mutantsOf = (names: readonly string[]): RoomMutant[] =>
  names.flatMap((room) => (rooms[room] ?? []).map((mutant) => ({ ...mutant, room })));
