/**
 * Loaded into the program's process before Pulumi's runner, which stays as it is. Two things that no program here uses
 * make up a third of an evaluation, and are left out or put off.
 */
"use strict";

const { createRequire } = require("node:module");

// The runner maps every stack through the packages' source maps, and Pulumi takes a stack for each promise it makes. The
// program's own files are run as they are: there is nothing to map them back to.
Object.defineProperty(Error, "prepareStackTrace", {
  get: () => undefined,
  set() {
    // Whoever sets it is not told that it had no effect.
  },
});

// Only a closure that is written into the state needs npm's tree of packages; Pulumi loads it for every program.
const requireFromPulumi = createRequire(require.resolve("@pulumi/pulumi"));
const path = requireFromPulumi.resolve("@npmcli/arborist");
require.cache[path] = {
  id: path,
  filename: path,
  loaded: true,
  children: [],
  exports: {
    __esModule: true,
    get Arborist() {
      delete require.cache[path];
      return requireFromPulumi("@npmcli/arborist").Arborist;
    },
  },
};
