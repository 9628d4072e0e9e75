#!/usr/bin/env bash
# venv.sh FOLDER: makes a virtual environment there of Python 3.11 or newer, unless a working one is there.
set -euo pipefail
folder=$1
recent='import sys; sys.exit(sys.version_info < (3, 11))'

if "$folder/bin/python" -c "$recent" 2>/dev/null && "$folder/bin/python" -m pip --version >/dev/null 2>&1; then
    exit 0
fi

for python in python3.11 python3 python3.12 python3.13 python3.14; do
    if "$python" -c "$recent" 2>/dev/null; then
        "$python" -m venv --clear "$folder" && exit 0
        echo "$python cannot make a virtual environment (Debian: apt-get install python3-venv)" >&2
        exit 1
    fi
done
echo "ClientFlow needs Python 3.11 or newer, and found none in PATH" >&2
exit 1
