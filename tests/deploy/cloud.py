"""AWS for the deployment scripts: moto's server, and the part of ECS that moto leaves out.

moto keeps clusters, services, task definitions, tasks and images, and checks what it is sent. It runs no container and
rolls nothing out: what becomes of a task or a deployment is said here, for each service by itself.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any
from unittest import mock
from urllib.request import Request, urlopen

import boto3
from moto.core import DEFAULT_ACCOUNT_ID
from moto.ecs.models import EC2ContainerServiceBackend, Service, Task, ecs_backends
from moto.server import ThreadedMotoServer

ACCOUNT = DEFAULT_ACCOUNT_ID
REGION = "eu-west-1"
CLUSTER = "clientflow-test"
REPOSITORY = "clientflow"
MANIFEST_TYPE = "application/vnd.docker.distribution.manifest.v2+json"

Json = dict[str, Any]


@dataclass
class Fate:
    """What becomes of the deployments of a service and of its migration."""

    migration_exit_code: int = 0
    rollout: dict[str, str] = field(default_factory=dict)  # rolloutState by image, if not COMPLETED


class Cloud:
    def __init__(self, port: int) -> None:
        self.endpoint = f"http://127.0.0.1:{port}"
        self._fates: dict[str, Fate] = {}
        self._names = 0
        self.ecs = self._client("ecs")
        self.ecr = self._client("ecr")
        subnets = self._client("ec2").describe_subnets()["Subnets"]
        groups = self._client("ec2").describe_security_groups()["SecurityGroups"]
        self._network = {
            "awsvpcConfiguration": {
                "subnets": [subnets[0]["SubnetId"]],
                "securityGroups": [groups[0]["GroupId"]],
                "assignPublicIp": "DISABLED",
            }
        }
        self.ecs.create_cluster(clusterName=CLUSTER)
        self.ecr.create_repository(repositoryName=REPOSITORY, imageTagMutability="IMMUTABLE")
        self.registry = f"{ACCOUNT}.dkr.ecr.{REGION}.amazonaws.com"
        self.old_image = self.push("before")
        self.new_image = self.push("after")

    def environment(self) -> dict[str, str]:
        """What the AWS CLI needs to come here, and to go nowhere else."""
        return {
            "AWS_ENDPOINT_URL": self.endpoint,
            "AWS_ACCESS_KEY_ID": "testing",
            "AWS_SECRET_ACCESS_KEY": "testing",
            "AWS_DEFAULT_REGION": REGION,
            "AWS_CONFIG_FILE": "/dev/null",
            "AWS_SHARED_CREDENTIALS_FILE": "/dev/null",
            "AWS_EC2_METADATA_DISABLED": "true",
            "NO_PROXY": "127.0.0.1",
        }

    def push(self, tag: str) -> str:
        """An image in the repository, by digest."""
        manifest = json.dumps({"schemaVersion": 2, "mediaType": MANIFEST_TYPE, "tag": tag})
        image = self.ecr.put_image(repositoryName=REPOSITORY, imageManifest=manifest, imageTag=tag)[
            "image"
        ]
        return f"{self.registry}/{REPOSITORY}@{image['imageId']['imageDigest']}"

    def new_service(self, fate: Fate | None = None) -> str:
        """A service that runs the old image; gives its name. Its family has the same name."""
        self._names += 1
        name = f"clientflow-{self._names}"
        self._fates[name] = fate or Fate()
        self.register(name, self.old_image)
        self.ecs.create_service(
            cluster=CLUSTER,
            serviceName=name,
            taskDefinition=name,
            desiredCount=2,
            launchType="FARGATE",
            networkConfiguration=self._network,
        )
        backend = ecs_backends[ACCOUNT][REGION]
        self._roll_out(backend, backend.services[f"{CLUSTER}:{name}"])
        return name

    def register(self, family: str, image: str) -> str:
        """A revision as Terraform makes the first one."""
        answer = self.ecs.register_task_definition(
            family=family,
            networkMode="awsvpc",
            requiresCompatibilities=["FARGATE"],
            cpu="256",
            memory="1024",
            tags=[{"key": "Project", "value": "ClientFlow"}],
            containerDefinitions=[
                {
                    "name": "clientflow",
                    "image": image,
                    "memory": 512,
                    "essential": True,
                    "environment": [{"name": "ENVIRONMENT", "value": "production"}],
                    "secrets": [
                        {"name": "JWT_SECRET_KEY", "valueFrom": "arn:aws:secretsmanager:x"}
                    ],
                },
                {"name": "sidecar", "image": "sidecar:1", "memory": 64, "essential": False},
            ],
        )
        return str(answer["taskDefinition"]["taskDefinitionArn"])

    def running(self, service: str) -> Json:
        """The task definition that the service is told to run."""
        (found,) = self.ecs.describe_services(cluster=CLUSTER, services=[service])["services"]
        return self.definition(found["taskDefinition"])

    def definition(self, name: str) -> Json:
        answer = self.ecs.describe_task_definition(taskDefinition=name, include=["TAGS"])
        return {**answer["taskDefinition"], "tags": answer.get("tags", [])}

    def revisions(self, family: str) -> list[str]:
        found: list[str] = self.ecs.list_task_definitions(familyPrefix=family)["taskDefinitionArns"]
        return found

    def tasks(self, family: str) -> list[Task]:
        """Every task that was run of a family."""
        backend = ecs_backends[ACCOUNT][REGION]
        return [
            task
            for task in backend.tasks.get(CLUSTER, {}).values()
            if f"/{family}:" in task.task_definition_arn
        ]

    def _roll_out(self, backend: EC2ContainerServiceBackend, service: Service) -> None:
        definition = backend.describe_task_definition(service.task_definition)
        image = definition.container_definitions[0]["image"]
        state = self._fates[service.name].rollout.get(image, "COMPLETED")
        service.task_definition = definition.arn
        running = service.desired_count if state == "COMPLETED" else 0
        service.running_count, service.pending_count = running, 0
        service.deployments = [
            {
                "id": f"ecs-svc/{len(self._fates)}",
                "status": "PRIMARY",
                "taskDefinition": definition.arn,
                "desiredCount": service.desired_count,
                "runningCount": running,
                "pendingCount": 0,
                "rolloutState": state,
                "rolloutStateReason": f"deployment {state.lower()}",
            }
        ]

    def _end(self, task: Task) -> None:
        family = task.task_definition_arn.rpartition("/")[2].partition(":")[0]
        task.last_status = task.desired_status = "STOPPED"
        task.containers[0].exitCode = self._fates[family].migration_exit_code
        task.stopped_reason = "Essential container in task exited"

    @contextmanager
    def driving(self) -> Iterator[None]:
        """While this lasts, tasks end and deployments roll out as their service's fate is."""
        run_task, update = (
            EC2ContainerServiceBackend.run_task,
            EC2ContainerServiceBackend.update_service,
        )

        def run_and_end(backend: EC2ContainerServiceBackend, *args: Any, **kwargs: Any) -> Any:
            tasks = run_task(backend, *args, **kwargs)
            for task in tasks:
                self._end(task)
            return tasks

        def update_and_roll_out(backend: EC2ContainerServiceBackend, properties: Json) -> Service:
            service = update(backend, properties)
            self._roll_out(backend, service)
            return service

        with (
            mock.patch.object(EC2ContainerServiceBackend, "run_task", run_and_end),
            mock.patch.object(EC2ContainerServiceBackend, "update_service", update_and_roll_out),
        ):
            yield

    def _client(self, service: str) -> Any:
        return boto3.client(
            service,
            endpoint_url=self.endpoint,
            region_name=REGION,
            aws_access_key_id="testing",
            aws_secret_access_key="testing",
        )


@contextmanager
def cloud_in_a_box() -> Iterator[Cloud]:
    logging.getLogger("werkzeug").setLevel(logging.WARNING)
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    _, port = server.get_host_and_port()
    try:
        # What an earlier one of this process had is still there.
        urlopen(Request(f"http://127.0.0.1:{port}/moto-api/reset", method="POST")).close()
        cloud = Cloud(port)
        with cloud.driving():
            yield cloud
    finally:
        server.stop()
