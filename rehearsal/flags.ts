import { randomInt } from "node:crypto";
import { parseArgs } from "node:util";
import { loadImages } from "local-aws";
import { UsageError } from "../domain/usage-error.ts";
import { readConfigFile, checkConfig } from "./config-file.ts";
import { chooseEngine, engineNamed, plays } from "./engine-choice.ts";
import { type Flags, namesOf, mustBeWritable, shardOf, seedOf } from "./flag-values.ts";
import { listText } from "./list.ts";
import { scenarios } from "./scenarios/index.ts";
import { sampleImages } from "./stage/config.ts";
import { repository } from "./stage/index.ts";

const help = `npm run rehearse -- [--scenario NAME|all] [--list] [--images FILE] [--config FILE] [--seed N]
                    [--engine embedded|pulumi] [--pulumi FILE] [--shard K/N] [--json FILE]
                    [--report FILE.html] [--help]

Deploys the real program on a local AWS, moves real MCP sessions from blue to green and back, and says
whether each scenario kept its promise. Nothing leaves this machine.

  --scenario NAME   one scenario, or all; without it those that --list marks with *
  --list            the scenarios, each with its promise
  --images FILE     what image references run: {"my/hub:1": {"command": ["node", "hub.js", "{port}"]}}
  --config FILE     stack config (YAML or JSON) laid over the rehearsal's own: paths, images, limits
  --seed N          seed of everything that is random here
  --engine NAME     what deploys: embedded, which needs nothing, or pulumi, the real Pulumi CLI
  --pulumi FILE     the CLI; without it the one on PATH, or the one that npm run build:pulumi has built
  --shard K/N       the K-th of N parts of the scenario "faults", which is none of "all"
  --json FILE       writes the results as JSON; "-" writes them to standard output, and nothing else
  --report FILE     writes the results as one HTML page that opens offline

Example: npm run rehearse -- --scenario cutover --seed 7
         npm run rehearse -- --engine pulumi --list
Exit: 0 every promise kept, 1 one was broken, 2 usage or config, 3 a scenario could not be played.
`;

/** The flags of the command line, checked before anything starts; an exit code where there is nothing to rehearse. */
export async function readFlags(args: readonly string[]): Promise<Flags | number> {
  const { values } = parse(args);
  if (values.help) {
    process.stdout.write(help);
    return 0;
  }
  const engineName = engineNamed(values.engine);
  const played = scenarios.filter((scenario) => plays(engineName, scenario));
  if (values.list) {
    process.stdout.write(listText(played));
    return 0;
  }
  const names = namesOf(values.scenario, engineName, played);
  const engine = chooseEngine(engineName, values.pulumi);
  await mustBeWritable("--json", values.json);
  await mustBeWritable("--report", values.report);
  const shard = shardOf(values.shard);
  const seed = values.seed === undefined ? randomInt(4_294_967_295) : seedOf(values.seed);
  const config = values.config === undefined ? {} : await readConfigFile(values.config);
  const images = {
    ...sampleImages(repository),
    ...(values.images === undefined ? {} : await loadImages(values.images)),
  };
  checkConfig(config);
  return {
    engine,
    names,
    seed,
    shard,
    config,
    images,
    json: values.json ?? null,
    report: values.report ?? null,
  };
}

function parse(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      options: {
        scenario: { type: "string" },
        list: { type: "boolean", default: false },
        images: { type: "string" },
        config: { type: "string" },
        seed: { type: "string" },
        engine: { type: "string" },
        pulumi: { type: "string" },
        shard: { type: "string" },
        json: { type: "string" },
        report: { type: "string" },
        help: { type: "boolean", default: false },
      },
    });
  } catch (error) {
    throw new UsageError(`${(error as Error).message}\nSee: npm run rehearse -- --help`, null, {
      cause: error,
    });
  }
}
