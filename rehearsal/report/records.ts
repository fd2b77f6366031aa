import type { Course } from "../course/course.ts";
import type { Happening } from "../course/happenings.ts";
import { recordId, signOf } from "./lanes.ts";
import { escape, row, table } from "./markup.ts";
import { count, moment } from "./shown.ts";

/** So many records of a scenario are shown as they are; more are opened by whoever wants to see them, or by a link to one. */
const mostOpen = 80;

/** Everything that happened, line by line: what marks on the axis lead to. */
export function records({ happenings }: Course, scenario: string): string {
  const rows = happenings.map((one, index) =>
    row(
      moment(one.at),
      [escape(kindOf(one)), `${sign(one)}${escape(one.text)}`, lineOf(one)],
      ` id="${recordId(scenario, index)}" class="${one.kind}"`,
    ),
  );
  const open = rows.length <= mostOpen ? " open" : "";
  return `<details${open}><summary>${count(rows.length)} records, in the order of time</summary>
${table(`What happened in ${scenario}`, ["at", "what", "in words", "evidence"], rows, "records")}
</details>`;
}

const kindOf = ({ kind }: Happening): string => kind.replaceAll("-", " ");

const sign = ({ verdict }: Happening): string =>
  verdict === undefined
    ? ""
    : `<span class="verdict ${verdict}" aria-hidden="true">${signOf[verdict]}</span> `;

/** Where it stands in the evidence, which `--keep` keeps. */
const lineOf = ({ record }: Happening): string =>
  record === null ? "—" : `<code>${escape(record.rollout)}</code>, line ${record.seq + 1}`;
