import { spawn, type ChildProcess } from "node:child_process";
import type { UntypedServiceImplementation } from "@grpc/grpc-js";
import languageServices from "@pulumi/pulumi/proto/language_grpc_pb.js";
import messages from "@pulumi/pulumi/proto/language_pb.js";
import plugins from "@pulumi/pulumi/proto/plugin_pb.js";
import empty from "google-protobuf/google/protobuf/empty_pb.js";
import { EXIT_LOGGED, runnerArguments, runnerEnv } from "../../engine/processes/runner.ts";
import { answer } from "./answer.ts";
import { serve } from "./serve.ts";

/** The language host for Node programs: the CLI asks it to run the program, and Pulumi's own runner does. */
let program: ChildProcess | undefined;

const host: UntypedServiceImplementation = {
  getPluginInfo: answer(async () => new plugins.PluginInfo().setVersion("0.0.0")),
  getRequiredPackages: answer(async () => new messages.GetRequiredPackagesResponse()),
  run: answer(run),
  cancel: answer(async () => {
    program?.kill("SIGTERM");
    return new empty.Empty();
  }),
};

async function run(request: InstanceType<typeof messages.RunRequest>) {
  const [, , engine = ""] = process.argv;
  const info = request.getInfo();
  program = spawn(
    process.execPath,
    runnerArguments({
      monitor: request.getMonitorAddress(),
      engine,
      project: request.getProject(),
      stack: request.getStack(),
      organization: request.getOrganization(),
      rootDirectory: info?.getRootDirectory() ?? request.getPwd(),
      pwd: request.getPwd(),
      parallel: request.getParallel(),
      preview: request.getDryrun(),
      program: request.getProgram(),
    }),
    {
      cwd: request.getPwd(),
      env: {
        ...process.env,
        ...runnerEnv(Object.fromEntries(request.getConfigMap().entries()), request.getConfigsecretkeysList()),
      },
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
