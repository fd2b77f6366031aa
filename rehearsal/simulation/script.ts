import type { Colour } from "../../rollout/policy/colour.ts";
import type { Random } from "./random.ts";

/** What people, machines and the weather do in a run. `weight` is the idle colour's. */
export type Deed = { readonly key: string; readonly atMs: number } & (
  | { readonly kind: "deploy" | "weigh"; readonly weight: number }
  | { readonly kind: "hand-edit"; readonly weight: number }
  | {
      readonly kind:
        | "repeat"
        | "cancel"
        | "rollback"
        | "abort"
        | "destroy-rule"
        | "refresh"
        | "alarm"
        | "calm";
    }
  | { readonly kind: "sick"; readonly colour: Colour; readonly forMs: number }
  | { readonly kind: "outage"; readonly of: Part; readonly forMs: number }
);

/** Parts of the account that may answer nothing but errors for a while. */
export const parts = ["rule", "modify", "modify", "record", "capacity", "traffic"] as const;
export type Part = (typeof parts)[number];

const weights = [0, 5, 25, 50, 60, 100, 100, 100] as const;
const kinds = [
  "deploy",
  "deploy",
  "weigh",
  "weigh",
  "repeat",
  "repeat",
  "cancel",
  "rollback",
  "abort",
  "hand-edit",
  "destroy-rule",
  "refresh",
  "alarm",
  "calm",
  "sick",
  "outage",
  "outage",
] as const;
/** Deeds that would make most runs about them: they are drawn once more before they happen. */
const rare = new Set(["hand-edit", "destroy-rule", "sick", "alarm"]);

/** A first deployment and up to eight more deeds, some minutes apart or nearly at once. */
export function script(random: Random, leftOut: ReadonlySet<string>): { deeds: Deed[]; endMs: number } {
  const deeds: Deed[] = [
    { key: "0:weigh", atMs: 0, kind: "weigh", weight: 0 },
    { key: "1:deploy", atMs: 60_000, kind: "deploy", weight: 100 },
  ];
  let atMs = 60_000;
  const count = random.whole(1, 7);
  for (let n = 2; n < 2 + count; n++) {
    atMs += random.chance(0.45) ? random.whole(0, 8_000) : random.whole(5_000, 300_000);
    deeds.push(deed(random, n, atMs));
  }
  return { deeds: deeds.filter(({ key }) => !leftOut.has(key)), endMs: atMs + 300_000 };
}

function deed(random: Random, n: number, atMs: number): Deed {
  let kind = random.pick(kinds);
  if (rare.has(kind) && random.chance(0.5)) kind = "repeat";
  const key = `${n}:${kind}`;
  if (kind === "deploy" || kind === "weigh") return { key, atMs, kind, weight: random.pick(weights) };
  if (kind === "hand-edit") return { key, atMs, kind, weight: random.whole(0, 100) };
  if (kind === "sick")
    return {
      key,
      atMs,
      kind,
      colour: random.chance(0.5) ? "blue" : "green",
      forMs: random.whole(10_000, 300_000),
    };
  if (kind === "outage")
    return { key, atMs, kind, of: random.pick(parts), forMs: random.whole(5_000, 150_000) };
  return { key, atMs, kind };
}
