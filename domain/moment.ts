import { z } from "zod";

/** As Go prints a time: 2026-12-24 12:00:00.5 +0100 CET. */
const printed = /^(\d{4}-\d\d-\d\d) (\d\d:\d\d:\d\d(?:\.\d+)?) ([+-]\d\d)(\d\d) \S+$/;
/** What editors hold a stack file against: people write the one form. */
const written = { format: "date-time", pattern: z.regexes.datetime({ offset: true }).source };

/**
 * The schema of a moment with its offset from UTC: what a person writes means the same in every place. Without quotes YAML takes
 * it for a time, and the Pulumi CLI hands that on as Go prints it, which is taken as well.
 * @param error what is said of any other text; left out: what is said of every moment
 */
export const moment = (error?: string) =>
  z
    .string()
    .overwrite((text) => text.replace(printed, "$1T$2$3:$4"))
    .pipe(z.iso.datetime({ offset: true, ...(error === undefined ? {} : { error }) }))
    .meta(written);
