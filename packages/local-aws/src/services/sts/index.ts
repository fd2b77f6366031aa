import type { AssumeRoleCommandInput } from "@aws-sdk/client-sts";
import { type Ids, account, arn, letters } from "../../names.ts";
import type { Call, Service } from "../../service.ts";

/** Security Token Service: there is one caller, and any role may be assumed. */
export function sts(ids: Ids): Service {
  return {
    signingName: "sts",
    protocol: "query",
    xmlNamespace: "https://sts.amazonaws.com/doc/2011-06-15/",
    shapes: () => import("@aws-sdk/client-sts"),
    handlers: {
      GetCallerIdentity: () => ({
        Account: account,
        Arn: arn("iam", "user/rehearsal", { region: "" }),
        UserId: "AIDALOCALREHEARSAL000",
      }),
      AssumeRole(input: AssumeRoleCommandInput, call: Call) {
        const role = input.RoleArn?.split("/").at(-1);
        return {
          Credentials: {
            AccessKeyId: `ASIA${ids.hex(16).toUpperCase()}`,
            SecretAccessKey: ids.of(letters, 40),
            SessionToken: ids.of(letters, 356),
            Expiration: new Date(call.now + (input.DurationSeconds ?? 3_600) * 1_000),
          },
          AssumedRoleUser: {
            Arn: arn("sts", `assumed-role/${role}/${input.RoleSessionName}`, { region: "" }),
            AssumedRoleId: `AROA${ids.hex(17).toUpperCase()}:${input.RoleSessionName}`,
          },
        };
      },
    },
  };
}
