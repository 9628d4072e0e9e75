# shellcheck shell=bash
# What the deployment scripts share. Sourced, not run; the sourcing script has set strict mode.

DRY_RUN=${DRY_RUN:-false}
readonly EXIT_FAILED=1 EXIT_USAGE=2

say() { printf '%s %s\n' "$(date -u +%H:%M:%SZ)" "$*" >&2; }

die() {
    say "error: $*"
    exit "$EXIT_FAILED"
}

usage_error() {
    printf '%s: %s\nTry --help.\n' "$(basename "$0")" "$*" >&2
    exit "$EXIT_USAGE"
}

# show_help: the comment at the head of the script, without its marks.
show_help() {
    sed -n '2,/^[^#]/{/^#/s/^# \{0,1\}//p}' "$0"
    exit 0
}

# value_of OPTION [VALUE]: the value, or a complaint that there is none.
value_of() {
    [ $# -ge 2 ] && [ -n "$2" ] || usage_error "$1 needs a value"
    printf '%s' "$2"
}

# need COMMAND...: all of them are installed.
need() {
    local command missing=()
    for command in "$@"; do
        command -v "$command" >/dev/null 2>&1 || missing+=("$command")
    done
    [ ${#missing[@]} -eq 0 ] || die "not installed: ${missing[*]}"
}

# change COMMAND...: carried out, or only shown in a dry run. Secrets never stand in a command.
change() {
    if [ "$DRY_RUN" = true ]; then
        say "would run: $*"
    else
        "$@"
    fi
}

# smoke URL: /readyz says that it serves, within a minute or SMOKE_SECONDS.
smoke() {
    local url=${1%/}/readyz deadline=$((SECONDS + ${SMOKE_SECONDS:-60})) answer status
    if [ "$DRY_RUN" = true ]; then
        say "would ask: $url"
        return 0
    fi
    while :; do
        if answer=$(curl --silent --show-error --fail --max-time 10 --proto '=http,https' -- "$url" 2>&1); then
            status=$(jq --raw-output '.status? // empty' <<<"$answer" 2>/dev/null) || status=''
            case $status in
                ready | degraded)
                    say "smoke test: $url says $status"
                    return 0
                    ;;
            esac
        fi
        if [ "$SECONDS" -ge "$deadline" ]; then
            say "smoke test: $url does not serve: ${answer:0:200}"
            return 1
        fi
        sleep "${POLL_SECONDS:-5}"
    done
}
