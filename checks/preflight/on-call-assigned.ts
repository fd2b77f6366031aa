import { momentOf, statedCheck } from "./stated.ts";

/** Somebody is on call now. */
export const onCallAssigned = statedCheck({
  name: "on-call-assigned",
  question: "Is an engineer on call now?",
  wanted: "on call now",
  sentence: "On-call engineer assigned",
  part: "onCall",
  judge({ onCall }, { now }) {
    if (onCall === undefined) return null;
    const during = momentOf(onCall.from) <= now() && now() < momentOf(onCall.until);
    const span = `${onCall.name}, from ${onCall.from} until ${onCall.until}`;
    return during
      ? { verdict: "pass", value: onCall.name, samples: 1, why: span }
      : { verdict: "fail", value: onCall.name, samples: 1, why: `${span}: not now` };
  },
});
