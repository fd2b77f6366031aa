import type { DashboardArgs } from "@pulumi/aws/cloudwatch/dashboard.js";
import { unlessGone } from "../aws-error.ts";
import { json, text } from "../fields.ts";
import { kind, type Tools } from "../kind.ts";

async function put(tools: Tools, DashboardName: string, DashboardBody: string): Promise<void> {
  const cloudwatch = await tools.aws.cloudwatch();
  const { DashboardValidationMessages: messages } = await cloudwatch.putDashboard({
    DashboardName,
    DashboardBody,
  });
  for (const { DataPath, Message } of messages ?? [])
    tools.log(`dashboard ${DataPath ?? ""}: ${Message ?? ""}`);
}

/** A dashboard of CloudWatch, by its name. A body that parses to the same JSON is no change. */
export const dashboard = kind<DashboardArgs>({
  type: "aws:cloudwatch/dashboard:Dashboard",
  fields: { dashboardName: text, dashboardBody: json },
  required: ["dashboardName", "dashboardBody"],
  forceNew: ["dashboardName"],
  gone: ["ResourceNotFound", "DashboardNotFoundError"],
  async create(tools, { dashboardName, dashboardBody }) {
    await put(tools, dashboardName, dashboardBody);
    return dashboardName;
  },
  async read(tools, id) {
    const cloudwatch = await tools.aws.cloudwatch();
    const live = await unlessGone(
      cloudwatch.getDashboard({ DashboardName: id }),
      "ResourceNotFound",
      "DashboardNotFoundError",
    );
    if (live === undefined) return undefined;
    return {
      dashboardArn: live.DashboardArn,
      dashboardName: live.DashboardName,
      dashboardBody: live.DashboardBody,
    };
  },
  async update(tools, id, { inputs }) {
    await put(tools, id, inputs.dashboardBody);
  },
  async remove(tools, id) {
    await (await tools.aws.cloudwatch()).deleteDashboards({ DashboardNames: [id] });
  },
});
