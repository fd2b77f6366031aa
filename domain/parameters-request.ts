import { z } from "zod";

/** The schema of what the program asks the plugin about parameters of Systems Manager: which of these names there are. */
export const parametersRequest = z.object({
  region: z.string(),
  profile: z.string().optional(),
  names: z.array(z.string()),
});
/** What the program asks the plugin about parameters of Systems Manager. */
export type ParametersRequest = z.infer<typeof parametersRequest>;
