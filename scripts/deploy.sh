#!/usr/bin/env bash
# Deploys this commit.
#
# Usage: scripts/deploy.sh TARGET [options]
#
#   ecs             Amazon ECS: scripts/deploy_ecr_ecs.sh, with the options given
#   railway         Railway: uploads this folder (RAILWAY_SERVICE names the service, if there are several)
#   heroku          Heroku: pushes this commit to the app that HEROKU_APP names
#   local-compose   this machine: builds and starts compose.yaml
#
#   --url URL       for the last three: URL/readyz is asked at the end (PUBLIC_URL)
#   --dry-run       tell, change nothing
#   --help          this text
#
# Exit codes: 0 deployed; 1 failed; 2 wrong use; for ecs those of deploy_ecr_ecs.sh.

set -euo pipefail
shopt -s inherit_errexit
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
# shellcheck source=scripts/lib/common.sh
source "$here/lib/common.sh"

[ $# -gt 0 ] || usage_error "where to? railway, heroku, ecs or local-compose"
target=$1
shift
case $target in
    ecs) exec "$here/deploy_ecr_ecs.sh" "$@" ;;
    railway | heroku | local-compose) ;;
    --help | -h) show_help ;;
    *) usage_error "unknown target: $target (railway, heroku, ecs or local-compose)" ;;
esac

url=${PUBLIC_URL:-}
while [ $# -gt 0 ]; do
    case $1 in
        --url) url=$(value_of "$@"); shift ;;
        --dry-run) DRY_RUN=true ;;
        --help | -h) show_help ;;
        *) usage_error "unknown argument: $1" ;;
    esac
    shift
done

cd "$here/.."
need curl jq

clean_commit() {
    need git
    [ -z "$(git status --porcelain)" ] || die "there are changes that are not committed"
}

case $target in
    railway)
        need railway
        clean_commit
        change railway up --ci ${RAILWAY_SERVICE:+--service "$RAILWAY_SERVICE"}
        ;;
    heroku)
        need heroku
        [ -n "${HEROKU_APP:-}" ] || usage_error "HEROKU_APP has to name the app"
        clean_commit
        change heroku git:remote --app "$HEROKU_APP" --remote heroku
        change git push heroku HEAD:refs/heads/main
        ;;
    local-compose)
        need docker
        url=${url:-http://127.0.0.1:${HTTP_PORT:-8080}}
        change docker compose up --build --detach --wait --wait-timeout 180
        ;;
esac
[ -z "$url" ] || smoke "$url" || die "it was deployed and does not serve"
say "deployed to $target"
