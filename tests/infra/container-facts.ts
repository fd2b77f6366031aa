/** What containers are made from besides the config, for tests that look at one slot. */
export const containerFacts = {
  colour: "blue",
  release: "r",
  logGroup: "g",
  sidecarLogGroup: "g/sidecar",
  region: "us-east-1",
  secretsFrom: { "hub/signing": "arn" },
  table: "t",
  stack: "s",
  namespace: "n",
} as const;
