import { z } from "zod";
import { commandLine } from "./command-line.ts";
import { formatDuration } from "./duration.ts";
import { isoToTheSecond } from "./iso.ts";
import { weight } from "./weight.ts";

/** What follows when nobody has answered in time. */
const otherwise = z.enum(["rollback", "hold", "advance"]);

/** What a step of a plan asks of a person once its gate has passed. `time` reads milliseconds: text in config, numbers on the wire. */
export const approvalWith = (time: z.ZodType<number>) =>
  z.strictObject({
    within: time.describe("How long a person has to answer, from the moment on at which the gate passed."),
    otherwise: otherwise
      .default("rollback")
      .describe(
        "What follows when nobody has: send the traffic home, hold the weight and fail the up, or advance as if somebody had approved.",
      ),
    pauseAfter: time
      .optional()
      .describe(
        "How long the up itself waits before it ends as paused, with exit 0; the next one goes on. Left out: until its credentials are about to end.",
      ),
  });
/** What a step asks of a person. */
export type Approval = z.infer<ReturnType<typeof approvalWith>>;

const time = z.number();

/** What a person said to a step that waited: by the ARN that AWS knows the caller by. */
const answer = z.strictObject({
  approved: z.boolean(),
  by: z.string(),
  at: time,
  why: z.string().optional(),
});
/** An answer, and whose. */
export type Answer = z.infer<typeof answer>;

/** A step whose gate has passed and that waits for a person, as the record keeps it. Times in milliseconds since 1970. */
export const waiting = z.strictObject({
  weight,
  since: time,
  until: time,
  otherwise,
  answer: answer.nullable(),
});
/** A step that waits for a person. */
export type Waiting = z.infer<typeof waiting>;

/** What a wait has come to: nothing yet, a person's word, or the end of its time. */
export type WaitOver = "go-on" | "turned-down" | "timed-out";

/** What the wait has come to by now; null: it goes on. A person's word counts after the time as well. */
export function waitOver({ answer: said, until, otherwise: then }: Waiting, now: number): WaitOver | null {
  if (said !== null) return said.approved ? "go-on" : "turned-down";
  if (now < until) return null;
  return then === "advance" ? "go-on" : "timed-out";
}

/** A step that waits for a person, with what has become of it; null: nothing yet. */
export type WaitSeen = Waiting & { readonly over: WaitOver | null };

/** The wait with what it has come to by now. */
export const waitSeen = (of: Waiting, now: number): WaitSeen => ({ ...of, over: waitOver(of, now) });

/** Whether the wait has come to an end that sends everybody home. */
export const endsAtHome = ({ over, otherwise: then }: WaitSeen): boolean =>
  over === "turned-down" || (over === "timed-out" && then === "rollback");

const thenWords = {
  rollback: "everybody goes home",
  hold: "it is held",
  advance: "it goes on",
} as const;

/** `waits for approval within 8h, else everybody goes home`: of a step that nobody has walked yet. */
export const approvalWords = ({ within, otherwise: then }: Pick<Approval, "within" | "otherwise">): string =>
  `waits for approval within ${formatDuration(within)}, else ${thenWords[then]}`;

/** `paused at 25 % since …, waits for approval until …`, with the command to type where somebody has to. */
export function pausedWords(of: Waiting, now: number, stack: string | undefined): string {
  const seen = waitSeen(of, now);
  const asks = seen.over !== "go-on" && !endsAtHome(seen);
  const type = asks ? ` (${commandLine("approve", stack)})` : "";
  return `paused at ${of.weight} % since ${isoToTheSecond(of.since)}, ${waitingWords(of, now)}${type}`;
}

/** What is known of a wait, in words without a full stop. */
export function waitingWords(of: Waiting, now: number): string {
  const { answer: said, until } = of;
  if (said !== null) {
    const why = said.why === undefined ? "" : `: ${said.why}`;
    return `${said.approved ? "approved" : "turned down"} by ${said.by} at ${isoToTheSecond(said.at)}${why}`;
  }
  if (waitOver(of, now) === null)
    return `waits for approval until ${isoToTheSecond(until)}, else ${thenWords[of.otherwise]}`;
  const still = of.otherwise === "hold" ? " until somebody does" : "";
  return `nobody answered until ${isoToTheSecond(until)}, and ${thenWords[of.otherwise]}${still}`;
}
