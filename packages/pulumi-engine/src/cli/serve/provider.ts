import { createRequire } from "node:module";
import providerServices from "@pulumi/pulumi/proto/provider_grpc_pb.js";
import { awsProvider } from "../../providers/aws.ts";
import { awsxProvider } from "../../providers/awsx/index.ts";
import { engineLog } from "./engine-log.ts";
import { resourceProvider } from "./resource-provider.ts";
import { serve } from "./serve.ts";

const makers = { aws: awsProvider, awsx: awsxProvider };

/** Serves the provider of a package to the Pulumi CLI, whose engine listens at the address that it gave this process. */
export async function serveProvider(pkg: keyof typeof makers, engine: string): Promise<void> {
  const provider = makers[pkg]({ env: process.env });
  const { version } = createRequire(import.meta.url)(`@pulumi/${pkg}/package.json`) as { version: string };
  const service = resourceProvider({ provider, version, log: engineLog(engine) });
  await serve(
    (server) => server.addService(providerServices.ResourceProviderService, service),
    async () => provider.close?.(),
  );
}
