import type { Random } from "local-aws/random";
import type { Colour } from "../domain/colour.ts";
import { type AlarmKind, alarmKinds } from "../rollout/guardian/guarding.ts";

/** What people, machines and the weather do in a run. `weight` is the idle colour's. */
export type Action = { readonly key: string; readonly atMs: number } & (
  | { readonly kind: "deploy" | "weigh" | "hand-edit"; readonly weight: number }
  | { readonly kind: "repeat" | "cancel" | "rollback" | "abort" | "destroy-rule" | "refresh" | "calm" }
  | { readonly kind: "approve" | "turn-down" | "kill" }
  | { readonly kind: "foreign" | "swap-tasks"; readonly forMs: number }
  | { readonly kind: "alarm"; readonly alarm: AlarmKind; readonly lateMs: number }
  | { readonly kind: "sick"; readonly colour: Colour; readonly healthy: number; readonly forMs: number }
  | { readonly kind: "starts-fail"; readonly colour: Colour; readonly forMs: number }
  | { readonly kind: "outage"; readonly of: Part; readonly forMs: number }
  | { readonly kind: "throttling"; readonly share: number; readonly forMs: number }
);

/** Parts of the account that may answer nothing but errors for a while. */
const parts = ["rule", "modify", "modify", "record", "capacity", "traffic"] as const;
/** A part of a script that a shrunk run may go without. */
export type Part = (typeof parts)[number];

const weights = [0, 5, 25, 50, 60, 100, 100, 100] as const;
/** Kinds of actions, as often as they come. */
const kinds: readonly Action["kind"][] = [
  ...Array.from({ length: 4 }, () => ["deploy", "weigh", "repeat"] as const).flat(),
  ...(["cancel", "rollback", "abort", "refresh", "calm", "outage"] as const).flatMap((kind) => [kind, kind]),
  ...(["hand-edit", "foreign", "swap-tasks", "destroy-rule", "alarm", "alarm"] as const),
  ...(["sick", "starts-fail", "throttling", "outage"] as const),
];

/** A first deployment and up to eight more actions, some minutes apart or nearly at once. */
export function script(random: Random, leftOut: ReadonlySet<string>): { actions: Action[]; endMs: number } {
  const actions: Action[] = [
    { key: "0:weigh", atMs: 0, kind: "weigh", weight: 0 },
    { key: "1:deploy", atMs: 60_000, kind: "deploy", weight: 100 },
  ];
  let atMs = 60_000;
  const count = random.whole(1, 7);
  for (let n = 2; n < 2 + count; n++) {
    atMs += random.chance(0.45) ? random.whole(0, 8_000) : random.whole(5_000, 300_000);
    actions.push(action(random, n, atMs));
  }
  return { actions: actions.filter(({ key }) => !leftOut.has(key)), endMs: atMs + 300_000 };
}

function action(random: Random, n: number, atMs: number): Action {
  const kind = random.pick(kinds);
  const is = { key: `${n}:${kind}`, atMs };
  const colour = () => (random.chance(0.5) ? ("blue" as const) : ("green" as const));
  switch (kind) {
    case "deploy":
    case "weigh":
      return { ...is, kind, weight: random.pick(weights) };
    case "hand-edit":
      return { ...is, kind, weight: random.whole(0, 100) };
    case "foreign":
    case "swap-tasks":
      return { ...is, kind, forMs: random.whole(30_000, 300_000) };
    case "alarm":
      return { ...is, kind, alarm: random.pick(alarmKinds), lateMs: random.whole(0, 240_000) };
    case "sick":
      return {
        ...is,
        kind,
        colour: colour(),
        healthy: random.whole(0, 1),
        forMs: random.whole(10_000, 300_000),
      };
    case "starts-fail":
      return { ...is, kind, colour: colour(), forMs: random.whole(60_000, 300_000) };
    case "outage":
      return { ...is, kind, of: random.pick(parts), forMs: random.whole(5_000, 150_000) };
    case "throttling":
      return { ...is, kind, share: random.pick([0.3, 0.5, 0.8]), forMs: random.whole(20_000, 240_000) };
    default:
      return { ...is, kind };
  }
}
