import type { Colour } from "../../domain/colour.ts";
import type { CheckContext } from "./check.ts";
import type { Deployment } from "./deployment.ts";

/** The slot under test; throws what to type when none was named. */
export function slotOf(context: CheckContext): Colour {
  if (context.slot === null)
    throw new Error("this check judges one slot: name it with --slot blue or --slot green");
  return context.slot;
}

/** The deployment's facts; throws what to type when only an address is known. */
export function deploymentOf(context: CheckContext): Deployment {
  if (context.deployment === null)
    throw new Error(
      "this check asks AWS about the deployment: name the stack with --stack, not a bare --url",
    );
  return context.deployment;
}
