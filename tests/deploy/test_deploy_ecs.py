"""scripts/deploy_ecr_ecs.sh with the real AWS CLI, against moto's ECR and ECS.

Each story is a service of its own. They are told all at once, for the AWS CLI starts slowly.
"""

from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass

import pytest

from tests.deploy.cloud import ACCOUNT, CLUSTER, Cloud, Fate
from tests.deploy.scripts import Clone, Run, answering

pytestmark = pytest.mark.timeout(240)  # on a busy machine the AWS CLI takes seconds to start
DEPLOYED, FAILED, WRONG_USE, PUT_BACK = range(4)


@dataclass(frozen=True)
class Story:
    service: str
    run: Run


class Stories:
    """The tellings under way; one is there when it is asked for."""

    def __init__(self, cloud: Cloud, clone: Clone, pool: ThreadPoolExecutor) -> None:
        self._cloud, self._clone, self._pool = cloud, clone, pool
        self._told: dict[str, Future[Story]] = {}

    def __getitem__(self, name: str) -> Story:
        return self._told[name].result()

    def begin(
        self,
        name: str,
        *arguments: str,
        fate: Fate | None = None,
        image: bool = True,
        clone: Clone | None = None,
    ) -> None:
        service = self._cloud.new_service(fate)
        options = ["--cluster", CLUSTER, "--service", service]
        options += ["--image", self._cloud.new_image] if image else []
        environment = self._cloud.environment()

        def tell() -> Story:
            run = (clone or self._clone).run(
                "deploy_ecr_ecs.sh", *options, *arguments, environment=environment
            )
            return Story(service, run)

        self._told[name] = self._pool.submit(tell)


@pytest.fixture(scope="module")
def stories(
    cloud: Cloud, clone: Clone, edited_clone: Clone, pool: ThreadPoolExecutor
) -> Iterator[Stories]:
    with answering("ready") as serving, answering("unavailable", 503) as broken:
        told = Stories(cloud, clone, pool)
        told.begin("built", "--url", serving, "--account", ACCOUNT, image=False)
        told.begin("migration fails", fate=Fate(migration_exit_code=1))
        told.begin("never stable", fate=Fate(rollout={cloud.new_image: "IN_PROGRESS"}))
        told.begin("does not serve", "--url", broken)
        told.begin("dry run", "--dry-run", image=False)
        told.begin("another account", "--account", "999999999999")
        told.begin("no such service", "--service", "nobody")
        told.begin("edited", clone=edited_clone, image=False)
        yield told


@pytest.fixture
def image_of(cloud: Cloud) -> Callable[[Story], str]:
    """What the story's service is told to run."""

    def find(story: Story) -> str:
        image: str = cloud.running(story.service)["containerDefinitions"][0]["image"]
        return image

    return find


def test_the_image_of_this_commit_is_built_pushed_and_deployed_by_its_digest(
    stories: Stories, cloud: Cloud, clone: Clone, image_of: Callable[[Story], str]
) -> None:
    story = stories["built"]
    assert story.run.code == DEPLOYED, story.run.said
    build, login, _, push, logout = story.run.asked.splitlines()
    tag = f"{cloud.registry}/clientflow:{clone.commit}"
    assert build.startswith(f"build --platform linux/amd64 --build-arg REVISION={clone.commit} ")
    assert f"--tag {tag}" in build
    assert login == f"login --username AWS --password-stdin {cloud.registry}"
    assert push == f"push --quiet {tag}"
    assert logout == f"logout {cloud.registry}"
    (pushed,) = cloud.ecr.describe_images(
        repositoryName="clientflow", imageIds=[{"imageTag": clone.commit}]
    )["imageDetails"]
    assert image_of(story) == f"{cloud.registry}/clientflow@{pushed['imageDigest']}"
    assert story.run.out == cloud.running(story.service)["taskDefinitionArn"]


