/**
 * Sequential evidence that the candidate answers badly more often than live did just before, for the time in which live is asked
 * hardly any longer: at full weight nothing is left to compare with at the same time.
 *
 * Live's last answers before the step stand for it. What all answers together say under one common share, the best that there is
 * for them, is held against what a learner says who learns live's and the candidate's share apart, answer by answer (universal
 * inference of Wasserman, Ramdas and Balakrishnan, with the estimator of Krichevsky and Trofimov). Where both have one share that
 * stays the same, the chance that the ratio ever reaches 1/alpha is at most alpha. It says nothing of which side is worse: whoever
 * asks looks at the shares too. What changes with the time of day would count against the candidate: that is why only live's
 * last answers are taken.
 */
export class AfterLiveEvidence {
  #before: boolean[] = [];
  readonly #live = new Learner();
  readonly #candidate = new Learner();
  /** Live's answers since the step began. */
  #liveSince = 0;

  /** An answer from before the step. */
  addBefore(side: "candidate" | "live", bad: boolean): void {
    if (side !== "live") return;
    this.#before.push(bad);
    if (this.#before.length > mostBefore) this.#before.shift();
  }

  /** An answer of the step. */
  add(side: "candidate" | "live", bad: boolean): void {
    for (const one of this.#before) this.#live.learn(one);
    this.#before = [];
    if (side === "live") this.#liveSince += 1;
    (side === "live" ? this.#live : this.#candidate).learn(bad);
  }

  /** How many times over the evidence outweighs "as good as live was"; 0 while live is asked as well. */
  get value(): number {
    const [live, candidate] = [this.#live, this.#candidate];
    if (candidate.answers < hardlyAny * this.#liveSince) return 0;
    const answers = live.answers + candidate.answers;
    const together = logBest(live.bad + candidate.bad, answers);
    return Math.exp(Math.min(700, live.logLikelihood + candidate.logLikelihood - together));
  }
}

/** Answers of live from before the step that stand for it. */
const mostBefore = 50;
/** Live is asked hardly any longer when the candidate has so many times as many answers. */
const hardlyAny = 20;

/** Learns a share, answer by answer, and keeps how likely each was by what it knew before. */
class Learner {
  answers = 0;
  bad = 0;
  logLikelihood = 0;

  learn(bad: boolean): void {
    const before = bad ? this.bad : this.answers - this.bad;
    this.logLikelihood += Math.log((before + 0.5) / (this.answers + 1));
    this.answers += 1;
    if (bad) this.bad += 1;
  }
}

/** Logarithm of how likely so many bad ones are by the share that makes them likeliest. */
function logBest(bad: number, answers: number): number {
  const part = (count: number) => (count === 0 ? 0 : count * Math.log(count / answers));
  return part(bad) + part(answers - bad);
}
