"""Where an emulator does not answer as AWS does, as far as the scenarios touch it.

Scenarios assert what AWS would show. A difference that is listed here changes such an assertion for one emulator, to
what it answers `instead`; `test_differences.py` fails when a difference no longer occurs, or when no scenario uses it.
"""

from collections.abc import Callable
from dataclasses import dataclass, field

import probes

ECS = "https://docs.aws.amazon.com/AmazonECS/latest/APIReference/"
ELB = "https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/"
ROUTE53 = "https://docs.aws.amazon.com/Route53/latest/APIReference/"
ROUTE53_GUIDE = "https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/"


@dataclass(frozen=True)
class Difference:
    """One way in which an emulator differs, and what a scenario does about it."""

    name: str
    emulators: tuple[str, ...]
    operation: str
    does: str
    aws: str
    source: str
    adapted: str
    probe: Callable
    instead: dict = field(default_factory=dict)


DIFFERENCES = [
    Difference(
        name="create-service-drops-members",
        emulators=("moto",),
        operation="ecs:CreateService",
        does="forgets deploymentConfiguration and healthCheckGracePeriodSeconds; UpdateService keeps them",
        aws="keeps all members and describes them",
        source=ECS + "API_CreateService.html",
        adapted="after the first apply a service lacks these, and a plan shows exactly them; a second apply settles it",
        probe=probes.create_service_drops_members,
        instead={"deploymentConfiguration": None, "healthCheckGracePeriodSeconds": None},
    ),
    Difference(
        name="running-is-a-constant",
        emulators=("moto",),
        operation="ecs:CreateService",
        does="starts no tasks: a service has as many running tasks as MOTO_ECS_SERVICE_RUNNING says, whatever is desired",
        aws="starts desiredCount tasks",
        source=ECS + "API_Service.html",
        adapted="two tasks run of every service that was created, and fewer desired ones leave a negative pendingCount",
        probe=probes.running_is_a_constant,
        instead={"runningCount": 2, "pendingCount": -1},
    ),
    Difference(
        name="no-service-deployments",
        emulators=("moto",),
        operation="ecs:ListServiceDeployments",
        does="answers 500, which clients try again for seconds",
        aws="lists the deployments of a service",
        source=ECS + "API_ListServiceDeployments.html",
        adapted="only services in production are waited for when they are created: that takes eight seconds",
        probe=probes.no_service_deployments,
    ),
    Difference(
        name="update-starts-no-deployment",
        emulators=("moto",),
        operation="ecs:UpdateService",
        does="stores the task definition, and leaves the only deployment as it was",
        aws="starts a deployment of the new revision",
        source=ECS + "API_UpdateService.html",
        adapted="the deployment of an updated service is expected to have the old revision",
        probe=probes.update_starts_no_deployment,
    ),
    Difference(
        name="update-ignores-propagate-tags",
        emulators=("ministack",),
        operation="ecs:UpdateService",
        does="ignores propagateTags; CreateService keeps it",
        aws="changes it",
        source=ECS + "API_UpdateService.html",
        adapted="a change of it is expected to be planned again",
        probe=probes.update_ignores_propagate_tags,
    ),
    Difference(
        name="port-mapping-defaults",
        emulators=("moto", "ministack"),
        operation="ecs:RegisterTaskDefinition",
        does="describes a port mapping as it was sent",
        aws="fills in the protocol, and under awsvpc the host port",
        source=ECS + "API_PortMapping.html",
        adapted="port mappings are expected as sent",
        probe=probes.port_mapping_defaults,
        instead={"portMappings": [{"containerPort": 8080}]},
    ),
    Difference(
        name="balancer-in-another-vpc",
        emulators=("ministack",),
        operation="elasticloadbalancing:CreateLoadBalancer",
        does="puts every load balancer into the VPC vpc-00000001",
        aws="a load balancer is in the VPC of its subnets",
        source=ELB + "API_LoadBalancer.html",
        adapted="target groups are expected in the VPC that the balancer says it is in",
        probe=probes.balancer_in_another_vpc,
        instead={"VpcId": "vpc-00000001"},
    ),
    Difference(
        name="target-group-members",
        emulators=("ministack",),
        operation="elasticloadbalancing:DescribeTargetGroups",
        does="tells neither ProtocolVersion nor IpAddressType, nor which load balancers use a target group",
        aws="tells all three",
        source=ELB + "API_TargetGroup.html",
        adapted="these members are expected to be missing or empty; another protocol version is planned again and again; and "
        "where no manifest names the listener any more, the rule and record of what is gone are not found and stay",
        probe=probes.target_group_members,
        instead={"ProtocolVersion": None, "IpAddressType": None, "LoadBalancerArns": []},
    ),
    Difference(
        name="alias-without-final-dot",
        emulators=("moto",),
        operation="route53:ListResourceRecordSets",
        does="answers an alias target as it was sent",
        aws="answers names with the final dot",
        source=ROUTE53 + "API_AliasTarget.html",
        adapted="an alias target is expected without the dot",
        probe=probes.alias_without_final_dot,
    ),
    Difference(
        name="asterisk-not-escaped",
        emulators=("moto", "ministack"),
        operation="route53:ListResourceRecordSets",
        does="answers a wildcard name with *",
        aws="answers \\052 in its place",
        source=ROUTE53_GUIDE + "DomainNameFormat.html",
        adapted="a wildcard's name is expected with *",
        probe=probes.asterisk_not_escaped,
    ),
]


def difference(name):
    """The difference of this name."""
    (found,) = [each for each in DIFFERENCES if each.name == name]
    return found
