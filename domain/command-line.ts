/**
 * A command to type, whole: without its stack it would only say what is missing.
 * @param stack undefined where no record says it yet
 */
export function commandLine(
  verb: "status" | "abort" | "rollback" | "approve",
  stack: string | undefined,
): string {
  return `npm run ${verb} -- --stack ${stack ?? "STACK"}`;
}

/** What frees a stack whose lock belongs to a Pulumi CLI that is dead: it takes no lock over by itself. */
export function unlockLine(stack: string): string {
  return `If the next pulumi command says that the stack is locked, and nobody runs one: pulumi cancel --yes --stack ${stack}`;
}
