#!/usr/bin/env bash
# Checks, plans and applies infra/terraform.
#
# Usage: scripts/terraform.sh check
#        scripts/terraform.sh plan|apply ENVIRONMENT
#
#   check    format and types of every environment; needs no credentials
#   plan     shows what would change in dev, staging or prod
#   apply    plans, and carries out exactly that plan
#
# plan and apply need TF_STATE_BUCKET, the bucket with the state. TF_VARS, if set, holds what terraform.tfvars of the
# environment would. Region and credentials are those of the AWS CLI.
# Exit codes: 0 done; 1 failed; 2 wrong use.

set -euo pipefail
shopt -s inherit_errexit
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
# shellcheck source=scripts/lib/common.sh
source "$here/lib/common.sh"

environments=$here/../infra/terraform/environments
export TF_IN_AUTOMATION=1 TF_INPUT=0

# in_environment NAME COMMAND...: terraform there.
in_environment() {
    terraform -chdir="$environments/$1" "${@:2}"
}

check() {
    local folder name
    terraform fmt -check -recursive -diff "$here/../infra/terraform" || die "run: terraform fmt -recursive infra/terraform"
    for folder in "$environments"/*/; do
        name=$(basename "$folder")
        in_environment "$name" init -backend=false >/dev/null || die "$name cannot be set up"
        in_environment "$name" validate || die "$name is not valid"
    done
}

# planned ENVIRONMENT FOLDER: the plan, shown and kept in the folder.
planned() {
    local given=()
    if [ -n "${TF_VARS:-}" ]; then
        printf '%s\n' "$TF_VARS" >"$2/given.tfvars"
        given=("-var-file=$2/given.tfvars")
    fi
    in_environment "$1" init "-backend-config=bucket=$TF_STATE_BUCKET" >/dev/null ||
        die "the state of $1 cannot be reached"
    in_environment "$1" plan -lock-timeout=5m "${given[@]}" "-out=$2/plan" || die "$1 cannot be planned"
}

command=${1:-}
target=${2:-}
case $command in
    --help | -h) show_help ;;
    check) [ $# -eq 1 ] || usage_error "check takes no environment" ;;
    plan | apply)
        [ $# -eq 2 ] || usage_error "$command needs one environment: dev, staging or prod"
        [[ $target =~ ^(dev|staging|prod)$ ]] || usage_error "unknown environment: $target"
        [ -n "${TF_STATE_BUCKET:-}" ] || usage_error "TF_STATE_BUCKET has to name the bucket with the state"
        ;;
    *) usage_error "check, plan or apply?" ;;
esac
need terraform

if [ "$command" = check ]; then
    check
    exit 0
fi
# A plan holds secrets: nobody else may read it, and it goes with the script.
folder=$(umask 077 && mktemp -d)
trap 'rm -rf "$folder"' EXIT
planned "$target" "$folder"
[ "$command" = plan ] || in_environment "$target" apply -lock-timeout=5m "$folder/plan"
