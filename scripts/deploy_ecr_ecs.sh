#!/usr/bin/env bash
# Builds the image of this commit, pushes it to ECR and moves an ECS service to it. The database is migrated by a
# task of the new image before; if the service does not become stable or does not serve, it is put back.
#
# Usage: scripts/deploy_ecr_ecs.sh [options]
#
#   --cluster NAME       the cluster (ECS_CLUSTER)
#   --service NAME       the service (ECS_SERVICE, or clientflow)
#   --repository NAME    the ECR repository (ECR_REPOSITORY, or clientflow)
#   --container NAME     the container that gets the image (clientflow)
#   --account ID         the account that the credentials have to be of (AWS_ACCOUNT_ID)
#   --url URL            where the service is reached: URL/readyz is asked at the end (PUBLIC_URL)
#   --image IMAGE        deploy this image, by digest, and build nothing
#   --stable-seconds N   how long the service may take (900)
#   --dry-run            look and tell, change nothing
#   --help               this text
#
# Region and credentials are those of the AWS CLI.
# Exit codes: 0 deployed; 1 failed, the service is as it was; 2 wrong use; 3 failed and put back;
# 4 failed and could not be put back.

set -euo pipefail
shopt -s inherit_errexit
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
# shellcheck source=scripts/lib/common.sh
source "$here/lib/common.sh"
# shellcheck source=scripts/lib/ecs.sh
source "$here/lib/ecs.sh"

readonly EXIT_PUT_BACK=3 EXIT_STUCK=4

CLUSTER=${ECS_CLUSTER:-}
SERVICE=${ECS_SERVICE:-clientflow}
CONTAINER=clientflow
repository=${ECR_REPOSITORY:-clientflow}
account=${AWS_ACCOUNT_ID:-}
url=${PUBLIC_URL:-}
image=''

while [ $# -gt 0 ]; do
    case $1 in
        --cluster) CLUSTER=$(value_of "$@"); shift ;;
        --service) SERVICE=$(value_of "$@"); shift ;;
        --repository) repository=$(value_of "$@"); shift ;;
        --container) CONTAINER=$(value_of "$@"); shift ;;
        --account) account=$(value_of "$@"); shift ;;
        --url) url=$(value_of "$@"); shift ;;
        --image) image=$(value_of "$@"); shift ;;
        --stable-seconds) STABLE_SECONDS=$(value_of "$@"); shift ;;
        --dry-run) DRY_RUN=true ;;
        --help | -h) show_help ;;
        *) usage_error "unknown argument: $1" ;;
    esac
    shift
done
[ -n "$CLUSTER" ] || usage_error "--cluster or ECS_CLUSTER has to name the cluster"
[[ ${STABLE_SECONDS:-900} =~ ^[0-9]+$ ]] || usage_error "--stable-seconds needs a whole number"
[ -z "$image" ] || [[ $image =~ @sha256:[0-9a-f]{64}$ ]] || usage_error "--image needs a digest: repository@sha256:…"

# pushed_digest TAG: the digest of that tag in the repository, or nothing.
pushed_digest() {
    aws ecr describe-images --repository-name "$repository" --image-ids "imageTag=$1" \
        --query 'imageDetails[0].imageDigest' --output text 2>/dev/null || true
}

# built_image: the image of this commit, by digest; it is built and pushed unless the repository has it.
built_image() {
    local root commit uri digest
    root=$(git -C "$here" rev-parse --show-toplevel) || die "this is no git repository"
    [ -z "$(git -C "$root" status --porcelain)" ] ||
        die "there are changes that are not committed: the image would not be what its tag says"
    commit=$(git -C "$root" rev-parse HEAD)
    uri=$(aws ecr describe-repositories --repository-names "$repository" \
        --query 'repositories[0].repositoryUri' --output text) || die "there is no ECR repository $repository"
    digest=$(pushed_digest "$commit")
    if [ -n "$digest" ]; then
        say "the repository has the image of $commit"
    else
        build_and_push "$root" "$commit" "$uri"
        digest=$(pushed_digest "$commit")
        [ "$DRY_RUN" = false ] || digest="sha256:(of the image pushed)"
        [ -n "$digest" ] || die "the image was pushed, but the repository does not have it"
    fi
    printf '%s@%s' "$uri" "$digest"
}

build_and_push() {
    local root=$1 commit=$2 uri=$3
    change docker build --platform linux/amd64 --build-arg "REVISION=$commit" --tag "$uri:$commit" "$root" >&2 ||
        die "the image cannot be built"
    if [ "$DRY_RUN" = true ]; then
        say "would log in to ${uri%%/*} with a password on standard input"
    else
        aws ecr get-login-password | docker login --username AWS --password-stdin "${uri%%/*}" >&2 ||
            die "ECR refuses the login"
        trap 'docker logout "'"${uri%%/*}"'" >/dev/null 2>&1 || true' EXIT
    fi
    change docker push --quiet "$uri:$commit" >&2 || die "the image cannot be pushed"
}

# put_back ARN: the service runs what it ran before. Ends the script.
put_back() {
    say "putting the service back to ${1##*/}"
    if point_service "$1" && await_stable "$1"; then
        say "the deployment failed; the service runs ${1##*/} as before"
        exit "$EXIT_PUT_BACK"
    fi
    say "the deployment failed, and so did putting it back: see to cluster $CLUSTER, service $SERVICE"
    say "try again with: scripts/rollback_using_arn.sh --cluster $CLUSTER --service $SERVICE $1"
    exit "$EXIT_STUCK"
}

need aws jq curl
[ -n "$image" ] || need docker git
account=$(check_account "$account")
say "account $account, cluster $CLUSTER, service $SERVICE"
service=$(described_service)
previous=$(jq --raw-output .taskDefinition <<<"$service")
say "the service runs ${previous##*/}"
[ -n "$image" ] || image=$(built_image)
say "image: $image"

if [ "$DRY_RUN" = true ]; then
    say "would register a revision of ${previous%:*} with it, run $MIGRATE_COMMAND in a task, and update the service"
    [ -z "$url" ] || smoke "$url"
    exit 0
fi

next=$(register_image "$previous" "$image")
say "registered ${next##*/}"
run_migration "$service" "$next" || die "the service was not touched and runs ${previous##*/}"

trap 'say "interrupted while the service moves from $previous to $next"; exit "$EXIT_STUCK"' INT TERM
point_service "$next" || die "the service cannot be updated and runs ${previous##*/}"
await_stable "$next" || put_back "$previous"
if [ -n "$url" ]; then
    smoke "$url" || put_back "$previous"
fi
say "deployed ${next##*/}; to go back: scripts/rollback_using_arn.sh --cluster $CLUSTER --service $SERVICE $previous"
printf '%s\n' "$next"
