import { commandCheck } from "../gate/command.ts";

/** The user's own integration tests, by the command named `integration`. */
export const integrationTests = commandCheck("integration", {
  name: "integration-tests",
  group: "preflight",
  question: "Do your integration tests pass against the slot?",
  sentence: "All integration tests passing (Pre-Deployment Checklist)",
});
