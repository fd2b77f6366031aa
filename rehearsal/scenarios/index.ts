import { badRelease } from "./bad-release.ts";
import { cutover } from "./cutover.ts";
import { refused } from "./refused.ts";
import { rollback } from "./rollback.ts";
import type { Scenario } from "./scenario.ts";

export { runScenario, type Choices, type Scenario } from "./scenario.ts";
export type { ScenarioResult } from "./result.ts";

/** Every scenario, in the order in which they run. */
export const scenarios: readonly Scenario[] = [cutover, badRelease, refused, rollback];
