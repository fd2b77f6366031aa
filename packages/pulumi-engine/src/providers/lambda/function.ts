import type { FunctionArgs } from "@pulumi/aws/lambda/function.js";
import { isCode, unlessGone } from "../aws-error.ts";
import { archive, flag, list, map, number, object, set, text } from "../fields.ts";
import { awaited, kind, patiently, type Plain, type Tools } from "../kind.ts";
import { zipOf } from "./archive.ts";

type Inputs = Plain<FunctionArgs>;

async function codeOf(tools: Tools, inputs: Inputs) {
  if (inputs.imageUri !== undefined) return { ImageUri: inputs.imageUri };
  if (inputs.s3Bucket !== undefined)
    return { S3Bucket: inputs.s3Bucket, S3Key: inputs.s3Key, S3ObjectVersion: inputs.s3ObjectVersion };
  return { ZipFile: await zipOf(inputs.code, tools.projectFolder) };
}

const configuration = (inputs: Inputs) => ({
  Role: inputs.role,
  Handler: inputs.handler,
  Runtime: inputs.runtime as "nodejs24.x" | undefined,
  Description: inputs.description,
  MemorySize: inputs.memorySize,
  Timeout: inputs.timeout,
  Environment: inputs.environment && { Variables: inputs.environment.variables },
  Layers: inputs.layers,
  KMSKeyArn: inputs.kmsKeyArn,
  EphemeralStorage: inputs.ephemeralStorage && { Size: inputs.ephemeralStorage.size },
  TracingConfig: inputs.tracingConfig && { Mode: inputs.tracingConfig.mode as "Active" },
  DeadLetterConfig: inputs.deadLetterConfig && { TargetArn: inputs.deadLetterConfig.targetArn },
  LoggingConfig: inputs.loggingConfig && {
    LogFormat: inputs.loggingConfig.logFormat as "JSON",
    LogGroup: inputs.loggingConfig.logGroup,
    ApplicationLogLevel: inputs.loggingConfig.applicationLogLevel as "INFO" | undefined,
    SystemLogLevel: inputs.loggingConfig.systemLogLevel as "INFO" | undefined,
  },
  VpcConfig: inputs.vpcConfig && {
    SubnetIds: inputs.vpcConfig.subnetIds,
    SecurityGroupIds: inputs.vpcConfig.securityGroupIds,
  },
});

async function found(tools: Tools, FunctionName: string) {
  const lambda = await tools.aws.lambda();
  return unlessGone(lambda.getFunction({ FunctionName }), "ResourceNotFound");
}

/** A function that was made or changed cannot be changed again, nor called, before it settled. */
async function settled(tools: Tools, name: string): Promise<void> {
  const state = await awaited(
    tools,
    async () => {
      const live = (await found(tools, name))?.Configuration;
      const waiting = live?.State === "Pending" || live?.LastUpdateStatus === "InProgress";
      return waiting ? undefined : (live ?? {});
    },
    () => `function ${name} did not settle within 10 minutes`,
    600_000,
  );
  if (state.State === "Failed") throw new Error(`function ${name} failed to start: ${state.StateReason}`);
  if (state.LastUpdateStatus === "Failed")
    throw new Error(`the change of function ${name} failed: ${state.LastUpdateStatusReason}`);
}

async function setConcurrency(
  tools: Tools,
  FunctionName: string,
  reserved: number | undefined,
): Promise<void> {
  const lambda = await tools.aws.lambda();
  // -1 is Pulumi's word for no reservation
  if (reserved === undefined || reserved === -1) await lambda.deleteFunctionConcurrency({ FunctionName });
  else await lambda.putFunctionConcurrency({ FunctionName, ReservedConcurrentExecutions: reserved });
}

/**
 * A function of Lambda, by its name. Waits up to a minute for a role that was made a moment ago; configuration and code change
 * by a call each, one settled before the next. `skipDestroy` keeps the function when the resource goes.
 */
