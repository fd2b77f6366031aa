import assert from "node:assert/strict";
import { test } from "node:test";
import { endingOf, keyOf, looksLikeValue, readSecretRef, secretRef } from "../../domain/secret-ref.ts";

const secret = "arn:aws:secretsmanager:eu-west-1:123456789012:secret:hub/keys-AbCdEf";
const parameter = "arn:aws-us-gov:ssm:us-gov-west-1:123456789012:parameter/hub/gemini";

test("a secret is named as people and ECS name it: by name or ARN, whole or one key of its JSON, or as a parameter", () => {
  const whole = { kind: "secret", key: "", stage: "", version: "" };
  for (const [text, read, ending] of [
    ["hub/gemini", { ...whole, id: "hub/gemini" }, ""],
    ["/hub/gemini", { ...whole, id: "/hub/gemini" }, ""],
    [secret, { ...whole, id: secret }, ""],
    ["hub/keys:GEMINI::", { ...whole, id: "hub/keys", key: "GEMINI" }, ":GEMINI::"],
    [`${secret}:a key::`, { ...whole, id: secret, key: "a key" }, ":a key::"],
    [
      "hub/keys:GEMINI:AWSPREVIOUS:",
      { ...whole, id: "hub/keys", key: "GEMINI", stage: "AWSPREVIOUS" },
      ":GEMINI:AWSPREVIOUS:",
    ],
    ["hub/keys:::9d4cb84b", { ...whole, id: "hub/keys", version: "9d4cb84b" }, ":::9d4cb84b"],
    ["ssm:/hub/gemini", { kind: "parameter", id: "/hub/gemini" }, ""],
    ["ssm:gemini", { kind: "parameter", id: "gemini" }, ""],
    [parameter, { kind: "parameter", id: parameter }, ""],
  ] as const) {
    assert.deepEqual(readSecretRef(text), read, text);
    assert.equal(endingOf(secretRef(text)), ending, text);
  }
});

test("what names no secret is told from what does, and not repeated", () => {
  for (const text of [
    "",
    "two words",
    "name:KEY",
    "user:password",
    "name:::",
    "name:KEY:stage:version",
    "ssm:",
    "ssm:/a b",
    "arn:aws:s3:::bucket",
    "arn:aws:ssm:eu-west-1:123456789012:document/x",
  ]) {
    assert.equal(readSecretRef(text), null, text);
    assert.throws(() => secretRef(text), /^Error: a text where the name of a secret belongs is none$/);
  }
});

test("one key of a secret's JSON is its text, and no error says any of the rest", () => {
  const text = '{"A": "hunter2", "PORT": 5432, "EMPTY": ""}';
  assert.deepEqual(
    ["A", "PORT", "EMPTY"].map((key) => keyOf(text, key, "hub/keys")),
    ["hunter2", "5432", ""],
  );
  assert.throws(() => keyOf(text, "B", "hub/keys"), /^Error: the secret hub\/keys has no key B$/);
  for (const none of ["hunter2", '["hunter2"]', "null", '{"A": hunter2}'])
    assert.throws(
      () => keyOf(none, "A", "hub/keys"),
      (error: Error) =>
        error.message.endsWith("is no JSON object, and a key of it is asked for") &&
        error.cause === undefined,
      none,
    );
});

test("keys and tokens look like values, names and ARNs do not", () => {
  const hex = "0123456789abcdef".repeat(2);
  for (const value of [
    hex,
    `hub/${hex}`,
    "AKIA0123456789ABCDEF",
    `ghx_${"a1".repeat(18)}`,
    `sk-${"Ab9".repeat(8)}-x`,
  ])
    assert.equal(looksLikeValue(value), true, value);
  for (const name of [
    "hub/gemini",
    "hub/production/mcp-hub-gemini-api-key-2026",
    "hub/authenticationtokenofclients",
    "DatabaseSecret12-x",
    "d94c8f10-3b1e-4c4e-9c1d-0f3a5b7c9d1e",
    `arn:aws:secretsmanager:us-east-1:123456789012:secret:${hex}-AbCdEf`,
  ])
    assert.equal(looksLikeValue(name), false, name);
});
