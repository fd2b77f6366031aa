/** A repository's workflows, as the stack config names them. */
export interface Workflows {
  /** `owner/name`, or `owner@123/name@456` with GitHub's ids. */
  readonly repository: string;
  readonly branch?: string | undefined;
  readonly environments?: readonly string[] | undefined;
}

/**
 * Subjects of one kind of job of a repository. Repositories that were created, renamed or moved since 2026-07-15 carry ids in
 * them, the others do not (GitHub changelog, 2026-04-23): both are trusted. An id that nobody named is any.
 */
function subjectsOf(repository: string, job: string): string[] {
  const [owner, name] = repository.split("/").map((part) => part.split("@")) as [string[], string[]];
  return [
    `repo:${owner[0]}/${name[0]}:${job}`,
    `repo:${owner[0]}@${owner[1] ?? "*"}/${name[0]}@${name[1] ?? "*"}:${job}`,
  ];
}

/** Subjects of the jobs that may deploy: those of the environments, or else those of a branch. */
export function deploySubjects({ repository, branch = "main", environments }: Workflows): string[] {
  if (environments === undefined) return subjectsOf(repository, `ref:refs/heads/${branch}`);
  // A colon within a name is spelt as GitHub spells it.
  return environments.flatMap((name) => subjectsOf(repository, `environment:${name.replaceAll(":", "%3A")}`));
}

/** Subjects of the jobs that a pull request starts. */
export const previewSubjects = ({ repository }: Workflows): string[] =>
  subjectsOf(repository, "pull_request");

/** Who may take a role: jobs with one of these subjects, by OpenID Connect. */
export const trustJobs = (
  provider: string,
  audiences: readonly string[],
  subjects: readonly string[],
): object => {
  const of = "token.actions.githubusercontent.com";
  const exact = subjects.every((subject) => !subject.includes("*"));
  return {
    Version: "2012-10-17",
    Statement: [
      {
        Effect: "Allow",
        Principal: { Federated: provider },
        Action: "sts:AssumeRoleWithWebIdentity",
        Condition: exact
          ? { StringEquals: { [`${of}:aud`]: audiences, [`${of}:sub`]: subjects } }
          : { StringEquals: { [`${of}:aud`]: audiences }, StringLike: { [`${of}:sub`]: subjects } },
      },
    ],
  };
};
