import { spawn, type ChildProcess } from "node:child_process";
import type { UntypedServiceImplementation } from "@grpc/grpc-js";
import languageServices from "@pulumi/pulumi/proto/language_grpc_pb.js";
import messages from "@pulumi/pulumi/proto/language_pb.js";
import plugins from "@pulumi/pulumi/proto/plugin_pb.js";
import empty from "google-protobuf/google/protobuf/empty_pb.js";
import { EXIT_LOGGED, runnerArguments, runnerEnv } from "../../engine/processes/runner.ts";
import { answer } from "./answer.ts";
import { serve } from "./serve.ts";

/** The language host for Node programs: as the CLI's own does, it runs the program in Pulumi's runner, with `nodeargs`. */
let program: ChildProcess | undefined;

const host: UntypedServiceImplementation = {
  getPluginInfo: answer(async () => new plugins.PluginInfo().setVersion("0.0.0")),
  getRequiredPackages: answer(async () => new messages.GetRequiredPackagesResponse()),
  run: answer(run),
  cancel: answer(async () => {
    program?.kill("SIGINT");
    return new empty.Empty();
  }),
};

async function run(request: InstanceType<typeof messages.RunRequest>) {
  const [, , engine = ""] = process.argv;
  const info = request.getInfo();
  if (info === undefined) throw new Error("the engine says nothing of the program");
  const { nodeargs = "" } = (info.getOptions()?.toJavaScript() ?? {}) as { nodeargs?: string };
  const call = {
    monitor: request.getMonitorAddress(),
    engine,
    project: request.getProject(),
    stack: request.getStack(),
    organization: request.getOrganization(),
    rootDirectory: info.getRootDirectory(),
    pwd: info.getProgramDirectory(),
    parallel: request.getParallel(),
    preview: request.getDryrun(),
    program: info.getEntryPoint(),
  };
  const config = Object.fromEntries(request.getConfigMap().entries());
  program = spawn(
    process.execPath,
    [...nodeargs.split(" ").filter((word) => word !== ""), ...runnerArguments(call)],
    {
      env: { ...process.env, ...runnerEnv(config, request.getConfigsecretkeysList()) },
      // The CLI reads what the program prints from this process's own output.
      stdio: ["ignore", "inherit", "inherit"],
    },
  );
  const code = await new Promise<number | null>((resolve, reject) => {
    program?.once("error", reject).once("exit", resolve);
  });
  if (code === 0) return new messages.RunResponse();
  if (code === EXIT_LOGGED) return new messages.RunResponse().setBail(true);
  return new messages.RunResponse().setError(`Program exited with non-zero exit code: ${code}`);
}

await serve(
  (server) => server.addService(languageServices.LanguageRuntimeService, host),
  async () => void program?.kill("SIGTERM"),
);
