import grpc from "@grpc/grpc-js";
import providerServices, { type ResourceProviderClient } from "@pulumi/pulumi/proto/provider_grpc_pb.js";
import messages from "@pulumi/pulumi/proto/provider_pb.js";
import empty from "google-protobuf/google/protobuf/empty_pb.js";
import { ending, type PluginProcess } from "../processes/plugin-process.ts";
import type {
  CheckRequest,
  CheckResult,
  ConfigureRequest,
  ConstructRequest,
  ConstructResult,
  CreateRequest,
  CreateResult,
  DeleteRequest,
  DiffRequest,
  DiffResult,
  InvokeRequest,
  InvokeResult,
  Provider,
  ReadRequest,
  ReadResult,
  UpdateRequest,
  UpdateResult,
} from "../provider.ts";
import { OutcomeUnknown } from "../run.ts";
import { parseUrn } from "../urn.ts";
import { constructRequest } from "./construct-request.ts";
import { CHANNEL_OPTIONS } from "./limits.ts";
import { failureFrom, isLost, isUnimplemented } from "./plugin-errors.ts";
import { fromStruct, toStruct } from "./struct.ts";

type Callback<T> = (error: grpc.ServiceError | null, response: T) => void;

/** A provider plugin's process, behind the interface that providers in this process have. */
export class Plugin implements Provider {
  acceptsSecrets = false;
  readonly #pkg: string;
  readonly #start: () => Promise<PluginProcess>;
  readonly #stop: (process: PluginProcess) => Promise<void>;
  #process: Promise<PluginProcess> | undefined;
  #client: ResourceProviderClient | undefined;

  constructor(
    pkg: string,
    start: () => Promise<PluginProcess>,
    stop: (process: PluginProcess) => Promise<void>,
  ) {
    this.#pkg = pkg;
    this.#start = start;
    this.#stop = stop;
  }

  /** Starts the process without waiting for it; a failure shows when the plugin is first used. */
  prepare(): void {
    this.#started().catch(() => undefined);
  }

