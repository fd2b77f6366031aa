#!/usr/bin/env bash
# @pulumi/pulumi 3.270.0: a provider that is written with the SDK's own interface for Node never sees the old outputs that the
# engine sends with Check.
#
# Expected: CheckRequest of the provider protocol has a field for the resource's old outputs, and the engine fills it; whoever
# implements `check` for Node can use it, as Diff and Update get the state.
# Seen: the SDK's server calls `check(urn, olds, news)`, where `olds` are the old inputs. What the engine sent as old outputs is
# read by nobody. A provider whose check depends on the resource's state has to keep what it needs in its inputs.
#
# Output seen:
#   sent    olds {"size":1} oldOutputs {"size":1,"state":"from the cloud"} news {"size":2}
#   check   got 3 arguments: the urn, {"size":1}, {"size":2}
# Exit 1 when check gets the old outputs.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm init -y >/dev/null
npm install --silent --no-audit --no-fund --ignore-scripts @pulumi/pulumi@3.270.0
cat >provider.cjs <<'JS'
const pulumi = require("@pulumi/pulumi");
const check = (...given) => {
  process.stderr.write(`check   got ${given.length} arguments: the urn, ${given.slice(1).map((one) => JSON.stringify(one)).join(", ")}\n`);
  return Promise.resolve({ inputs: given[2], failures: [] });
};
pulumi.provider.main({ version: "0.0.1", check }, process.argv.slice(2));
JS
cat >engine.cjs <<'JS'
const { spawn } = require("node:child_process");
const grpc = require("@grpc/grpc-js");
const messages = require("@pulumi/pulumi/proto/provider_pb.js");
const { ResourceProviderClient } = require("@pulumi/pulumi/proto/provider_grpc_pb.js");
const { Struct } = require("google-protobuf/google/protobuf/struct_pb.js");
const plugin = spawn(process.execPath, ["provider.cjs", "127.0.0.1:1"], { stdio: ["pipe", "pipe", "pipe"] });
let said = "";
plugin.stderr.on("data", (text) => (said += text));
plugin.stdout.once("data", (text) => {
  const client = new ResourceProviderClient(`127.0.0.1:${Number(text)}`, grpc.credentials.createInsecure());
  const [olds, oldOutputs, news] = [{ size: 1 }, { size: 1, state: "from the cloud" }, { size: 2 }];
  const request = new messages.CheckRequest();
  request.setUrn("urn:pulumi:s::p::x:index:Thing::t");
  request.setOlds(Struct.fromJavaScript(olds));
  request.setOldOutputs(Struct.fromJavaScript(oldOutputs));
  request.setNews(Struct.fromJavaScript(news));
  console.log(`sent    olds ${JSON.stringify(olds)} oldOutputs ${JSON.stringify(oldOutputs)} news ${JSON.stringify(news)}`);
  client.check(request, (error) => {
    if (error) throw error;
    setTimeout(() => {
      const line = said.split("\n").find((one) => one.startsWith("check ")) ?? "check was not called";
      console.log(line);
      plugin.kill();
      process.exit(line.includes("got 3 arguments") && !line.includes("from the cloud") ? 0 : 1);
    }, 200);
  });
});
JS
node engine.cjs
