import { defineCheck } from "../core/define.ts";
import { howToRecord } from "./stated.ts";

/** The link to the documentation leads somewhere. */
export const documentationPublished = defineCheck({
  name: "documentation-published",
  group: "preflight",
  question: "Does the link to the documentation lead to a page?",
  source: "pre-deployment record and the page itself",
  query: ({ release }) => `GET ${release?.documentation ?? "(release.documentation is not set)"}`,
  limit: () => ({ value: 400, unit: "HTTP status", good: "<" }),
  sentence: "Documentation finalized (Pre-Deployment Checklist)",
  needs: ["record"],
  timeoutMs: 15_000,
  async measure({ release, sources, signal }) {
    if (release?.documentation === undefined) return null;
    return await sources.web.status(release.documentation, signal);
  },
  judge(status, { release }) {
    if (status === null) {
      const why = `the record has no release.documentation: ${howToRecord}`;
      return { verdict: "inconclusive", value: null, samples: 0, why };
    }
    const why = `${release?.documentation} answers ${status}`;
    return { verdict: status < 400 ? "pass" : "fail", value: status, samples: 1, why };
  },
});
