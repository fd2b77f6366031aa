import { z } from "zod";
import { anyPartition } from "./partition.ts";

/** The config key `github`: a repository whose workflows may deploy and preview. */
export const github = z
  .strictObject({
    repository: z
      .string()
      .regex(
        /^[\w.-]+\/[\w.-]+$|^[\w.-]+@\d+\/[\w.-]+@\d+$/,
        "must be owner/name, or owner@123/name@456 with GitHub's ids of both",
      )
      .describe(
        "The repository, owner/name. With GitHub's ids, owner@123/name@456, no other repository fits, also none that takes the name later: `gh api repos/OWNER/NAME --jq '.owner.id, .id'`.",
      ),
    branch: z
      .string()
      .regex(
        /^[^\s~^:?[\\$]+$/,
        "must be the name of a branch; a * in it stands for anything, as in release/*",
      )
      .optional()
      .describe("Its branch that may deploy; a * stands for anything, as in release/*. Left out: main."),
    environments: z
      .array(z.string().regex(/^[^*?$]+$/, "must be the name of an environment, without * ? and $"))
      .min(1, "names no environment: leave the key out")
      .optional()
      .describe(
        "Its environments whose jobs may deploy, such as [production, break-glass], instead of a branch: GitHub tells AWS one of the two, so which branches may is the environments' own setting.",
      ),
    providerArn: z
      .string()
      .regex(
        new RegExp(`^${anyPartition}:iam::\\d{12}:oidc-provider/token\\.actions\\.githubusercontent\\.com$`),
        "must be the ARN of GitHub's identity provider in this account",
      )
      .optional()
      .describe("GitHub's identity provider, of which an account has one; left out: this stack makes it."),
  })
  .optional()
  .describe(
    "Repository whose workflows may deploy, and look at what a pull request would change, by OpenID Connect; left out: no roles for them. The stack's outputs deployRole and previewRole name the roles. A person makes the first deployment, and those that name a new secret or give a role a new right: a workflow stays below what a person set. Its rights go by name: beside another stack of this program in the same account and region they reach that one's balancer, cluster, topics and schedule too, so give each an account of its own.",
  );
