import assert from "node:assert/strict";
import { readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { findSimulator, simulate } from "../../tools/linters/simulator.ts";
import { type RecordedCall } from "../infra/recorded-calls.ts";
import { askText, asksOf, mayDo, simulated } from "../infra/role-asks.ts";
import { accepted, acceptedBeyond, judgeFindings } from "./accepted-findings.ts";
import { askModels, findModels, howMuch } from "./models.ts";

/** A folder that LOCAL_AWS_CALLS named while tests and rehearsals ran. */
const { RECORDED_CALLS: folder = "" } = process.env;
const none = folder === "" && "RECORDED_CALLS names no folder of calls that were kept";
const files = none
  ? []
  : readdirSync(folder, { recursive: true, encoding: "utf8" })
      .filter((name) => name.endsWith(".jsonl"))
      .map((name) => join(folder, name));

const models = findModels();
test(
  "every call that tests and rehearsals made, and every answer to it, is as botocore's models say",
  { skip: none || ("missing" in models && models.missing), timeout: 600_000 },
  (context) => {
    if ("missing" in models) return;
    const judged = askModels(models.python, { files });
    context.diagnostic(howMuch(judged));
    assert.ok(judged.calls > 0, `no call is in ${folder}`);
    const { unexpected, unused } = judgeFindings(judged.findings, [...accepted, ...acceptedBeyond]);
    assert.deepEqual(unexpected, [], "a call or an answer is not as its model says");
    assert.deepEqual(unused, [], "accepted-findings.ts lists what no call shows any more: take it out");
  },
);

const simulator = findSimulator();
test(
  "the roles of every stack that was rehearsed may make every call that its switch, guardian and tasks made",
  { skip: none, timeout: 600_000 },
  (context) => {
    const asked = files.flatMap((file) => {
      const calls = readFileSync(file, "utf8").split("\n").filter(Boolean).map(parse);
      const rehearsed = calls.some(
        ({ operation, input }) => operation === "CreateRole" && String(input["Path"]).endsWith("/rehearsal/"),
      );
      return rehearsed ? asksOf(calls, null) : [];
    });
    const by = Object.groupBy(asked, ({ role }) => role.name);
    context.diagnostic(
      Object.entries(by)
        .map(([name, asks]) => `${name} ${asks?.length}`)
        .join(", "),
    );
    for (const name of ["switch", "guardian", "task", "execution"]) assert.ok(by[name], `no call of ${name}`);
    assert.deepEqual(asked.filter(({ role, attempt }) => !mayDo(role, attempt)).map(askText), []);
    if ("missing" in simulator) return context.diagnostic(`no simulator: ${simulator.missing}`);
    const verdicts = simulate(simulator.folder, asked.map(simulated));
    const wrong = asked.flatMap((ask, index) =>
      verdicts[index] === "Allowed" ? [] : [`${verdicts[index]}: ${askText(ask)}`],
    );
    assert.deepEqual(wrong, []);
  },
);

const parse = (line: string) => JSON.parse(line) as RecordedCall;
