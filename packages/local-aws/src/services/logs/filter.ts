import { fits, parseFilterPattern } from "log-filter-pattern";
import { AwsError } from "../../error.ts";

/** Whether lines fit a filter pattern; none given: all do. Throws what AWS answers to a text that is no pattern. */
export function lineTest(pattern: string | undefined): (line: string) => boolean {
  const parsed = parseFilterPattern(pattern ?? "");
  if ("problem" in parsed) throw new AwsError("InvalidParameterException", "Invalid filter pattern");
  return (line) => fits(parsed.pattern, line);
}

/** Throws what AWS answers to a metric filter with a text that is no pattern. */
export function refuseMetricFilter(pattern: string | undefined): void {
  if ("problem" in parseFilterPattern(pattern ?? ""))
    throw new AwsError("InvalidParameterException", "Invalid metric filter pattern");
}
