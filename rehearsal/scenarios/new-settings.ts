import { DescribeServicesCommand, DescribeTaskDefinitionCommand } from "@aws-sdk/client-ecs";
import type { EngineEvent } from "pulumi-engine";
import type { Colour } from "../../domain/colour.ts";
import { containerNames } from "../../domain/log-streams.ts";
import { shortened } from "../../domain/wrapped.ts";
import { type Account, withAccount } from "../drills/account.ts";
import { isOrWraps } from "../faulty/image.ts";
import { otherTool } from "../hub/tools.ts";
import { sampleImage } from "../stage/config.ts";
import { describeFailure } from "./failure.ts";
import { lightLoad } from "./loads.ts";
import { enoughSeen, nobodyHurt, nothingLost } from "./losses.ts";
import { type Held, held } from "./result.ts";
import type { Play, Scenario } from "./scenario.ts";

/** The scenario of a sidecar's new image and another of the hub's facts, which both colours have in common. */
export const newSettings: Scenario = {
  name: "new-settings",
  promise:
    "Settings of the whole stack reach the idle colour first, are gated, and one flip brings the former ones back.",
  usual: false,
  engines: ["embedded", "pulumi"],
  run: (play) => withAccount(play.stage, (account) => show(play, account)),
};

async function show(play: Play, account: Account) {
  await play.mustUp("blue goes live");
  await play.startLoad(lightLoad);
  const before = await running(account, "blue");
  const settings = settingsOf(play);
  const says = await sayingsOf(play, { ...settings, greenWeight: 100 });
  await play.mustUp("a new sidecar and other facts of the hub, greenWeight 100", {
    ...settings,
    rollout: {
      steps: [
        { weight: 50, bake: "4s" },
        { weight: 100, bake: "4s" },
      ],
    },
    greenWeight: 100,
  });
  const promoted = { blue: await running(account, "blue"), green: await running(account, "green") };
  const refused = await refusesAnotherPort(play);
  const changes = account.countRuleChanges();
  const back = await play.mustUp("greenWeight 0", { greenWeight: 0 });
  const writes = changes();
  const after = await running(account, "blue");
  const { slots } = await account.record();
  await play.pause(1_500);
  await play.enoughLoad();
  const tally = await play.stopLoad();
  return {
    outcome: "rolled-back" as const,
    held: [
      held(
        "the preview says what keeps its settings",
        says.some((text) => /^blue keeps the settings of release [0-9a-f]{16} until it is idle/.test(text)),
        shortened(says.find((text) => text.startsWith("blue keeps")) ?? "it says nothing of it", 90),
      ),
      held(
        "green runs the new sidecar, and blue its former task definition",
        promoted.green.sidecar === nextSidecar && promoted.blue.arn === before.arn,
        `green ${promoted.green.sidecar}, blue ${promoted.blue.sidecar}`,
      ),
      refused,
      held("one rule change goes back", writes === 1, `${writes} ModifyRule calls`),
      held(
        "blue is live again, as it was",
        back.outputs["live"]?.value === "blue" &&
          after.arn === before.arn &&
          slots.blue.taskDefinition === before.arn,
        `live is ${JSON.stringify(back.outputs["live"]?.value)}, with ${after.sidecar}`,
      ),
      enoughSeen(tally, play.choices.load),
      ...nothingLost(tally, play.drains),
      nobodyHurt(tally),
    ],
  };
}

const nextSidecar = "bluegreen-hub/sidecar:next";

/** Of the sample hub another tool, which the sidecar then counts as analyses; of others something that no hub minds. */
function settingsOf({ stage }: Play) {
  const { image } = stage.config["sidecar"] as { image: string };
  stage.addImage((images) => {
    const known = images[image];
    if (!known) throw new Error(`image ${image} is not in the images file`);
    return { reference: nextSidecar, image: known };
  });
  const { image: hubImage } = stage.config["blue"] as { image: string };
  const hub = isOrWraps(hubImage, sampleImage)
    ? { tool: otherTool, toolArguments: { words: "ping" } }
    : { stopTimeout: 31 };
  return { sidecar: { image: nextSidecar }, hub };
}

/** What a preview with this config says. */
async function sayingsOf(play: Play, config: Readonly<Record<string, unknown>>): Promise<string[]> {
  const says: string[] = [];
  play.stage.set(config);
  await play.stage.preview({
    signal: play.choices.signal,
    onEvent: (event: EngineEvent) => {
      if (event.kind === "log" && event.severity !== "debug") says.push(event.message);
    },
  });
  return says;
}

/** Ports are what target groups are made from: that one would change is told before anything is touched. */
async function refusesAnotherPort(play: Play): Promise<Held> {
  const given = (play.stage.config["sidecar"] as { port?: number }).port;
  const port = given ?? 8_080;
  const failed = await play.up("sidecar.port is another", { sidecar: { port: port + 1 } });
  play.stage.set({ sidecar: { port } });
  const why = describeFailure(failed);
  return held(
    "another sidecar.port is refused",
    !failed.ok && why.includes(`sidecar.port from ${port} to ${port + 1}`),
    shortened(why.split("\n")[0] || "it was deployed", 90),
  );
}

/** What a slot's service runs. */
async function running(account: Account, of: Colour): Promise<{ arn: string; sidecar: string }> {
  const { cluster, services } = await account.inputs();
  const { services: found } = await account.ecs.send(
    new DescribeServicesCommand({ cluster, services: [services[of]] }),
  );
  const arn = found?.[0]?.taskDefinition ?? "";
  const { taskDefinition } = await account.ecs.send(
    new DescribeTaskDefinitionCommand({ taskDefinition: arn }),
  );
  const sidecar = taskDefinition?.containerDefinitions?.find(({ name }) => name === containerNames.sidecar);
  return { arn, sidecar: sidecar?.image ?? "no sidecar" };
}
