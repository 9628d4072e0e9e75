#!/usr/bin/env bash
# install.sh python|node|nchan: fetches what these peers are run with into bench/.peers, unless it is there.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
into=$here/../.peers
mkdir -p "$into"

case $1 in
python)
    cmp -s "$here/requirements.txt" "$into/venv/installed" && exit 0
    "$here/../../scripts/setup/venv.sh" "$into/venv"
    "$into/venv/bin/pip" install -qq --disable-pip-version-check -r "$here/requirements.txt"
    cp "$here/requirements.txt" "$into/venv/installed"
    ;;
node)
    cmp -s "$here/package-lock.json" "$into/node/installed" && exit 0
    mkdir -p "$into/node"
    cp "$here/package.json" "$here/package-lock.json" "$here/../../.npmrc" "$into/node/"
    (cd "$into/node" && npm ci --silent --no-audit --no-fund)
    cp "$here/package-lock.json" "$into/node/installed"
    ;;
nchan)
    has() { [ -x /usr/sbin/nginx ] && [ -f /usr/lib/nginx/modules/ngx_nchan_module.so ]; }
    has && exit 0
    if ! command -v apt-get >/dev/null || [ "$(id -u)" -ne 0 ]; then
        echo "the Debian packages nginx and libnginx-mod-nchan are not installed" >&2
        exit 1
    fi
    # At run level 1 the package's own service stays off.
    export DEBIAN_FRONTEND=noninteractive RUNLEVEL=1
    apt-get -qq update && apt-get -qq install -y --no-install-recommends nginx libnginx-mod-nchan
    ;;
esac
