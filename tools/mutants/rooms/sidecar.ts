import type { Mutant } from "../mutant.ts";

const health = ["tests/sidecar/plain-health.test.ts"];
const pages = ["tests/sidecar/cors.test.ts"];
const publicPaths = ["tests/sidecar/public-paths.test.ts"];
const leaving = ["tests/sidecar/leaving.test.ts"];

/** Mutants of what rides along in front of the hub. */
export const sidecar: readonly Mutant[] = [
  {
    does: "a good release is rolled back because clients took calls back",
    file: "domain/outcome.ts",
    before: '? judged("withdrawn", "withdrawn")',
    after: '? judged("server-fault", "withdrawn")',
    tests: ["tests/domain/outcome.test.ts", "tests/sidecar/observer.test.ts"],
  },
  {
    does: "whoever has the signing key uses the hub without a token",
    file: "sidecar/proxy/decide-route.ts",
    before: "if (!hopped && !isAuthorized(tokens, headers.authorization)) return unauthorized;",
    after:
      'if (!hopped && !isSigned(keys, "probe", headers[header.probeProof], nowMs) && !isAuthorized(tokens, headers.authorization)) return unauthorized;',
    tests: ["tests/sidecar/decide-route.test.ts", "tests/sidecar/proofs.test.ts"],
  },
  {
    does: "a drain cuts an answer in two, for its stream is closed while it arrives",
    file: "sidecar/drain/streams.ts",
    before: " || this.#arriving.has(session)",
    after: "",
    tests: ["tests/sidecar/arriving.test.ts"],
  },
  {
    does: "a stolen proof that is dated years ahead opens a slot until then",
    file: "sidecar/affinity/signature.ts",
    before: "Math.abs(Number(seconds) - nowMs / 1_000)",
    after: "(nowMs / 1_000 - Number(seconds))",
    tests: ["tests/sidecar/proofs.test.ts"],
  },
  {
    does: "whoever has no token hears the hub's tools, faults and workspaces on its health path",
    file: "sidecar/proxy/decide-route.ts",
    before: "if (tokens.length === 0 && settings.publicPaths.length === 0) return true;",
    after: "if (tokens.length >= 0) return true;",
    tests: health,
  },
  {
    does: "every token is good for the whole of a hub's health",
    file: "sidecar/proxy/decide-route.ts",
    before: "if (tokens.length > 0 && isAuthorized(tokens, authorization)) return true;",
    after: "if (tokens.length > 0 && authorization !== undefined) return true;",
    tests: health,
  },
  {
    does: "gates hear of a hub only that it is up, and refuse each release whose hub.ready asks for more",
    file: "sidecar/proxy/decide-route.ts",
    before: 'return isSigned(keys, "probe", headers[header.probeProof], nowMs);',
    after: "return false;",
    tests: health,
  },
  {
    does: "who may hear only whether the hub is up asks it for more, with a query and headers of their own",
    file: "sidecar/proxy/headers.ts",
    before: 'const needsNoToken = isPlain || route.by === "preflight";',
    after: 'const needsNoToken = route.by === "preflight";',
    tests: health,
  },
  {
    does: "the balancer's check tells anybody why the hub is not ready, in the hub's words",
    file: "sidecar/proxy/own-answers.ts",
    before: "tellsWhy ? notReadyWords + why",
    after: "true ? notReadyWords + why",
    tests: health,
  },
  {
    does: "web pages reach no hub that has tokens: their preflight has none",
    file: "sidecar/proxy/decide-route.ts",
    before: 'if (method === "OPTIONS" && isPreflight(headers)) return decidePreflight(',
    after:
      'if (method === "OPTIONS" && isPreflight(headers) && config.tokens.length === 0) return decidePreflight(',
    tests: pages,
  },
  {
    does: "a hub that takes a method from a header does without a token what it does for MCP's clients",
    file: "sidecar/proxy/headers.ts",
    before: 'isPlain || route.by === "preflight";',
    after: "isPlain;",
    tests: pages,
  },
  {
    does: "whoever calls a request with a body a preflight needs no token for it",
    file: "sidecar/proxy/cors.ts",
    before:
      'return headers["transfer-encoding"] === undefined && Number(headers["content-length"] ?? 0) === 0;',
    after: "return true;",
    tests: pages,
  },
  {
    does: "a page's client whose task is gone sees a network fault, and never begins anew",
    file: "sidecar/proxy/own-answers.ts",
    before: "[...forBrowsers(response.req), ...more]",
    after: "[...more]",
    tests: pages,
  },
  {
    does: "any page reads the sidecar's refusals as the user who is signed in",
    file: "sidecar/proxy/cors.ts",
    before: '  "access-control-expose-headers",\n',
    after: '  "access-control-allow-credentials",\n  "true",\n  "access-control-expose-headers",\n',
    tests: pages,
  },
  {
    does: "a preflight that the hub never answers keeps its task for as long as a drain may last",
    file: "sidecar/proxy/call.ts",
    before: 'this.#waits = !isForHub || route.by !== "preflight";',
    after: "this.#waits = true;",
    tests: pages,
  },
  {
    does: "a preflight whose answer names a session counts as one that is open",
    file: "sidecar/proxy/answer.ts",
    before: "if (!isOfMcp(call.route)) return passOutsideMcp",
    after: 'if (call.route.by === "plain health") return passOutsideMcp',
    tests: pages,
  },
  {
    does: "everything below a public path is open to anybody",
    file: "sidecar/proxy/decide-route.ts",
    before: 'return settings.publicPaths.includes(path) ? "public"',
    after: 'return settings.publicPaths.some((open) => path.startsWith(open)) ? "public"',
    tests: publicPaths,
  },
  {
    does: "anybody reaches a release that has passed no check, over a public path with the probe's header",
    file: "sidecar/proxy/decide-route.ts",
    before:
      'return isUnsignedProbe(config, headers, nowMs) ? unsignedProbe : hubRoute(config, url, "public path");',
    after: 'return hubRoute(config, url, "public path");',
    tests: publicPaths,
  },
  {
    does: "the hub gets the token that opens the sidecar's door",
    file: "sidecar/proxy/headers.ts",
    before: 'route.by === "public path" && !isAuthorized(config.tokens, authorization)',
    after: 'route.by === "public path"',
    tests: publicPaths,
  },
  {
    does: "clients with a secret get no token of the hub's: it never hears who they are",
    file: "sidecar/proxy/headers.ts",
    before: "return isHubs ? withheld.onPublicPath : withheld.fromHub;",
    after: "return withheld.fromHub;",
    tests: publicPaths,
  },
  {
    does: "a client's messages need no token, for the path of MCP is public with a slash at its end",
    file: "sidecar/config.ts",
    before: "if (taken.some((other) => mayBeSamePath(path, other)))",
    after: "if (taken.includes(path))",
    tests: publicPaths,
  },
  {
    does: "a protection that ECS refuses is taken for one, and a session ends with its task",
    file: "sidecar/drain/protection.ts",
    before: "      if (failure) throw",
    after: "      if (failure && !response.ok) throw",
    tests: ["tests/sidecar/drain.test.ts"],
  },
  {
    does: "the tasks that take the place of a release which leaves are told to leave as well",
    file: "sidecar/drain/flag.ts",
    before: 'left?.["release"]?.S === release',
    after: 'left?.["release"]?.S !== undefined',
    tests: leaving,
  },
  {
    does: "a task that leaves keeps its protection, and the deployment lasts for as long as clients come",
    file: "sidecar/sidecar.ts",
    before: "streams.sessions > 0 && drain.mayProtect",
    after: "streams.sessions > 0",
    tests: leaving,
  },
  {
    does: "tasks that were told to leave and never replaced lose their sessions to the next scale-in, for ever",
    file: "sidecar/drain/drain.ts",
    before: "this.#options.now() < this.#leaving.until",
    after: "this.#options.now() < Infinity",
    tests: leaving,
  },
  {
    does: "a session that began anew on a task that leaves is ended again, every quarter of a second",
    file: "sidecar/drain/streams.ts",
    before: "({ openedAt }) => openedAt <= ending.openedBy,",
    after: "({ openedAt }) => openedAt <= Infinity,",
    tests: leaving,
  },
  {
    does: "a task that leaves sends new sessions to one that leaves as well, and their clients move twice",
    file: "sidecar/affinity/peers.ts",
    before: "(seen.release ?? release) !== release",
    after: "(seen.release ?? release) !== null",
    tests: leaving,
  },
  {
    does: "a new session is turned away because the task that it was sent on to is gone",
    file: "sidecar/proxy/decide-route.ts",
    before: 'by: "drain", body, otherwise: toHub }',
    after: 'by: "drain", body, otherwise: null }',
    tests: leaving,
  },
];
