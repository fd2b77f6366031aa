/** Loaded into the program's process before Pulumi's runner, which stays as it is: what no program here uses is left out. */
"use strict";

require("./lazy.cjs");

// The runner maps every stack through the packages' source maps, and Pulumi takes a stack for each promise it makes. The
// program's own files are run as they are: there is nothing to map them back to.
Object.defineProperty(Error, "prepareStackTrace", {
  get: () => undefined,
  set() {
    // Whoever sets it is not told that it had no effect.
  },
});
