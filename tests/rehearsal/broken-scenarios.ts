import { registerHooks } from "node:module";

/**
 * Loaded with `--import`: three quick scenarios in place of all, one of them broken in the way that BROKEN names. Stage, report
 * and exit code are the command's own.
 */
const way = process.env["BROKEN"];
const file = new URL("../../rehearsal/scenarios/index.ts", import.meta.url).href;
const result = new URL("../../rehearsal/scenarios/result.ts", import.meta.url).href;

const source = `
import { held } from ${JSON.stringify(result)};
export { runScenario } from "./scenario.ts";
const scenario = (name, run) => ({
  name, promise: "What " + name + " promises.", usual: true, engines: ["embedded"], run,
});
const kept = async () => ({ outcome: "promoted", held: [held("green is live", true, "live is green")] });
const ways = {
  none: kept,
  promise: async () => ({
    outcome: "held",
    held: [held("green is live", true, "live is green"), held("no request is lost", false, "3 of 9 lost")],
  }),
  witness: async (play) => {
    play.witnessed.push(held("what users saw is what the gates counted", false, "7 of 9 apart"));
    return kept();
  },
};
export const scenarios = [
  scenario("first", kept), scenario("second", ways[${JSON.stringify(way)}]), scenario("third", kept),
];
`;

registerHooks({
  load: (url, context, nextLoad) =>
    url === file ? { format: "module", source, shortCircuit: true } : nextLoad(url, context),
});
