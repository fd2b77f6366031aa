import { approval } from "./approval.ts";
import { badRelease } from "./bad-release.ts";
import { breakGlass } from "./break-glass.ts";
import { configSet } from "./cli/config-set.ts";
import { flags } from "./cli/flags.ts";
import { interrupted, twoInterrupts } from "./cli/interrupts.ts";
import { killedAnywhere } from "./cli/killed-anywhere.ts";
import { hungUp, killedCli } from "./cli/killed-cli.ts";
import { looking } from "./cli/looking.ts";
import { relativePaths } from "./cli/relative-paths.ts";
import { told } from "./cli/told.ts";
import { crash } from "./crash.ts";
import { cutover } from "./cutover.ts";
import { faults } from "./faults.ts";
import { faultyReleases } from "./faulty-release.ts";
import { freeze } from "./freeze.ts";
import { guardian } from "./guardian.ts";
import { hangAfterPromotion } from "./hang-after-promotion.ts";
import { inPlace } from "./in-place.ts";
import { lostOperator } from "./lost-operator.ts";
import { newSettings } from "./new-settings.ts";
import { operators } from "./operators.ts";
import { pause } from "./pause.ts";
import { propagation } from "./propagation.ts";
import { refused } from "./refused.ts";
import { retirement } from "./retirement.ts";
import { rollback } from "./rollback.ts";
import { sameHubs } from "./same-hub.ts";
import type { Scenario } from "./scenario.ts";
import { sessions } from "./sessions.ts";
import { shortBakes } from "./short-bakes.ts";
import { throttled } from "./throttled.ts";

export type { Choices } from "./choices.ts";
export { runScenario, type Scenario } from "./scenario.ts";
export type { ScenarioResult } from "./result.ts";

/** Every scenario, in the order in which they run. */
export const scenarios: readonly Scenario[] = [
  cutover,
  badRelease,
  refused,
  rollback,
  newSettings,
  inPlace,
  shortBakes,
  freeze,
  approval,
  pause,
  breakGlass,
  propagation,
  lostOperator,
  crash,
  operators,
  throttled,
  guardian,
  ...faultyReleases,
  ...sameHubs,
  hangAfterPromotion,
  sessions,
  retirement,
  faults,
  killedCli,
  hungUp,
  killedAnywhere,
  interrupted,
  twoInterrupts,
  looking,
  flags,
  configSet,
  told,
  relativePaths,
];
