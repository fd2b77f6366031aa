/**
 * Loaded into the program's process before anything else. Pulumi's runner installs source-map-support, which maps every
 * stack through the source maps of the packages; Pulumi takes a stack for each promise it makes, so that this is a
 * quarter of an evaluation. The program's own files are run as they are, and there is nothing to map them back to.
 */
"use strict";

Object.defineProperty(Error, "prepareStackTrace", {
  get: () => undefined,
  set() {
    // Whoever sets it is not told that it had no effect.
  },
});