  async configure({ urn, inputs }: ConfigureRequest): Promise<void> {
    const { type, name } = parseUrn(urn);
    await this.#optional(() => this.#call((client, done) => client.getPluginInfo(new empty.Empty(), done)));
    const check = new messages.CheckRequest().setUrn(urn).setType(type).setName(name);
    await this.#optional(() =>
      this.#call<InstanceType<typeof messages.CheckResponse>>((client, done) =>
        client.checkConfig(check.setNews(toStruct(inputs)).setOlds(toStruct({})), done),
      ),
    );
    const request = new messages.ConfigureRequest().setArgs(toStruct(inputs));
    request.setUrn(urn).setType(type).setName(name);
    request
      .setAcceptsecrets(true)
      .setAcceptresources(true)
      .setSendsOldInputs(true)
      .setSendsOldInputsToDelete(true);
    for (const [key, value] of Object.entries(inputs))
      request
        .getVariablesMap()
        .set(`${this.#pkg}:config:${key}`, typeof value === "string" ? value : JSON.stringify(value));
    const response = await this.#call<InstanceType<typeof messages.ConfigureResponse>>((client, done) =>
      client.configure(request, done),
    );
    this.acceptsSecrets = response.getAcceptsecrets();
  }

  async check(request: CheckRequest): Promise<CheckResult> {
    const wire = new messages.CheckRequest()
      .setUrn(request.urn)
      .setType(request.type)
      .setName(request.name)
      .setOlds(toStruct(request.olds))
      .setOldOutputs(toStruct(request.oldOutputs ?? {}))
      .setNews(toStruct(request.news))
      .setRandomseed(request.randomSeed);
    const response = await this.#call<InstanceType<typeof messages.CheckResponse>>((client, done) =>
      client.check(wire, done),
    );
    return {
      inputs: fromStruct(response.getInputs()),
      failures: response.getFailuresList().map(checkFailure),
    };
  }

  async diff(request: DiffRequest): Promise<DiffResult> {
    const wire = new messages.DiffRequest()
      .setUrn(request.urn)
      .setType(request.type)
      .setName(request.name)
      .setId(request.id)
      .setOlds(toStruct(request.olds))
      .setOldInputs(toStruct(request.oldInputs))
      .setNews(toStruct(request.news))
      .setIgnorechangesList(request.ignoreChanges);
    const response = await this.#call<InstanceType<typeof messages.DiffResponse>>((client, done) =>
      client.diff(wire, done),
    );
    const changes = response.getChanges();
    const { DIFF_SOME, DIFF_UNKNOWN } = messages.DiffResponse.DiffChanges;
    return {
      ...(changes === DIFF_UNKNOWN ? {} : { changes: changes === DIFF_SOME }),
      replaces: response.getReplacesList(),
      deleteBeforeReplace: response.getDeletebeforereplace(),
      diffs: response.getDiffsList(),
    };
  }

  async create(request: CreateRequest): Promise<CreateResult> {
    const wire = new messages.CreateRequest()
      .setUrn(request.urn)
      .setType(request.type)
      .setName(request.name)
      .setProperties(toStruct(request.inputs))
      .setTimeout(seconds(request.timeoutMs));
    const response = await this.#call<InstanceType<typeof messages.CreateResponse>>((client, done) =>
      client.create(wire, done),
    );
    return { id: response.getId(), outputs: fromStruct(response.getProperties()) };
  }

  async read(request: ReadRequest): Promise<ReadResult> {
    const wire = new messages.ReadRequest()
      .setUrn(request.urn)
      .setType(request.type)
      .setName(request.name)
      .setId(request.id)
      .setProperties(toStruct(request.outputs))
      .setInputs(toStruct(request.inputs));
    const response = await this.#call<InstanceType<typeof messages.ReadResponse>>((client, done) =>
      client.read(wire, done),
    );
    if (response.getId() === "") return null;
    const inputs = response.getInputs();
    const outputs = fromStruct(response.getProperties());
    return { id: response.getId(), outputs, ...(inputs ? { inputs: fromStruct(inputs) } : {}) };
  }

  async update(request: UpdateRequest): Promise<UpdateResult> {
    const wire = new messages.UpdateRequest()
      .setUrn(request.urn)
      .setType(request.type)
      .setName(request.name)
      .setId(request.id)
      .setOlds(toStruct(request.olds))
      .setOldInputs(toStruct(request.oldInputs))
      .setNews(toStruct(request.news))
      .setIgnorechangesList(request.ignoreChanges)
      .setTimeout(seconds(request.timeoutMs));
    const response = await this.#call<InstanceType<typeof messages.UpdateResponse>>((client, done) =>
      client.update(wire, done),
    );
    return { outputs: fromStruct(response.getProperties()) };
  }

  async delete(request: DeleteRequest): Promise<void> {
    const wire = new messages.DeleteRequest()
      .setUrn(request.urn)
      .setType(request.type)
      .setName(request.name)
      .setId(request.id)
      .setProperties(toStruct(request.outputs))
      .setOldInputs(toStruct(request.inputs))
      .setTimeout(seconds(request.timeoutMs));
    await this.#call((client, done) => client.delete(wire, done));
  }

  async invoke({ token, args, preview }: InvokeRequest): Promise<InvokeResult> {
    const wire = new messages.InvokeRequest().setTok(token).setArgs(toStruct(args)).setPreview(preview);
    const response = await this.#call<InstanceType<typeof messages.InvokeResponse>>((client, done) =>
      client.invoke(wire, done),
    );
    return {
      return: fromStruct(response.getReturn()),
      failures: response.getFailuresList().map(checkFailure),
    };
  }

  async construct(request: ConstructRequest): Promise<ConstructResult> {
    const response = await this.#call<InstanceType<typeof messages.ConstructResponse>>((client, done) =>
      client.construct(constructRequest(request), done),
    );
    const dependencies = [...response.getStatedependenciesMap().entries()];
    return {
      urn: response.getUrn(),
      outputs: fromStruct(response.getState()),
      dependencies: Object.fromEntries(dependencies.map(([key, urns]) => [key, urns.getUrnsList()])),
    };
  }

  async cancel(): Promise<void> {
    if (!this.#process) return;
    const deadline = Date.now() + CANCEL_MS;
    await this.#call((client, done) =>
      client.cancel(new empty.Empty(), new grpc.Metadata(), { deadline }, done),
    );
  }

  async close(): Promise<void> {
    if (!this.#process) return;
    // Pulumi cancels at the end of every run; a plugin that died has nothing left to cancel.
    await this.cancel().catch(() => undefined);
    const process = await this.#process.catch(() => undefined);
    this.#client?.close();
    if (process) await this.#stop(process);
  }

  async #started(): Promise<ResourceProviderClient> {
    const process = await (this.#process ??= this.#start());
    this.#client ??= new providerServices.ResourceProviderClient(
      `127.0.0.1:${process.port}`,
      grpc.credentials.createInsecure(),
      CHANNEL_OPTIONS,
    );
    return this.#client;
  }

  async #call<T>(send: (client: ResourceProviderClient, done: Callback<T>) => void): Promise<T> {
    const client = await this.#started();
    try {
      return await new Promise<T>((resolve, reject) => {
        send(client, (error, response) => (error ? reject(error) : resolve(response)));
      });
    } catch (error) {
      throw isLost(error) ? await this.#lost(error) : isUnimplemented(error) ? error : failureFrom(error);
    }
  }

  /** The process died in the middle of a call, or hung up: what the call did is not known. */
  async #lost(cause: unknown): Promise<Error> {
    const process = await this.#process;
    const died = process && (await Promise.race([process.exited, sleepless()]));
    const how = died ? ending(died, process.lastLines()) : `hung up: ${String(cause)}`;
    return new OutcomeUnknown(`The plugin of package "${this.#pkg}" ${how}`, { cause });
  }

  async #optional<T>(call: () => Promise<T>): Promise<T | undefined> {
    try {
      return await call();
    } catch (error) {
      if (isUnimplemented(error)) return undefined;
      throw error;
    }
  }
}

/** A plugin answers a cancel at once; one that does not in this many ms is ended without its answer. */
const CANCEL_MS = 5_000;

/** The end of a process is told a moment after its connection broke; this is how long that moment may be. */
function sleepless(): Promise<undefined> {
  return new Promise((resolve) => {
    setTimeout(() => resolve(undefined), 1_000).unref();
  });
}

function seconds(ms: number | undefined): number {
  return ms === undefined ? 0 : ms / 1_000;
}

function checkFailure(failure: InstanceType<typeof messages.CheckFailure>) {
  return { property: failure.getProperty(), reason: failure.getReason() };
}
