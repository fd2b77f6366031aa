import { AfterLiveEvidence } from "./after-live.ts";
import { ComparisonEvidence } from "./comparison.ts";
import type { SideName } from "./decided.ts";

/** One comparison: with live at the same time, and with live before the step. */
export class Beside {
  readonly atOnce = new ComparisonEvidence();
  readonly after = new AfterLiveEvidence();

  add(side: SideName, bad: boolean, inStep: boolean): void {
    this.atOnce.add(side, bad);
    if (inStep) this.after.add(side, bad);
    else this.after.addBefore(side, bad);
  }
}
