# shellcheck shell=bash
# An ECS service and its task definitions. Sourced after common.sh; needs aws and jq.
# CLUSTER, SERVICE and CONTAINER name what is meant; POLL_SECONDS is the pause between two looks.

readonly MIGRATE_COMMAND='["python", "-m", "server", "migrate"]'

POLL_SECONDS=${POLL_SECONDS:-5}
export AWS_PAGER=''

# check_account ID: the credentials are of that account. Prints the account; an empty ID fits any.
check_account() {
    local account
    account=$(aws sts get-caller-identity --query Account --output text) || die "the credentials for AWS are not accepted"
    [ -z "$1" ] || [ "$account" = "$1" ] || die "these credentials are of account $account, not of $1"
    printf '%s' "$account"
}

# described_service: the service as JSON.
described_service() {
    local found
    found=$(aws ecs describe-services --cluster "$CLUSTER" --services "$SERVICE" --output json) ||
        die "cluster $CLUSTER cannot be asked for service $SERVICE"
    jq --exit-status '.services[] | select(.status == "ACTIVE")' <<<"$found" ||
        die "there is no active service $SERVICE in cluster $CLUSTER"
}

# described_task_definition ARN: the task definition with its tags, as JSON {taskDefinition, tags}.
described_task_definition() {
    aws ecs describe-task-definition --task-definition "$1" --include TAGS --output json ||
        die "there is no task definition $1"
}

