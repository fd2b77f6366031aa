"""Asks cfn-lint, parliament and policy_sentry about a template and policies: JSON on stdin, findings as JSON on stdout."""

import contextlib
import json
import sys
import tempfile

import parliament
from cfnlint.api import ManualArgs, lint
from policy_sentry.analysis.analyze import analyze_by_access_level


def of_template(template):
    found = lint(json.dumps(template), regions=["us-east-1"], config=ManualArgs(include_checks=["I", "W"]))
    return [
        {
            "tool": "cfn-lint",
            "rule": match.rule.id,
            "at": str(match.path[1]) if match.path and len(match.path) > 1 else "",
            "says": match.message,
        }
        for match in found
    ]


def of_policy(name, policy):
    analysed = parliament.analyze_policy_string(json.dumps(policy), include_community_auditors=True)
    found = [
        {"tool": "parliament", "rule": finding.issue, "at": name, "says": str(finding.detail)}
        for finding in analysed.findings
    ]
    managing = analyze_by_access_level(policy, "Permissions management")
    found += [{"tool": "policy_sentry", "rule": "permissions-management", "at": f"{name} {call}", "says": call} for call in managing]
    return found


asked = json.load(sys.stdin)
# What they print on the way is for people.
with contextlib.redirect_stdout(sys.stderr):
    findings = of_template(asked["template"])
    for name, policy in asked["policies"].items():
        findings += of_policy(name, policy)
json.dump(findings, sys.stdout)
