import { join } from "node:path";
import type {
  CreateFunctionCommandInput,
  FunctionConfiguration,
  UpdateFunctionConfigurationCommandInput,
  VpcConfig,
} from "@aws-sdk/client-lambda";
import { AwsError } from "../../error.ts";
import { arn } from "../../names.ts";
import type { Call, Handler } from "../../service.ts";
import { fromMap } from "../../tags.ts";
import { store } from "./code.ts";
import { type HeldFunction, type State, functionOf } from "./state.ts";

/** Functions that a new account runs at once (AWS Lambda, quotas). */
const ofANewAccount = 10;

/** The operations on functions, their settings and their tags. */
export function functions(state: State): Record<string, Handler> {
  return {
    async CreateFunction(input: CreateFunctionCommandInput, call: Call) {
      const name = input.FunctionName ?? "";
      if (state.functions.has(name))
        throw new AwsError("ResourceConflictException", `Function already exist: ${name}`, 409);
      const place = join(state.options.folder, "state.functions", name);
      const code = await store(place, input.Code?.ZipFile);
      const { Code: _, Tags: given, Publish: __, VpcConfig, ...rest } = input;
      const FunctionArn = arn("lambda", `function:${name}`);
      const live = {
        MemorySize: 128,
        Timeout: 3,
        PackageType: "Zip",
        Architectures: ["x86_64"],
        EphemeralStorage: { Size: 512 },
        TracingConfig: { Mode: "PassThrough" },
        ...rest,
        ...placed(state, VpcConfig),
        ...code,
        FunctionName: name,
        FunctionArn,
        Version: "$LATEST",
        State: "Active",
        LastUpdateStatus: "Successful",
        LastModified: new Date(call.now).toISOString(),
        RevisionId: state.options.ids.uuid(),
      } as HeldFunction["live"];
      state.functions.set(name, { live, folder: place, statements: new Map(), reserved: null });
      state.tags.set(FunctionArn, fromMap(given));
      return live;
    },
    GetFunction(input: { FunctionName?: string }) {
      const { live, reserved } = functionOf(state, input.FunctionName);
      return {
        Configuration: live,
        Code: { RepositoryType: "S3", Location: "local" },
        Tags: state.tags.map(live.FunctionArn),
        ...(reserved === null ? {} : { Concurrency: { ReservedConcurrentExecutions: reserved } }),
      };
    },
    GetFunctionConfiguration: (input: { FunctionName?: string }) =>
      functionOf(state, input.FunctionName).live,
    async UpdateFunctionCode(input: { FunctionName?: string; ZipFile?: Uint8Array }) {
      const held = functionOf(state, input.FunctionName);
      Object.assign(held.live, await store(held.folder, input.ZipFile));
      return held.live;
    },
    UpdateFunctionConfiguration(input: UpdateFunctionConfigurationCommandInput) {
      const held = functionOf(state, input.FunctionName);
      const given = Object.entries(input).filter(
        ([key, value]) => !["FunctionName", "VpcConfig"].includes(key) && value !== undefined,
      );
      held.live = { ...held.live, ...Object.fromEntries(given), ...placed(state, input.VpcConfig) };
      return held.live;
    },
    DeleteFunction(input: { FunctionName?: string }) {
      state.functions.delete(functionOf(state, input.FunctionName).live.FunctionName);
      return {};
    },
    GetAccountSettings() {
      const reserved = [...state.functions.values()].reduce((all, { reserved: one }) => all + (one ?? 0), 0);
      return {
        AccountLimit: {
          ConcurrentExecutions: ofANewAccount,
          UnreservedConcurrentExecutions: ofANewAccount - reserved,
        },
        AccountUsage: { FunctionCount: state.functions.size },
      };
    },
    PutFunctionConcurrency(input: { FunctionName?: string; ReservedConcurrentExecutions?: number }) {
      const held = functionOf(state, input.FunctionName);
      // All of a new account's stay unreserved (Lambda quotas; the error is Lambda's own).
      if ((input.ReservedConcurrentExecutions ?? 0) > 0)
        throw new AwsError(
          "InvalidParameterValueException",
          "Specified ReservedConcurrentExecutions for function decreases account's UnreservedConcurrentExecution below its minimum value of [10].",
        );
      held.reserved = input.ReservedConcurrentExecutions ?? null;
      return { ReservedConcurrentExecutions: input.ReservedConcurrentExecutions };
    },
    DeleteFunctionConcurrency(input: { FunctionName?: string }) {
      functionOf(state, input.FunctionName).reserved = null;
      return {};
    },
    ListVersionsByFunction: (input: { FunctionName?: string }) => ({
      Versions: [functionOf(state, input.FunctionName).live],
    }),
    TagResource(input: { Resource?: string; Tags?: Record<string, string> }) {
      state.tags.set(input.Resource ?? "", fromMap(input.Tags));
      return {};
    },
    UntagResource(input: { Resource?: string; TagKeys?: string[] }) {
      state.tags.remove(input.Resource ?? "", input.TagKeys);
      return {};
    },
    ListTags: (input: { Resource?: string }) => ({ Tags: state.tags.map(input.Resource ?? "") }),
  };
}

/** Where a function is put, as it is shown; nothing where that is not said. */
function placed({ options }: State, given: VpcConfig | undefined): Pick<FunctionConfiguration, "VpcConfig"> {
  if (given === undefined) return {};
  const { SubnetIds = [], SecurityGroupIds = [] } = given;
  if ((SubnetIds.length === 0) !== (SecurityGroupIds.length === 0))
    throw new AwsError(
      "InvalidParameterValueException",
      "SubnetIds and SecurityIds must coexist or be both empty list.",
    );
  const [VpcId = ""] = SubnetIds.map((id) => options.vpcOfSubnet(id));
  return { VpcConfig: { SubnetIds, SecurityGroupIds, VpcId } };
}
