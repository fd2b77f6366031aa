"""Judges recorded calls by botocore's models of the services: lines of JSON in files or on stdin, findings as JSON on stdout.

A line is what packages/local-aws/src/call-lines.ts writes. Of a call that was answered, the input is judged by everything
the model says (names, required members, types, enums, ranges, patterns), the answer by names, required members, types and
enums. What was refused was refused: its input is the caller's experiment.
"""

import fileinput
import json
import re
import sys

from botocore.loaders import Loader

# Folders of the models by the name that requests are signed for, where the two differ.
FOLDERS = {"elasticloadbalancing": "elbv2", "monitoring": "cloudwatch", "servicequotas": "service-quotas"}
SCALARS = {
    "string": lambda value: isinstance(value, str),
    "character": lambda value: isinstance(value, str),
    "boolean": lambda value: isinstance(value, bool),
    "integer": lambda value: is_number(value) and float(value).is_integer(),
    "long": lambda value: is_number(value) and float(value).is_integer(),
    "float": lambda value: is_number(value),
    "double": lambda value: is_number(value),
    "timestamp": lambda value: isinstance(value, dict) and "$time" in value,
    "blob": lambda value: isinstance(value, dict) and "$bytes" in value,
}


def is_number(value):
    return isinstance(value, (int, float)) and not isinstance(value, bool)


class Model:
    """One service's model."""

    def __init__(self, service):
        self.model = Loader().load_service_model(FOLDERS.get(service, service), "service-2")
        self.patterns = {}

    def operation(self, name):
        return self.model["operations"].get(name)

    def shape(self, name):
        return self.model["shapes"][name]

    def pattern(self, text):
        """The pattern as Python has it, or None where Python has no words for it."""
        if text not in self.patterns:
            # Java writes what lies beyond 16 bits as pairs.
            pairs = re.compile(r"\\u[dD]800\\u[dD][cC]00-\\u[dD][bB][fF]{2}\\u[dD][fF]{3}")
            try:
                self.patterns[text] = re.compile(pairs.sub(r"\\U00010000-\\U0010FFFF", text))
            except re.error:
                self.patterns[text] = None
        return self.patterns[text]


class Judge:
    def __init__(self):
        self.models = {}
        self.findings = {}
        self.calls = 0
        self.values = 0
        self.unread = set()

    def judge(self, call):
        service, operation = call["service"], call["operation"]
        if call["error"] is not None:
            return
        self.calls += 1
        self.name = f"{service}.{operation}"
        model = self.models.setdefault(service, None) or Model(service)
        self.models[service] = self.model = model
        described = model.operation(operation)
        if described is None:
            self.side = "input"
            return self.find("unknown", "", f"{service} has no operation {operation}")
        for self.side, value in (("input", call["input"]), ("output", call["output"])):
            shape = described.get(self.side)
            if shape is not None:
                self.value(model.shape(shape["shape"]), value, "")
            elif value:
                self.find("unknown", "", f"there is no {self.side}, and there came {', '.join(value)}")

    def find(self, rule, at, says):
        key = (self.name, self.side, at, rule)
        known = self.findings.get(key)
        if known:
            known["times"] += 1
        else:
            self.findings[key] = {"call": self.name, "side": self.side, "at": at, "rule": rule, "says": says, "times": 1}

    def value(self, shape, value, at):
        self.values += 1
        kind = shape["type"]
        if shape.get("document"):
            return
        if kind in SCALARS:
            return self.scalar(shape, value, at)
        if kind == "list":
            if not isinstance(value, list):
                return self.find("type", at, f"a list, not {show(value)}")
            self.range(shape, len(value), at)
            for each in value:
                self.value(self.model.shape(shape["member"]["shape"]), each, f"{at}[]")
            return
        if not isinstance(value, dict) or "$time" in value or "$bytes" in value:
            return self.find("type", at, f"a {kind}, not {show(value)}")
        if kind == "map":
            self.range(shape, len(value), at)
            for key, each in value.items():
                self.value(self.model.shape(shape["key"]["shape"]), key, f"{at}{{}}")
                self.value(self.model.shape(shape["value"]["shape"]), each, f"{at}{{}}")
            return
        self.structure(shape, value, at)

    def structure(self, shape, value, at):
        inside = f"{at}." if at else ""
        given = {name: each for name, each in value.items() if each is not None}
        for name in shape.get("required", []):
            if name not in given:
                self.find("missing", f"{inside}{name}", f"{name} is required")
        for name, each in given.items():
            member = shape["members"].get(name)
            if member is None:
                self.find("unknown", f"{inside}{name}", f"no member {name}; there are {', '.join(shape['members'])}")
            else:
                self.value(self.model.shape(member["shape"]), each, f"{inside}{name}")

    def scalar(self, shape, value, at):
        kind = shape["type"]
        if not SCALARS[kind](value):
            return self.find("type", at, f"a {kind}, not {show(value)}")
        enum = shape.get("enum")
        if enum and value not in enum:
            return self.find("enum", at, f"{show(value)} is none of {', '.join(enum)}")
        if self.side == "output":
            return
        if is_number(value):
            self.range(shape, value, at)
        if isinstance(value, str):
            self.range(shape, len(value), at)
            pattern = "pattern" in shape and self.model.pattern(shape["pattern"])
            if pattern is None:
                self.unread.add(shape["pattern"])
            elif pattern and not pattern.fullmatch(value):
                self.find("pattern", at, f"{show(value)} does not fit {shape['pattern']}")

    def range(self, shape, size, at):
        if self.side == "output":
            return
        least, most = shape.get("min"), shape.get("max")
        if (least is not None and size < least) or (most is not None and size > most):
            self.find("range", at, f"{size} is not from {least} to {most}")


def show(value):
    text = json.dumps(value)
    return text if len(text) <= 100 else f"{text[:100]}…"


judge = Judge()
seen = set()
for line in fileinput.input(encoding="utf-8"):
    # Looks are repeated until something has come about.
    if hash(line) in seen or not line.strip():
        continue
    seen.add(hash(line))
    judge.judge(json.loads(line))
json.dump(
    {
        "calls": judge.calls,
        "values": judge.values,
        "unreadPatterns": len(judge.unread),
        "findings": list(judge.findings.values()),
    },
    sys.stdout,
)