export const lambdaFunction = kind<FunctionArgs>({
  type: "aws:lambda/function:Function",
  fields: {
    name: text,
    role: text,
    code: archive,
    codeSha256: text,
    sourceCodeHash: text,
    imageUri: text,
    packageType: text,
    s3Bucket: text,
    s3Key: text,
    s3ObjectVersion: text,
    handler: text,
    runtime: text,
    description: text,
    architectures: set(text),
    memorySize: number,
    timeout: number,
    environment: object({ variables: map }),
    layers: list(text),
    kmsKeyArn: text,
    ephemeralStorage: object({ size: number }),
    tracingConfig: object({ mode: text }, ["mode"]),
    deadLetterConfig: object({ targetArn: text }, ["targetArn"]),
    loggingConfig: object(
      { logFormat: text, logGroup: text, applicationLogLevel: text, systemLogLevel: text },
      ["logFormat"],
    ),
    vpcConfig: object({ subnetIds: set(text), securityGroupIds: set(text) }, [
      "subnetIds",
      "securityGroupIds",
    ]),
    reservedConcurrentExecutions: number,
    publish: flag,
    skipDestroy: flag,
    tags: map,
  },
  required: ["role"],
  forceNew: ["name", "packageType"],
  defaults: {
    memorySize: 128,
    timeout: 3,
    packageType: "Zip",
    publish: false,
    reservedConcurrentExecutions: -1,
    skipDestroy: false,
  },
  naming: { property: "name", max: 64 },
  gone: ["ResourceNotFound"],
  faults: ({ packageType, handler, runtime, code, s3Bucket, imageUri }) => {
    if (packageType === "Image")
      return imageUri === undefined
        ? [{ property: "imageUri", reason: "is required for packageType Image" }]
        : [];
    const missing = Object.entries({ handler, runtime, code: code ?? s3Bucket });
    return missing
      .filter(([, value]) => value === undefined)
      .map(([property]) => ({ property, reason: "is required for packageType Zip" }));
  },
  async create(tools, inputs) {
    const lambda = await tools.aws.lambda();
    const Code = await codeOf(tools, inputs);
    const ask = () =>
      lambda.createFunction({
        ...configuration(inputs),
        FunctionName: inputs.name,
        Code,
        PackageType: inputs.packageType as "Zip",
        Architectures: inputs.architectures as ["arm64"] | undefined,
        Publish: inputs.publish,
        Tags: inputs.tags && Object.keys(inputs.tags).length > 0 ? inputs.tags : undefined,
      });
    const until = tools.now() + 60_000;
    for (;;) {
      try {
        await ask();
        return inputs.name ?? "";
      } catch (error) {
        // a role made a moment ago
        const passing = isCode(error, "InvalidParameterValue") && /cannot be assumed/.test(String(error));
        if (!passing || tools.now() >= until) throw error;
      }
      await tools.sleep(tools.pollMs);
    }
  },
  async configure(tools, id, inputs) {
    await settled(tools, id);
    const reserved = inputs.reservedConcurrentExecutions;
    if (reserved !== undefined && reserved !== -1) await setConcurrency(tools, id, reserved);
  },
  async read(tools, id) {
    const answer = await found(tools, id);
    const live = answer?.Configuration;
    if (live === undefined) return undefined;
    const arn = live.FunctionArn ?? "";
    const partition = arn.split(":")[1] ?? "aws";
    const invokeArn = (name: string) =>
      `arn:${partition}:apigateway:${tools.region}:lambda:path/2015-03-31/functions/${name}/invocations`;
    return {
      arn,
      invokeArn: invokeArn(arn),
      qualifiedArn: `${arn}:${live.Version ?? "$LATEST"}`,
      qualifiedInvokeArn: invokeArn(`${arn}:${live.Version ?? "$LATEST"}`),
      version: live.Version,
      name: live.FunctionName,
      role: live.Role,
      handler: live.Handler,
      runtime: live.Runtime,
      description: live.Description === "" ? undefined : live.Description,
      architectures: live.Architectures,
      memorySize: live.MemorySize,
      timeout: live.Timeout,
      packageType: live.PackageType,
      environment: live.Environment && { variables: live.Environment.Variables },
      lastModified: live.LastModified,
      codeSha256: live.CodeSha256,
      sourceCodeHash: live.CodeSha256,
      sourceCodeSize: live.CodeSize,
      reservedConcurrentExecutions: answer?.Concurrency?.ReservedConcurrentExecutions ?? -1,
      vpcConfig: live.VpcConfig?.VpcId
        ? { subnetIds: live.VpcConfig.SubnetIds, securityGroupIds: live.VpcConfig.SecurityGroupIds }
        : undefined,
      tags: answer?.Tags ?? {},
    };
  },
  async update(tools, id, { inputs, changed }) {
    const lambda = await tools.aws.lambda();
    const busy = ["ResourceConflict"];
    if (
      changed(
        ...([
          "role",
          "handler",
          "runtime",
          "description",
          "memorySize",
          "timeout",
          "environment",
          "layers",
        ] as const),
        ...(["kmsKeyArn", "ephemeralStorage", "tracingConfig", "deadLetterConfig", "loggingConfig"] as const),
        "vpcConfig",
      )
    ) {
      // an absent environment means "as before"; an emptied one must be said
      const Environment = { Variables: inputs.environment?.variables ?? {} };
      await patiently(tools, busy, () =>
        lambda.updateFunctionConfiguration({
          ...configuration(inputs),
          Description: inputs.description ?? "",
          Environment,
          // the same: a function that is not put into a VPC leaves it
          VpcConfig: {
            SubnetIds: inputs.vpcConfig?.subnetIds ?? [],
            SecurityGroupIds: inputs.vpcConfig?.securityGroupIds ?? [],
          },
          FunctionName: id,
        }),
      );
      await settled(tools, id);
    }
    if (
      changed(
        "code",
        "codeSha256",
        "sourceCodeHash",
        "imageUri",
        "s3Bucket",
        "s3Key",
        "s3ObjectVersion",
        "architectures",
      )
    ) {
      const code = await codeOf(tools, inputs);
      await patiently(tools, busy, () =>
        lambda.updateFunctionCode({
          FunctionName: id,
          ...code,
          Architectures: inputs.architectures as ["arm64"] | undefined,
        }),
      );
      await settled(tools, id);
    }
    if (changed("reservedConcurrentExecutions"))
      await setConcurrency(tools, id, inputs.reservedConcurrentExecutions);
  },
  async retag(tools, state, put, removed) {
    const lambda = await tools.aws.lambda();
    const Resource = String(state.arn);
    if (removed.length > 0) await lambda.untagResource({ Resource, TagKeys: removed });
    if (Object.keys(put).length > 0) await lambda.tagResource({ Resource, Tags: put });
  },
  async remove(tools, id, state) {
    if (state.skipDestroy === true) return;
    await (await tools.aws.lambda()).deleteFunction({ FunctionName: id });
  },
});
