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
// It connects V8's debugger, for whoever serializes a closure: until then every script that is compiled is told to it.
putOff(fromPulumi, "./runtime/closure/v8Hooks", () => ({ isInitializedAsync: () => Promise.resolve() }));
// What traces. The runner takes these by name when it starts, and calls them where a trace is asked for.
putOffCalls("@opentelemetry/resources", ["defaultResource", "resourceFromAttributes"]);
putOffCalls("@opentelemetry/sdk-trace-base", ["SimpleSpanProcessor"]);
putOffCalls("@opentelemetry/exporter-zipkin", ["ZipkinExporter"]);
putOffCalls("@opentelemetry/instrumentation-grpc", ["GrpcInstrumentation"]);
putOffCalls("@opentelemetry/sdk-trace-node", ["NodeTracerProvider"]);
putOffCalls("@opentelemetry/instrumentation", ["registerInstrumentations"]);

/** Of one of Pulumi's dependencies: functions and classes that may be taken; who uses one loads it. */
function putOffCalls(name, names) {
  const all = (load) => Object.fromEntries(names.map((key) => [key, called(() => load()[key])]));
  putOff(fromPulumi, name, all);
}

/**
 * Who loads the module gets a stand-in for it; whoever asks that for anything gets what the module has, and of `standIns` what
 * is in its place until then.
 */
function putOff(requireFrom, name, standIns = () => ({})) {
  const path = requireFrom.resolve(name);
  let real;
  const load = () => {
    if (real === undefined) {
      delete require.cache[path];
      real = requireFrom(name);
    }
    return real;
  };
  const untilThen = standIns(load);
  const get = (_, key) => {
    if (key === "__esModule") return true;
    return real === undefined && Object.hasOwn(untilThen, key) ? untilThen[key] : load()[key];
  };
  const exports = new Proxy({}, { get, has: (_, key) => key in load() });
  require.cache[path] = { id: path, filename: path, loaded: true, children: [], exports };
}

/** A function or class that is the real one for whoever calls it, makes one, or asks it for anything. */
function called(real) {
  return new Proxy(function () {}, {
    apply: (_, self, args) => Reflect.apply(real(), self, args),
    construct: (_, args) => Reflect.construct(real(), args),
    get: (_, key) => real()[key],
  });
}
