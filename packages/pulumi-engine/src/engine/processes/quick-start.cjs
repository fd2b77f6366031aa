/** Loaded into the program's process before Pulumi's runner, which stays as it is: what no program here uses is left out. */
"use strict";

require("./lazy.cjs");

// The runner maps every stack through the packages' source maps, and Pulumi takes a stack for each promise it makes. The
// program's own files are run as they are: there is nothing to map them back to. And the promises' stacks are shown only
// where somebody looks for one that never ends: elsewhere they are left out.
const looksForLeaks = Boolean(process.env.PULUMI_DEBUG_PROMISE_LEAKS);
const asNodeDoes = (error, frames) => [Error.prototype.toString.call(error), ...frames].join("\n    at ");
const quickly = (error, frames) =>
  frames[0]?.getFunctionName() === "debuggablePromise" ? "" : asNodeDoes(error, frames);
Object.defineProperty(Error, "prepareStackTrace", {
  get: () => (looksForLeaks ? undefined : quickly),
  set() {
    // Whoever sets it is not told that it had no effect.
  },
});
