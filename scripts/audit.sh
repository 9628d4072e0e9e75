#!/usr/bin/env bash
# Asks the advisory services of PyPI and npm about every pinned package. They are reached from most networks, but not
# from every one: what could not be asked is said plainly. Ends with 1 when a package has a known weakness, and with 2
# when an advisory service could not be asked (0 with AUDIT_OPTIONAL=1, which continuous integration sets).
set -euo pipefail
cd "$(dirname "$0")/.."

tools=$(mktemp -d)
trap 'rm -rf "$tools"' EXIT
found=0 unasked=0

not_asked() {
    echo "not asked: $1 (the advisory service was not reached)"
    unasked=1
}

python_packages() {
    "$tools/venv/bin/pip-audit" --requirement "$1" --no-deps --disable-pip --timeout 10 --format json \
        >"$tools/python.json" 2>"$tools/python.log" || true
    "$tools/venv/bin/python" scripts/setup/audit_report.py "$1" "$tools/python.json"
}

npm_packages() {
    local status=0
    npm audit --prefix "$1" --json >"$tools/npm.json" 2>/dev/null || status=$?
    if ! grep -q '"auditReportVersion"' "$tools/npm.json"; then
        return 2
    fi
    echo "$1/package-lock.json: $([[ $status == 0 ]] && echo no known weaknesses || echo known weaknesses)"
    [[ $status == 0 ]] || npm audit --prefix "$1" || return 1
}

ask() {
    local status=0
    "$@" || status=$?
    case $status in
        0) ;;
        2) not_asked "$2" ;;
        *) found=1 ;;
    esac
}

scripts/setup/venv.sh "$tools/venv"
"$tools/venv/bin/pip" --disable-pip-version-check install -qq pip-audit==2.10.1
for requirements in requirements*.txt infra/requirements.txt; do
    ask python_packages "$requirements"
done
for lock in $(find . -name package-lock.json -not -path '*/node_modules/*' -not -path '*/.*/*' | sort); do
    ask npm_packages "$(dirname "$lock")"
done

if ((found)); then
    exit 1
elif ((unasked)) && [[ -z ${AUDIT_OPTIONAL:-} ]]; then
    exit 2
fi
