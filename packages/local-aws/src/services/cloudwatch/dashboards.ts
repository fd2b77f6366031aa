import { AwsError } from "../../error.ts";
import { arn } from "../../names.ts";
import type { Handler } from "../../service.ts";
import type { State } from "./state.ts";

/** The operations on dashboards: they are kept, nobody draws them. */
export function dashboards(state: State): Record<string, Handler> {
  return {
    PutDashboard(input: { DashboardName?: string; DashboardBody?: string }) {
      try {
        JSON.parse(input.DashboardBody ?? "");
      } catch (error) {
        throw new AwsError(
          "InvalidParameterInput",
          `The field DashboardBody must be a valid JSON object: ${(error as Error).message}`,
        );
      }
      state.dashboards.set(input.DashboardName ?? "", input.DashboardBody ?? "");
      return { DashboardValidationMessages: [] };
    },
    GetDashboard(input: { DashboardName?: string }) {
      const DashboardBody = state.dashboards.get(input.DashboardName ?? "");
      if (DashboardBody === undefined)
        throw new AwsError("ResourceNotFound", `Dashboard ${input.DashboardName} does not exist`, 404);
      return {
        DashboardName: input.DashboardName,
        DashboardArn: arn("cloudwatch", `dashboard/${input.DashboardName}`, { region: "" }),
        DashboardBody,
      };
    },
    DeleteDashboards(input: { DashboardNames?: string[] }) {
      for (const name of input.DashboardNames ?? []) state.dashboards.delete(name);
      return {};
    },
  };
}
