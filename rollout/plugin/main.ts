import { flushCompileCache } from "node:module";
import * as pulumi from "@pulumi/pulumi";
import { connectProgress } from "./progress.ts";
import { trafficSwitch } from "./provider.ts";

/** The traffic switch as a Pulumi provider. The engine's address is the last argument that is no flag. */
const engineAddress = process.argv.slice(2).findLast((argument) => !argument.startsWith("-"));
await pulumi.provider.main(trafficSwitch(connectProgress(engineAddress)), process.argv.slice(2));

// A plugin ends by a signal, at which Node would drop what it has compiled for the next one.
flushCompileCache();
