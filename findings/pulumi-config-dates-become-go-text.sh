#!/usr/bin/env bash
# Pulumi 3.274.1 (its Go SDK, with which the CLI reads stack files): a date in a stack's config reaches the program as text in Go's
# own form.
#
# Expected: `day: 2026-01-02` and `when: 2026-01-02T03:04:05Z` in `Pulumi.STACK.yaml` reach the program as they were written, as
# numbers and booleans do; or in ISO 8601.
# Seen: YAML takes an unquoted date for a timestamp, and the config prints it as Go does: "2026-01-02 03:04:05 +0000 UTC". A day
# gets a midnight that nobody wrote; inside objects it is the same. That form is no ISO 8601 and no RFC 3339. Quoted, all stay as
# they are; `pulumi config set` quotes what it writes, so only people who edit the file meet it.
#
# Output seen:
#   day     2026-01-02                     2026-01-02 00:00:00 +0000 UTC
#   when    2026-01-02T03:04:05Z           2026-01-02 03:04:05 +0000 UTC
#   inside  {when: 2026-01-02T03:04:05Z}   {"when":"2026-01-02 03:04:05 +0000 UTC"}
#   quoted  "2026-01-02T03:04:05Z"         2026-01-02T03:04:05Z
# Exit 1 when that changes. Needs Go 1.25 or later.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
cat >Pulumi.yaml <<'YAML'
name: p
runtime: nodejs
YAML
cat >Pulumi.dev.yaml <<'YAML'
config:
  p:day: 2026-01-02
  p:when: 2026-01-02T03:04:05Z
  p:inside: {when: 2026-01-02T03:04:05Z}
  p:quoted: "2026-01-02T03:04:05Z"
YAML
cat >main.go <<'GO'
package main

import (
	"fmt"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource/config"
	"github.com/pulumi/pulumi/sdk/v3/go/common/workspace"
)

func check(err error) {
	if err != nil {
		panic(err)
	}
}

func main() {
	project, err := workspace.LoadProject("Pulumi.yaml")
	check(err)
	stack, err := workspace.LoadProjectStack(nil, project, "Pulumi.dev.yaml")
	check(err)
	for _, name := range []string{"day", "when", "inside", "quoted"} {
		value, _, err := stack.Config.Get(config.MustMakeKey("p", name), false)
		check(err)
		text, err := value.Value(config.NopDecrypter)
		check(err)
		fmt.Printf("%s\t%s\n", name, text)
	}
}
GO
go mod init example.com/p 2>/dev/null
go get github.com/pulumi/pulumi/sdk/v3@v3.274.1 2>/dev/null
go mod tidy 2>/dev/null
go run . | tee seen
grep -qP '^day\t2026-01-02 00:00:00 \+0000 UTC$' seen &&
  grep -qP '^when\t2026-01-02 03:04:05 \+0000 UTC$' seen &&
  grep -qP '^inside\t\{"when":"2026-01-02 03:04:05 \+0000 UTC"\}$' seen &&
  grep -qP '^quoted\t2026-01-02T03:04:05Z$' seen
