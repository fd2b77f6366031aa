/**
 * Loaded before Pulumi's SDK, which stays as it is: what it loads for every process and hardly a program uses costs half of
 * the SDK's start and a third of its memory. It is put off until somebody asks for it.
 */
"use strict";

const { createRequire } = require("node:module");

const fromPulumi = createRequire(require.resolve("@pulumi/pulumi"));
// Only a closure that is written into the state needs npm's tree of packages and the compiler.
putOff(fromPulumi, "@npmcli/arborist");
putOff(fromPulumi, "typescript");
// The other way round: a program that starts Pulumi.
putOff(fromPulumi, "./automation");
// A list of names which only a traced run reads.
putOff(createRequire(fromPulumi.resolve("@opentelemetry/resources")), "@opentelemetry/semantic-conventions");

/** Who loads the module gets a stand-in for it; whoever asks that for anything gets what the module has. */
function putOff(requireFrom, name) {
  const path = requireFrom.resolve(name);
  let real;
  const load = () => {
    if (real === undefined) {
      delete require.cache[path];
      real = requireFrom(name);
    }
    return real;
  };
  const exports = new Proxy(
    {},
    { get: (_, key) => (key === "__esModule" ? true : load()[key]), has: (_, key) => key in load() },
  );
  require.cache[path] = { id: path, filename: path, loaded: true, children: [], exports };
}
