import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { PartialFailure, type PropertyMap, type Provider } from "../../../../src/engine/provider.ts";

/** What the input `act` of a thing makes of its creation or change. */
async function act(name: string, news: PropertyMap, outputs: PropertyMap, wait: Wait): Promise<void> {
  if (news["act"] === "wait") {
    await wait.cancelled();
    throw new PartialFailure({
      id: name,
      outputs: { ...outputs, half: true },
      reasons: [`${name} was cancelled`],
    });
  }
  if (news["act"] === "stick") await wait.forGood();
  if (news["act"] === "refuse") throw new Error(`${name} is refused`);
  if (news["act"] === "half")
    throw new PartialFailure({
      id: name,
      outputs: { ...outputs, half: true },
      reasons: [`${name} is half done`],
    });
}

/** What a thing waits for in the middle of its creation or change. */
interface Wait {
  /** Until the engine asks the plugin to cancel. */
  cancelled(): Promise<void>;
  /** For good: the plugin has to end. */
  forGood(): Promise<void>;
}

/** Things in a folder, a file each. The id of a thing is its name, and `-2` and so on of its replacements. */
export function thingProvider(cloud: string): Provider {
  const file = (id: string) => join(cloud, `${id}.json`);
  const mark = (name: string) => writeFileSync(join(cloud, `${name}.mark`), "");
  const cancelled = Promise.withResolvers<void>();
  const wait: Wait = {
    cancelled() {
      mark("at-work");
      return cancelled.promise;
    },
    forGood() {
      mark("at-work");
      return Promise.withResolvers<void>().promise;
    },
  };
  const found = (id: string): PropertyMap | null => {
    try {
      return JSON.parse(readFileSync(file(id), "utf8")) as PropertyMap;
    } catch {
      return null; // it is not there
    }
  };
  const put = (id: string, outputs: PropertyMap): PropertyMap => {
    writeFileSync(file(id), JSON.stringify(outputs));
    return outputs;
  };
  const free = (name: string): string => {
    for (let at = 1; ; at++) {
      const id = at === 1 ? name : `${name}-${at}`;
      if (found(id) === null) return id;
    }
  };
  return {
    check: async ({ news }) => ({
      inputs: { size: 1, ...news },
      failures: news["act"] === "bad" ? [{ property: "act", reason: '"bad" is no act' }] : [],
    }),
    diff: async ({ oldInputs, news, ignoreChanges }) => {
      const keys = [...new Set([...Object.keys(oldInputs), ...Object.keys(news)])].filter(
        (key) => JSON.stringify(oldInputs[key]) !== JSON.stringify(news[key]) && !ignoreChanges.includes(key),
      );
      const fixed = keys.filter((key) => key.startsWith("fixed"));
      const deleteBeforeReplace = news["first"] === "delete";
      return { changes: keys.length > 0, replaces: fixed, deleteBeforeReplace, diffs: keys };
    },
    create: async ({ name, inputs }) => {
      const id = free(name);
      const outputs = { ...inputs, arn: `arn:${id}` };
      if (inputs["act"] !== "refuse") put(id, outputs);
      await act(id, inputs, outputs, wait);
      return { id, outputs };
    },
    read: async ({ id, inputs }) => {
      const outputs = found(id);
      return outputs === null ? null : { id, outputs, inputs: { ...inputs, ...only(outputs, inputs) } };
    },
    update: async ({ id, news, name }) => {
      const outputs = { ...news, arn: `arn:${id}` };
      await act(name, news, outputs, wait);
      return { outputs: put(id, outputs) };
    },
    delete: async ({ id, inputs, name }) => {
      if (inputs["act"] === "stay") throw new Error(`${name} stays`);
      rmSync(file(id), { force: true });
    },
    cancel: async () => {
      mark("cancelled");
      cancelled.resolve();
    },
    invoke: async ({ args }) =>
      args["text"] === "bad"
        ? { failures: [{ property: "text", reason: '"bad" is no text' }] }
        : { return: { heard: args["text"] ?? null } },
  };
}

/** Of the outputs those that are inputs too: what somebody changed by hand is a changed input. */
const only = (outputs: PropertyMap, inputs: PropertyMap): PropertyMap =>
  Object.fromEntries(Object.entries(outputs).filter(([key]) => key in inputs));
