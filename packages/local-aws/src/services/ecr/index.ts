import { account, region } from "../../names.ts";
import type { Call, Service } from "../../service.ts";

/** How long a password holds, in milliseconds (Amazon ECR, GetAuthorizationToken). */
const holdsMs = 12 * 3_600_000;

/** Elastic Container Registry: the password for the account's registry, and no images. */
export function ecr(): Service {
  return {
    signingName: "ecr",
    protocol: "json",
    shapes: () => import("@aws-sdk/client-ecr"),
    handlers: {
      GetAuthorizationToken: (_: object, { now }: Call) => ({
        authorizationData: [
          {
            authorizationToken: Buffer.from("AWS:local-registry-password").toString("base64"),
            expiresAt: new Date(now + holdsMs),
            proxyEndpoint: `https://${account}.dkr.ecr.${region}.amazonaws.com`,
          },
        ],
      }),
    },
  };
}
