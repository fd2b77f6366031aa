import type { CheckFailure, PropertyMap, ReadResult } from "../src/engine/provider.ts";
import { SIGNATURE_KEY } from "../src/engine/provider.ts";
import { AwsProvider } from "../src/providers/index.ts";

/** A resource as an engine keeps it between two runs. */
export interface Kept {
  type: string;
  name: string;
  id: string;
  inputs: PropertyMap;
  outputs: PropertyMap;
}

export class Refused extends Error {
  readonly failures: CheckFailure[];
  constructor(failures: CheckFailure[]) {
    super(failures.map(({ property, reason }) => `${property}: ${reason}`).join("\n"));
    this.failures = failures;
  }
}

const ref = (type: string, name: string) => ({ type, name, urn: `urn:pulumi:test::test::${type}::${name}` });

const unsealed = (outputs: PropertyMap): PropertyMap =>
  Object.fromEntries(
    Object.entries(outputs).map(([key, value]) => [
      key,
      typeof value === "object" && value !== null && SIGNATURE_KEY in value && "value" in value
        ? (value.value ?? null)
        : value,
    ]),
  );

let seed = 0;

/** Does with one resource at a time what an engine does in a run: check, diff, then create, update, replace or delete. */
export class Desk {
  readonly provider: AwsProvider;

  constructor(provider: AwsProvider) {
    this.provider = provider;
  }

  async check(type: string, name: string, news: PropertyMap, olds: PropertyMap = {}): Promise<PropertyMap> {
    const randomSeed = new TextEncoder().encode(`${name}${seed++}`);
    const { inputs = news, failures = [] } = await this.provider.check({
      ...ref(type, name),
      olds,
      news,
      preview: false,
      randomSeed,
    });
    if (failures.length > 0) throw new Refused(failures);
    return inputs;
  }

  async create(type: string, name: string, news: PropertyMap): Promise<Kept> {
    const inputs = await this.check(type, name, news);
    const { id, outputs } = await this.provider.create({ ...ref(type, name), inputs });
    return { type, name, id, inputs, outputs: unsealed(outputs) };
  }

  async diff(kept: Kept, news: PropertyMap) {
    const inputs = await this.check(kept.type, kept.name, news, kept.inputs);
    const result = await this.provider.diff({
      ...ref(kept.type, kept.name),
      id: kept.id,
      olds: kept.outputs,
      oldInputs: kept.inputs,
      news: inputs,
      ignoreChanges: [],
    });
    return { inputs, ...result };
  }

  async update(kept: Kept, news: PropertyMap): Promise<Kept> {
    const inputs = await this.check(kept.type, kept.name, news, kept.inputs);
    const { outputs } = await this.provider.update({
      ...ref(kept.type, kept.name),
      id: kept.id,
      olds: kept.outputs,
      oldInputs: kept.inputs,
      news: inputs,
      ignoreChanges: [],
    });
    return { ...kept, inputs, outputs: unsealed(outputs) };
  }

  read(kept: Kept): Promise<ReadResult> {
    return this.provider.read({
      ...ref(kept.type, kept.name),
      id: kept.id,
      inputs: kept.inputs,
      outputs: kept.outputs,
    });
  }

  async delete(kept: Kept): Promise<void> {
    await this.provider.delete({
      ...ref(kept.type, kept.name),
      id: kept.id,
      inputs: kept.inputs,
      outputs: kept.outputs,
    });
  }
}

export const testEnv = (endpoint: string): Record<string, string> => ({
  AWS_ENDPOINT_URL: endpoint,
  AWS_REGION: "us-east-1",
  AWS_ACCESS_KEY_ID: "rehearsal",
  AWS_SECRET_ACCESS_KEY: "rehearsal",
});
