/**
 * A run that gets stuck in its third resource, for a test to kill. Arguments: state file, plugin folder, and the file in which
 * the plugin notes that its stdin has ended.
 */
import { alone } from "../src/engine/execute.ts";
import { Cloud, follow, type Program } from "./harness.ts";

const [stateFile = "", fixture = "", note = ""] = process.argv.slice(2);

const three: Program = async (register) => {
  await register({ name: "first", inputs: { value: "one" } });
  await register({ name: "second", inputs: { value: "two" } });
  await register({ name: "box", type: "fixture:index:Box", inputs: { act: "wait" } });
};

const cloud = new Cloud();
await alone(
  "up",
  {
    projectFolder: process.cwd(),
    program: "",
    project: "p",
    stack: "s",
    config: {},
    stateFile,
    providers: { test: cloud },
    plugins: { fixture },
    env: { FIXTURE_ENDED: note },
    onEvent: (event) => {
      if (event.kind === "log" && event.message.startsWith("pid "))
        process.stdout.write(`${event.message}\n`);
    },
  },
  follow(three),
);
