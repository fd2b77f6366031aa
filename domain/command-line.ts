/**
 * A command to type, whole: without its stack it would only say what is missing.
 * @param stack undefined where no record says it yet
 */
export function commandLine(verb: "status" | "abort" | "rollback", stack: string | undefined): string {
  return `npm run ${verb} -- --stack ${stack ?? "STACK"}`;
}
