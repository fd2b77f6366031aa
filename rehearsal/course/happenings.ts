import type { Colour } from "../../domain/colour.ts";
import type { RolloutEvent, Verdict } from "../../rollout/run/ports.ts";
import { describeEvent } from "../../rollout/run/words.ts";
import type { EvidenceRecord } from "../scenarios/evidence.ts";
import type { Takeover } from "./watch-moves.ts";

/** Something that happened, in words, and when. */
export interface Happening {
  /** Milliseconds since the scenario began. */
  readonly at: number;
  /** `told`: by the scenario itself. `taken-over`: by a person's command or the guardian. Any other: a kind of the evidence. */
  readonly kind: "told" | "taken-over" | "asked" | RolloutEvent["kind"];
  /** The evidence that it stands in, by rollout and line; null: it is no line of evidence. */
  readonly record: Pick<EvidenceRecord, "rollout" | "seq"> | null;
  readonly text: string;
  /** Of a verdict, and of a bake: whose, and at which weight. */
  readonly colour?: Colour;
  readonly weight?: number;
  readonly verdict?: Verdict;
}

/** A line of a scenario's own story. */
export interface Told {
  /** Milliseconds since 1970. */
  readonly at: number;
  readonly text: string;
}

/** Kinds of lines that tell of the evidence's inside, or that stand elsewhere: how checks read is a table of its own. */
const left: readonly string[] = ["moved", "reading", "gate", "report"];

/** What happened in a scenario, oldest first: its own story, each line of evidence but the readings, and who took over. */
export function happeningsOf(
  {
    told,
    records,
    takeovers,
  }: {
    readonly told: readonly Told[];
    readonly records: readonly EvidenceRecord[];
    readonly takeovers: readonly Takeover[];
  },
  startedAt: number,
): Happening[] {
  return [
    ...told.map(({ at, text }): Happening => ({ at, kind: "told", record: null, text })),
    ...takeovers.map(({ at, who, why }): Happening => ({
      at,
      kind: "taken-over",
      record: null,
      text: `${who}: ${why}`,
    })),
    ...records.filter(({ kind }) => !left.includes(kind)).map(fromRecord),
  ]
    .map((one) => ({ ...one, at: Math.max(0, one.at - startedAt) }))
    .toSorted((a, b) => a.at - b.at);
}

function fromRecord({ at, kind, body, rollout, seq }: EvidenceRecord): Happening {
  const record = { rollout, seq };
  if (kind === "asked") return { at, kind, record, text: String(body["text"]) };
  // Every other line is an event of the rollout, written down as it was told.
  const event = { ...body, kind } as RolloutEvent;
  const { text } = describeEvent(event);
  const whose = "weight" in event ? { colour: event.colour, weight: event.weight } : {};
  const verdict = event.kind === "judged" ? { verdict: event.judgement.verdict } : {};
  return { at, kind: event.kind, record, text, ...whose, ...verdict };
}
