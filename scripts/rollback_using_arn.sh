#!/usr/bin/env bash
# Moves an ECS service to a task definition that was deployed before. The database stays as it is: each
# migration leaves a schema on which the release before it runs.
#
# Usage: scripts/rollback_using_arn.sh [options] TASK_DEFINITION_ARN
#        scripts/rollback_using_arn.sh [options] --list
#
#   --cluster NAME       the cluster (ECS_CLUSTER)
#   --service NAME       the service (ECS_SERVICE, or clientflow)
#   --account ID         the account that the credentials have to be of (AWS_ACCOUNT_ID)
#   --url URL            where the service is reached: URL/readyz is asked at the end (PUBLIC_URL)
#   --stable-seconds N   how long the service may take (900)
#   --list               the latest task definitions of the service, with their images
#   --dry-run            look and tell, change nothing
#   --help               this text
#
# Exit codes: 0 done; 1 failed; 2 wrong use.

set -euo pipefail
shopt -s inherit_errexit
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
# shellcheck source=scripts/lib/common.sh
source "$here/lib/common.sh"
# shellcheck source=scripts/lib/ecs.sh
source "$here/lib/ecs.sh"

CLUSTER=${ECS_CLUSTER:-}
SERVICE=${ECS_SERVICE:-clientflow}
account=${AWS_ACCOUNT_ID:-}
url=${PUBLIC_URL:-}
arn=''
list=false

while [ $# -gt 0 ]; do
    case $1 in
        --cluster) CLUSTER=$(value_of "$@"); shift ;;
        --service) SERVICE=$(value_of "$@"); shift ;;
        --account) account=$(value_of "$@"); shift ;;
        --url) url=$(value_of "$@"); shift ;;
        --stable-seconds) STABLE_SECONDS=$(value_of "$@"); shift ;;
        --list) list=true ;;
        --dry-run) DRY_RUN=true ;;
        --help | -h) show_help ;;
        -*) usage_error "unknown option: $1" ;;
        *)
            [ -z "$arn" ] || usage_error "one task definition is enough"
            arn=$1
            ;;
    esac
    shift
done
[ -n "$CLUSTER" ] || usage_error "--cluster or ECS_CLUSTER has to name the cluster"
[[ ${STABLE_SECONDS:-900} =~ ^[0-9]+$ ]] || usage_error "--stable-seconds needs a whole number"
if [ "$list" = false ]; then
    [ -n "$arn" ] || usage_error "the ARN of a task definition is missing"
    [[ $arn =~ ^arn:aws[a-z-]*:ecs:[a-z0-9-]+:[0-9]{12}:task-definition/[A-Za-z0-9_-]+:[0-9]+$ ]] ||
        usage_error "this is no ARN of a task definition's revision: $arn"
fi

# list_revisions FAMILY: the latest ones, newest first, each with the images of its containers.
list_revisions() {
    local revision
    aws ecs list-task-definitions --family-prefix "$1" --sort DESC --max-items 10 \
        --query 'taskDefinitionArns[]' --output text | tr '\t' '\n' | grep '^arn:' | while read -r revision; do
        described_task_definition "$revision" | jq --raw-output --arg current "$2" '
            .taskDefinition
            | (if .taskDefinitionArn == $current then "* " else "  " end) + .taskDefinitionArn
              + "  " + ([.containerDefinitions[].image] | join(" "))'
    done
}

# check_images DEFINITION_JSON: what it needs of ECR is still there.
check_images() {
    local image repository reference
    while read -r image; do
        [[ $image =~ ^[0-9]{12}\.dkr\.ecr\.[^/]+/([^@:]+)(@(sha256:[0-9a-f]+)|:(.+))?$ ]] || continue
        repository=${BASH_REMATCH[1]}
        reference="imageTag=${BASH_REMATCH[4]:-latest}"
        [ -z "${BASH_REMATCH[3]}" ] || reference="imageDigest=${BASH_REMATCH[3]}"
        aws ecr describe-images --repository-name "$repository" --image-ids "$reference" >/dev/null 2>&1 ||
            die "its image is no longer in ECR: $image"
    done < <(jq --raw-output '.taskDefinition.containerDefinitions[].image' <<<"$1")
}

need aws jq curl
account=$(check_account "$account")
service=$(described_service)
current=$(jq --raw-output .taskDefinition <<<"$service")
family=${current##*/}
family=${family%:*}
if [ "$list" = true ]; then
    list_revisions "$family" "$current"
    exit 0
fi

say "account $account, cluster $CLUSTER, service $SERVICE runs ${current##*/}"
[ "$arn" != "$current" ] || {
    say "the service runs ${arn##*/} already"
    exit 0
}
wanted=${arn##*/}
[ "${wanted%:*}" = "$family" ] || die "$wanted is not of the service's family $family"
definition=$(described_task_definition "$arn")
[ "$(jq --raw-output .taskDefinition.status <<<"$definition")" = ACTIVE ] || die "$wanted was deregistered"
check_images "$definition"

change point_service "$arn" || die "the service cannot be updated and runs ${current##*/}"
if [ "$DRY_RUN" = false ]; then
    await_stable "$arn" || die "the service was told to run $wanted and is not stable"
fi
if [ -n "$url" ]; then
    smoke "$url" || die "the service runs $wanted and does not serve"
fi
say "rolled back to $wanted; to undo: scripts/rollback_using_arn.sh --cluster $CLUSTER --service $SERVICE $current"
