#!/usr/bin/env bash
# Writes requirements.txt, requirements-tracing.txt and requirements-dev.txt from their .in files: every package with its version
# and hashes. Pins that still fit are kept; delete a line, or the file, to let it move on.
set -euo pipefail
cd "$(dirname "$0")/../.."

tools=$(mktemp -d)
trap 'rm -rf "$tools"' EXIT
scripts/setup/venv.sh "$tools"
"$tools/bin/pip" install -qq pip-tools==7.6.2

for name in requirements requirements-tracing requirements-dev infra/requirements; do
    "$tools/bin/pip-compile" --quiet --generate-hashes --strip-extras --allow-unsafe --no-header \
        --no-emit-index-url --no-emit-find-links --no-emit-trusted-host \
        --output-file "$name.txt" "$name.in"
done