# register_image ARN IMAGE: a new revision of that task definition with the image in CONTAINER. Prints its ARN.
# Called in a subshell, whose end removes the file: what a task definition holds is not for the process list.
register_image() {
    local described file
    described=$(described_task_definition "$1")
    file=$(umask 077 && mktemp)
    # shellcheck disable=SC2064 # the name is known now
    trap "rm -f '$file'" EXIT
    jq --exit-status --arg container "$CONTAINER" --arg image "$2" '
        (.tags // []) as $tags
        | .taskDefinition
        | if any(.containerDefinitions[]; .name == $container) then . else empty end
        | (.containerDefinitions[] | select(.name == $container)).image = $image
        | del(.taskDefinitionArn, .revision, .status, .requiresAttributes, .compatibilities,
              .registeredAt, .registeredBy, .deregisteredAt)
        | if ($tags | length) > 0 then .tags = $tags else . end' <<<"$described" >"$file" ||
        die "the task definition ${1##*/} has no container $CONTAINER"
    aws ecs register-task-definition --cli-input-json "file://$file" \
        --query taskDefinition.taskDefinitionArn --output text ||
        die "the new task definition was refused"
}

# run_migration SERVICE_JSON ARN: runs the migration in the service's network and waits for it. 1 if it fails.
run_migration() {
    local placement overrides answer task
    placement=$(
        jq '{networkConfiguration, platformVersion, launchType, capacityProviderStrategy}
            | with_entries(select(.value != null and .value != [] and .value != ""))' <<<"$1"
    )
    overrides=$(jq --null-input --arg name "$CONTAINER" --argjson command "$MIGRATE_COMMAND" \
        '{containerOverrides: [{name: $name, command: $command}]}')
    answer=$(aws ecs run-task --cluster "$CLUSTER" --task-definition "$2" --count 1 --started-by deploy \
        --overrides "$overrides" --cli-input-json "$placement" --output json) || return 1
    if ! task=$(jq --exit-status --raw-output '.tasks[0].taskArn' <<<"$answer"); then
        say "the migration task cannot be placed: $(jq --raw-output '[.failures[]?.reason] | join(", ")' <<<"$answer")"
        return 1
    fi
    say "migration task ${task##*/} runs"
    await_migration "$task"
}

# await_migration TASK: waits until it has stopped, for MIGRATION_SECONDS at most. 1 unless it ended with 0.
await_migration() {
    local task=$1 deadline=$((SECONDS + ${MIGRATION_SECONDS:-600})) described code
    while :; do
        described=$(aws ecs describe-tasks --cluster "$CLUSTER" --tasks "$task" --output json | jq '.tasks[0]') || return 1
        [ "$(jq --raw-output .lastStatus <<<"$described")" != STOPPED ] || break
        if [ "$SECONDS" -ge "$deadline" ]; then
            say "the migration has not ended in time and is stopped"
            aws ecs stop-task --cluster "$CLUSTER" --task "$task" --reason "migration took too long" >/dev/null || true
            return 1
        fi
        sleep "$POLL_SECONDS"
    done
    code=$(jq --raw-output --arg name "$CONTAINER" \
        '[.containers[]? | select(.name == $name) | .exitCode] | first // "none"' <<<"$described")
    if [ "$code" != 0 ]; then
        say "the migration ended with exit code $code: $(jq --raw-output '.stoppedReason // "no reason given"' <<<"$described")"
        show_log "$(jq --raw-output .taskDefinitionArn <<<"$described")" "${task##*/}"
        return 1
    fi
    say "the migration is done"
}

# show_log ARN TASK: the last lines that the task's container logged, if they can be had.
show_log() {
    local options group stream
    options=$(described_task_definition "$1" | jq --arg name "$CONTAINER" \
        '.taskDefinition.containerDefinitions[] | select(.name == $name) | .logConfiguration.options // {}') || return 0
    group=$(jq --raw-output '."awslogs-group" // empty' <<<"$options")
    stream=$(jq --raw-output '."awslogs-stream-prefix" // empty' <<<"$options")/$CONTAINER/$2
    [ -n "$group" ] || return 0
    aws logs get-log-events --log-group-name "$group" --log-stream-name "$stream" --limit 40 \
        --query 'events[].[message]' --output text >&2 2>/dev/null || say "its log $group $stream cannot be read"
}

# point_service ARN: the service is to run that task definition.
point_service() {
    aws ecs update-service --cluster "$CLUSTER" --service "$SERVICE" --task-definition "$1" \
        --query service.serviceArn --output text >/dev/null
}

# await_stable ARN: waits until the service runs that task definition and no other, for STABLE_SECONDS at most.
await_stable() {
    local wanted=$1 deadline=$((SECONDS + ${STABLE_SECONDS:-900})) found state
    # Just after the update, ECS may still answer with what was before.
    local believed=$((SECONDS + ${SETTLE_SECONDS:-60}))
    while :; do
        # If it cannot be asked, the next look may succeed.
        found=$(aws ecs describe-services --cluster "$CLUSTER" --services "$SERVICE" --output json | jq '.services[0]') || found='{}'
        state=$(jq --raw-output --arg wanted "$wanted" '
            [.deployments[]? | select(.status == "PRIMARY")] | first
            | if . == null then "unknown"
              elif .taskDefinition != $wanted then "replaced"
              elif .rolloutState == "FAILED" then "failed"
              elif .runningCount == .desiredCount and .pendingCount == 0
                   and (.rolloutState // "COMPLETED") == "COMPLETED" then "stable"
              else "moving: \(.runningCount) of \(.desiredCount) run" end' <<<"$found")
        case $state in
            stable)
                say "the service is stable on ${wanted##*/}"
                return 0
                ;;
            moving*) believed=0 ;;
            failed | replaced)
                if [ "$state" = replaced ] && [ "$SECONDS" -lt "$believed" ]; then
                    sleep "$POLL_SECONDS"
                    continue
                fi
                say "the deployment of ${wanted##*/} was given up: $(reason_of "$found")"
                return 1
                ;;
        esac
        if [ "$SECONDS" -ge "$deadline" ]; then
            say "the service is not stable in time ($state): $(reason_of "$found")"
            return 1
        fi
        sleep "$POLL_SECONDS"
    done
}

# reason_of SERVICE_JSON: what ECS says of the deployment, and its latest events.
reason_of() {
    jq --raw-output '[.deployments[]?.rolloutStateReason // empty, (.events[:3][]?.message)] | join("; ")' <<<"$1"
}
