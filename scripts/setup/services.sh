#!/usr/bin/env bash
# Installs what the tests run beside the app, where it is missing: Redis, PostgreSQL, Chromium,
# libfaketime, which gives one of the servers a clock that can be set, gcc for the load generator, nginx,
# promtool, which comes with Prometheus, and jq and curl, which the deployment scripts call.
# The tests start servers of their own; none is started here.
set -euo pipefail

has() { command -v "$1" >/dev/null 2>&1; }
missing=()
has redis-server || missing+=(redis-server)
has initdb || compgen -G '/usr/lib/postgresql/*/bin/initdb' >/dev/null || missing+=(postgresql)
has chromium || has chromium-browser || has google-chrome || missing+=(chromium fonts-liberation)
compgen -G '/usr/lib/*/faketime/libfaketime.so.1' >/dev/null || missing+=(libfaketime)
has jq || missing+=(jq)
has curl || missing+=(curl)
has gcc || missing+=(gcc libc6-dev)
has nginx || [ -x /usr/sbin/nginx ] || missing+=(nginx-light)
has promtool || missing+=(prometheus)
[ ${#missing[@]} -eq 0 ] && exit 0

if ! has apt-get; then
    echo "The tests need these Debian packages, or their like: ${missing[*]}" >&2
    exit 1
fi
if [ "$(id -u)" -ne 0 ]; then
    echo "The tests need more packages. Install them, then try again:" >&2
    echo "    sudo apt-get update && sudo apt-get install ${missing[*]}" >&2
    exit 1
fi

echo "installing ${missing[*]}"
log=$(mktemp)
trap 'rm -f "$log"' EXIT
# At run level 1 the packages' own services stay off.
export DEBIAN_FRONTEND=noninteractive RUNLEVEL=1
if ! { apt-get -q update && apt-get -q install -y --no-install-recommends "${missing[@]}"; } >"$log" 2>&1; then
    cat "$log" >&2
    exit 1
fi
