/**
 * The plugin of the twins. Its cloud is the folder TWIN_CLOUD: a file for each thing, and `calls.jsonl` with every call that
 * an engine made, as the engine made it.
 */
import { appendFileSync, existsSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { UntypedServiceImplementation } from "@grpc/grpc-js";
import providerServices from "@pulumi/pulumi/proto/provider_grpc_pb.js";
import { resourceProvider } from "../../../../src/cli/serve/resource-provider.ts";
import { serve } from "../../../../src/cli/serve/serve.ts";
import { thingProvider } from "./things.ts";

const cloud = process.env["TWIN_CLOUD"] ?? "";

/** What an engine sends in one call, by the names that the protocol gives it. Seeds are random, and one line of two is enough. */
function noted(method: string, request: { toObject?: () => object; getNews?: unknown }): void {
  const sent = readable(request);
  appendFileSync(join(cloud, "calls.jsonl"), `${JSON.stringify({ method, ...sent })}\n`);
}

function readable(request: object): object {
  const names = [
    "Urn",
    "Type",
    "Name",
    "Id",
    "Olds",
    "News",
    "OldInputs",
    "OldOutputs",
    "Properties",
    "Inputs",
    "Ignorechanges",
    "Timeout",
    "Preview",
    "Tok",
    "Args",
  ];
  const fields = names.flatMap((name) => {
    const get =
      (request as Record<string, unknown>)[`get${name}`] ??
      (request as Record<string, unknown>)[`get${name}List`];
    if (typeof get !== "function") return [];
    const value = get.call(request) as { toJavaScript?: () => unknown } | undefined;
    return value === undefined ? [] : [[name.toLowerCase(), value.toJavaScript?.() ?? value]];
  });
  return Object.fromEntries(fields);
}

/** The service, with each call noted before it is answered. */
function listening(service: UntypedServiceImplementation): UntypedServiceImplementation {
  return Object.fromEntries(
    Object.entries(service).map(([method, answer]) => [
      method,
      (call: { request: object }, callback: unknown) => {
        noted(method, call.request);
        return (answer as (...all: unknown[]) => unknown)(call, callback);
      },
    ]),
  );
}

// Whoever started it holds its stdin. Of one that is at work and hears no other word it is the end.
process.stdin.once("end", () => {
  if (existsSync(join(cloud, "at-work.mark")) && !existsSync(join(cloud, "cancelled.mark")))
    writeFileSync(join(cloud, "plugin.json"), '"ended by its stdin"');
});

const service = resourceProvider({ provider: thingProvider(cloud), version: "1.0.0", log: () => undefined });
await serve(
  (server) => server.addService(providerServices.ResourceProviderService, listening(service)),
  async () => undefined,
);
