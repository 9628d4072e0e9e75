"""scripts/rollback_using_arn.sh with the real AWS CLI, against moto's ECR and ECS."""

from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass

import pytest

from tests.deploy.cloud import ACCOUNT, CLUSTER, REGION, Cloud
from tests.deploy.scripts import Clone, Run, answering

pytestmark = pytest.mark.timeout(240)  # on a busy machine the AWS CLI takes seconds to start
DONE, FAILED, WRONG_USE = range(3)


@dataclass(frozen=True)
class Story:
    """A service with two revisions, of which it runs the second until it is rolled back."""

    service: str
    run: Run


def arn(family: str, revision: int = 1) -> str:
    return f"arn:aws:ecs:{REGION}:{ACCOUNT}:task-definition/{family}:{revision}"


@pytest.fixture(scope="module")
def stories(
    cloud: Cloud, clone: Clone, pool: ThreadPoolExecutor
) -> Iterator[dict[str, Future[Story]]]:
    told: dict[str, Future[Story]] = {}

    def begin(name: str, *options: str, revision: str = "") -> None:
        service = cloud.new_service()
        cloud.register(service, cloud.new_image)
        cloud.ecs.update_service(cluster=CLUSTER, service=service, taskDefinition=service)
        place = ["--cluster", CLUSTER, "--service", service]
        if name == "deregistered":
            cloud.ecs.deregister_task_definition(taskDefinition=f"{service}:1")
        if name == "image gone":
            cloud.register(service, f"{cloud.registry}/clientflow@sha256:{'1' * 64}")
            revision = arn(service, 3)
        target = [] if "--list" in options else [revision or arn(service)]
        if name == "current":
            target = [arn(service, 2)]

        def tell() -> Story:
            environment = cloud.environment()
            arguments = [*place, *options, *target]
            run = clone.run("rollback_using_arn.sh", *arguments, environment=environment)
            return Story(service, run)

        told[name] = pool.submit(tell)

    with answering("ready") as serving:
        begin("rolled back", "--url", serving)
        begin("deregistered")
        begin("image gone")
        begin("another family", revision=arn("other", 7))
        begin("current")
        begin("dry run", "--dry-run")
        begin("list", "--list")
        yield told


Told = dict[str, Future[Story]]


def running(cloud: Cloud, story: Story) -> str:
    found: str = cloud.running(story.service)["taskDefinitionArn"]
    return found


def test_a_service_goes_back_to_the_revision_named_and_serves(stories: Told, cloud: Cloud) -> None:
    story = stories["rolled back"].result()
    assert story.run.code == DONE, story.run.said
    assert running(cloud, story) == arn(story.service)
    assert "says ready" in story.run.said
    assert arn(story.service, 2) in story.run.said, "how to undo it"


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("deregistered", "was deregistered"),
        ("image gone", "its image is no longer in ECR"),
        ("another family", "other:7 is not of the service's family"),
    ],
)
def test_what_cannot_run_is_refused_and_the_service_runs_on(
    name: str, said: str, stories: Told, cloud: Cloud
) -> None:
    story = stories[name].result()
    assert story.run.code == FAILED
    assert said in story.run.said
    assert running(cloud, story) == arn(story.service, 2)


def test_going_back_to_what_runs_already_is_no_work(stories: Told, cloud: Cloud) -> None:
    story = stories["current"].result()
    assert story.run.code == DONE
    assert "already" in story.run.said


def test_a_dry_run_changes_nothing(stories: Told, cloud: Cloud) -> None:
    story = stories["dry run"].result()
    assert story.run.code == DONE
    assert "would run" in story.run.said
    assert running(cloud, story) == arn(story.service, 2)


def test_the_revisions_to_choose_from_are_listed_with_their_images(
    stories: Told, cloud: Cloud
) -> None:
    story = stories["list"].result()
    oldest, newest = sorted(story.run.out.splitlines(), key=lambda line: line[2:])
    assert newest == f"* {arn(story.service, 2)}  {cloud.new_image} sidecar:1"
    assert oldest == f"  {arn(story.service, 1)}  {cloud.old_image} sidecar:1"


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--cluster", "c"], "the ARN of a task definition is missing"),
        (["--cluster", "c", "clientflow:3"], "no ARN of a task definition's revision"),
        (["--cluster", "c", arn("a"), arn("b")], "one task definition is enough"),
        ([arn("a")], "--cluster or ECS_CLUSTER"),
    ],
)
def test_wrong_use_is_said_in_a_line(arguments: list[str], said: str, clone: Clone) -> None:
    run = clone.run("rollback_using_arn.sh", *arguments, environment={})
    assert run.code == WRONG_USE
    assert said in run.said