def test_nothing_but_the_image_differs_from_the_revision_before(
    stories: Stories, cloud: Cloud
) -> None:
    service = stories["built"].service
    before, after = cloud.definition(f"{service}:1"), cloud.definition(f"{service}:2")
    for field in ("family", "cpu", "memory", "networkMode", "requiresCompatibilities", "tags"):
        assert after[field] == before[field]
    ours, sidecar = after["containerDefinitions"]
    assert ours | {"image": ""} == before["containerDefinitions"][0] | {"image": ""}
    assert sidecar == before["containerDefinitions"][1]


def test_the_migration_runs_with_the_new_image_in_the_services_network(
    stories: Stories, cloud: Cloud
) -> None:
    service = stories["built"].service
    (task,) = cloud.tasks(service)
    assert task.task_definition_arn.endswith(f"{service}:2")
    assert task.launch_type == "FARGATE"
    assert task.network_configuration["awsvpcConfiguration"]["assignPublicIp"] == "DISABLED"
    (override,) = task.overrides["containerOverrides"]
    assert override["name"] == "clientflow"
    assert override["command"][-1] == "migrate"


def test_no_secret_is_told(stories: Stories) -> None:
    for name in ("built", "does not serve", "dry run"):
        run = stories[name].run
        for text in (run.out, run.said, run.asked):
            assert "auth-token" not in text
            assert "testing" not in text
    assert f"password of {len(f'{ACCOUNT}-auth-token') + 1} characters" in (
        stories["built"].run.asked
    )


def test_a_migration_that_fails_leaves_the_service_untouched(
    stories: Stories, cloud: Cloud, image_of: Callable[[Story], str]
) -> None:
    story = stories["migration fails"]
    assert story.run.code == FAILED
    assert "ended with exit code 1" in story.run.said
    assert image_of(story) == cloud.old_image


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("never stable", "not stable in time (moving: 0 of 2 run)"),
        ("does not serve", "does not serve"),
    ],
)
def test_a_deployment_that_does_not_come_to_serve_is_put_back(
    name: str, said: str, stories: Stories, cloud: Cloud, image_of: Callable[[Story], str]
) -> None:
    story = stories[name]
    assert story.run.code == PUT_BACK, story.run.said
    assert said in story.run.said
    assert f"runs {story.service}:1 as before" in story.run.said
    assert image_of(story) == cloud.old_image
    assert story.run.asked == "", "an image that is given is not built"


def test_a_dry_run_tells_and_changes_nothing(
    stories: Stories, cloud: Cloud, image_of: Callable[[Story], str]
) -> None:
    story = stories["dry run"]
    assert story.run.code == DEPLOYED, story.run.said
    assert "migrate" in story.run.said
    assert story.run.asked == ""
    assert len(cloud.revisions(story.service)) == 1
    assert cloud.tasks(story.service) == []
    assert image_of(story) == cloud.old_image


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("another account", f"these credentials are of account {ACCOUNT}, not of 999999999999"),
        ("no such service", f"there is no active service nobody in cluster {CLUSTER}"),
        ("edited", "changes that are not committed"),
    ],
)
def test_what_is_not_as_it_should_be_is_said_before_anything_is_changed(
    name: str, said: str, stories: Stories, cloud: Cloud
) -> None:
    story = stories[name]
    assert story.run.code == FAILED
    assert said in story.run.said
    assert len(cloud.revisions(story.service)) == 1
    assert story.run.asked == ""


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ([], "--cluster or ECS_CLUSTER"),
        (["--cluster"], "--cluster needs a value"),
        (["--cluster", "c", "--image", "repository:latest"], "--image needs a digest"),
        (["--cluster", "c", "--stable-seconds", "soon"], "needs a whole number"),
        (["--force"], "unknown argument: --force"),
    ],
)
def test_wrong_use_is_said_in_a_line(arguments: list[str], said: str, clone: Clone) -> None:
    run = clone.run("deploy_ecr_ecs.sh", *arguments, environment={})
    assert run.code == WRONG_USE
    assert said in run.said
    assert len(run.said.splitlines()) == 2
