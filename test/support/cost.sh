#!/usr/bin/env bash
# Lists the CPU seconds of each test file, with all processes that it starts, the costliest first: `npm run test:cost`,
# or `npm run test:cost -- test/workflows` for those of a folder. Each runs alone, and brings about two seconds for Jest
# and the server that the files share.
set -uo pipefail
cd "$(dirname "$0")/../.."
TIMEFORMAT='%U %S'

find "${@:-test}" -name '*.test.ts' | while read -r file; do
  spent=$({ time npx jest "$file" </dev/null >/dev/null 2>&1 || echo failed >&2; } 2>&1)
  awk -v file="$file" '/failed/ { failed = "  (failed)" } /^[0-9]/ { printf "%6.1f  %s%s\n", $1 + $2, file, failed }' <<<"$spent"
done | tee /dev/stderr | sort -rn
