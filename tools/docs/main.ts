import { parseArgs } from "node:util";
import { errorText, firstSentence } from "../../checks/cli/error-text.ts";
import { write as writeAlarms } from "./alarm-table.ts";
import { write as writeConfig } from "./config-reference.ts";
import { write as writeCost } from "./cost-table.ts";
import { write as writeDetection } from "./detection-table.ts";
import { write as writeEvidence } from "./evidence-schema.ts";
import { write as writeFaults } from "./faults-table.ts";
import { write as writeSpec } from "./spec-table.ts";
import { write as writeTransitions } from "./transition-table.ts";

const help = `npm run docs -- [--help]

Writes every generated page, table and schema of docs/ anew from the code. Tests compare the two.

Example: npm run docs && git diff docs
Exit: 0 written, 2 usage.
`;

const pages = {
  "docs/config.md, docs/config.schema.json": writeConfig,
  "docs/cost.md": writeCost,
  "docs/checks.md": () => {
    writeDetection();
    writeAlarms();
  },
  "docs/evidence.schema.json": writeEvidence,
  "docs/faults.md": writeFaults,
  "docs/requirement.md": writeSpec,
  "docs/rollout.md": writeTransitions,
};

function main(): number {
  try {
    const { values } = parseArgs({ options: { help: { type: "boolean", default: false } } });
    if (values.help) {
      process.stdout.write(help);
      return 0;
    }
  } catch (error) {
    process.stderr.write(`${errorText(firstSentence(error), "npm run docs -- --help")}\n`);
    return 2;
  }
  for (const [name, write] of Object.entries(pages)) {
    write();
    process.stdout.write(`${name}\n`);
  }
  return 0;
}

process.exitCode = main();
