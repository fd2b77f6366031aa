import { causeText, isAnswer } from "../sources/causes.ts";

/** A value, or why the hub refused: both are answers, unlike a hub that could not be reached. */
export type Answered<T> = { value: T; refused: null } | { value: null; refused: string };

/** Tells a hub that answers with an error (a judgement on the hub) from one that cannot be asked (rejects). */
export async function answered<T>(work: () => Promise<T>): Promise<Answered<T>> {
  try {
    return { value: await work(), refused: null };
  } catch (error) {
    if (!isAnswer(error)) throw error;
    return { value: null, refused: causeText(error) };
  }
}
