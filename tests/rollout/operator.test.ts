import assert from "node:assert/strict";
import { test } from "node:test";
import { operatorName } from "../../rollout/run/operator.ts";

/** As node:os answers for a uid without an entry in passwd. */
const nobody = () => {
  throw Object.assign(new Error("A system error occurred: uv_os_get_passwd returned ENOENT"), {
    code: "ERR_SYSTEM_ERROR",
  });
};

test("whoever acts has a name, also in a container whose uid has no entry in passwd", () => {
  assert.equal(
    operatorName({ USER: "other" }, () => ({ username: "dana" })),
    "dana",
  );
  assert.equal(operatorName({ USER: "dana" }, nobody), "dana");
  assert.equal(operatorName({ LOGNAME: "dana" }, nobody), "dana");
  assert.match(operatorName({}, nobody), /^uid (\d+|unknown)$/);
});
