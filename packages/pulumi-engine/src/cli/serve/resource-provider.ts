import type { UntypedServiceImplementation } from "@grpc/grpc-js";
import plugins from "@pulumi/pulumi/proto/plugin_pb.js";
import messages from "@pulumi/pulumi/proto/provider_pb.js";
import empty from "google-protobuf/google/protobuf/empty_pb.js";
import { fromStruct, toStruct } from "../../engine/grpc/struct.ts";
import type { CheckFailure, Provider, ProviderLog } from "../../engine/provider.ts";
import { withJson } from "../../engine/providers.ts";
import { parseUrn } from "../../engine/urn.ts";
import { answer } from "./answer.ts";
import { constructed } from "./construct.ts";

type Request<Name extends keyof typeof messages> = InstanceType<(typeof messages)[Name]>;

/** What is served: a provider, and how the engine sees the package. */
export interface Served {
  provider: Provider;
  /** Of the package, as the program's SDK asks for it. */
  version: string;
  log: ProviderLog;
}

/**
 * Pulumi's ResourceProvider service in front of a provider as the embedded engine has them. `Handshake` stays
 * unimplemented: whoever answers it is asked to create in previews too.
 */
export function resourceProvider({ provider, version, log }: Served): UntypedServiceImplementation {
  return {
    getPluginInfo: answer(async () => new plugins.PluginInfo().setVersion(version)),
    configure: answer(async (request: Request<"ConfigureRequest">) => {
      const inputs = withJson(fromStruct(request.getArgs()));
      await provider.configure?.({ urn: request.getUrn() ?? "", inputs, project: "", stack: "" }, log);
      // Whoever constructs components must take secrets: Pulumi asks no other.
      const takes = provider.acceptsSecrets === true || provider.construct !== undefined;
      return new messages.ConfigureResponse().setAcceptsecrets(takes);
    }),
    invoke: answer(async (request: Request<"InvokeRequest">) => {
      const { invoke } = must(provider, "invoke");
      const args = fromStruct(request.getArgs());
      const result = await invoke({ token: request.getTok(), args, preview: request.getPreview() });
      return new messages.InvokeResponse()
        .setReturn(toStruct(result.return ?? {}))
        .setFailuresList((result.failures ?? []).map(failure));
    }),
    check: answer(async (request: Request<"CheckRequest">) => {
      const news = fromStruct(request.getNews());
      const result = await provider.check?.({
        ...ref(request),
        olds: fromStruct(request.getOlds()),
        news,
        preview: false,
        randomSeed: request.getRandomseed_asU8(),
      });
      return new messages.CheckResponse()
        .setInputs(toStruct(result?.inputs ?? news))
        .setFailuresList((result?.failures ?? []).map(failure));
    }),
    diff: answer(async (request: Request<"DiffRequest">) => {
      const { diff } = must(provider, "diff");
      const { changes, replaces, deleteBeforeReplace, diffs } = await diff(change(request));
      return new messages.DiffResponse()
        .setChanges(verdict(changes))
        .setReplacesList(replaces ?? [])
        .setDeletebeforereplace(deleteBeforeReplace ?? false)
        .setDiffsList(diffs ?? []);
    }),
    create: answer(async (request: Request<"CreateRequest">) => {
      const { create } = must(provider, "create");
      const inputs = fromStruct(request.getProperties());
      const made = await create({ ...ref(request), inputs, ...timeout(request) });
      return new messages.CreateResponse().setId(made.id).setProperties(toStruct(made.outputs));
    }),
    read: answer(async (request: Request<"ReadRequest">) => {
      const { read } = must(provider, "read");
      const found = await read({
        ...ref(request),
        id: request.getId(),
        inputs: fromStruct(request.getInputs()),
        outputs: fromStruct(request.getProperties()),
      });
      // Without an id it is gone.
      if (found === null) return new messages.ReadResponse();
      const response = new messages.ReadResponse().setId(found.id).setProperties(toStruct(found.outputs));
      return response.setInputs(found.inputs ? toStruct(found.inputs) : request.getInputs());
    }),
    update: answer(async (request: Request<"UpdateRequest">) => {
      const { update } = must(provider, "update");
      const { outputs } = await update({ ...change(request), ...timeout(request) });
      return new messages.UpdateResponse().setProperties(toStruct(outputs));
    }),
    delete: answer(async (request: Request<"DeleteRequest">) => {
      await provider.delete?.({
        ...ref(request),
        id: request.getId(),
        inputs: fromStruct(request.getOldInputs()),
        outputs: fromStruct(request.getProperties()),
        ...timeout(request),
      });
      return new empty.Empty();
    }),
    construct: answer((request: Request<"ConstructRequest">) => constructed(provider, request)),
    cancel: answer(async () => {
      await provider.cancel?.();
      return new empty.Empty();
    }),
  };
}

const ref = (request: { getUrn(): string }) => {
  const { type, name } = parseUrn(request.getUrn());
  return { urn: request.getUrn(), type, name };
};

/** What is to become of a resource that is there. */
const change = (request: Request<"DiffRequest"> | Request<"UpdateRequest">) => ({
  ...ref(request),
  id: request.getId(),
  olds: fromStruct(request.getOlds()),
  oldInputs: fromStruct(request.getOldInputs()),
  news: fromStruct(request.getNews()),
  ignoreChanges: request.getIgnorechangesList(),
});

/** Pulumi sends seconds, 0 where the program asked for none. */
const timeout = (request: { getTimeout(): number }) =>
  request.getTimeout() === 0 ? {} : { timeoutMs: request.getTimeout() * 1_000 };

function must<Name extends keyof Provider>(provider: Provider, name: Name): Required<Pick<Provider, Name>> {
  if (provider[name] === undefined) throw new Error(`This package has no ${name}.`);
  return provider as Required<Pick<Provider, Name>>;
}

function verdict(changes: boolean | undefined) {
  const { DIFF_NONE, DIFF_SOME, DIFF_UNKNOWN } = messages.DiffResponse.DiffChanges;
  if (changes === undefined) return DIFF_UNKNOWN;
  return changes ? DIFF_SOME : DIFF_NONE;
}

const failure = ({ property, reason }: CheckFailure) =>
  new messages.CheckFailure().setProperty(property).setReason(reason);
