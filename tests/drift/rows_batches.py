"""Drifts of event rules and schedules: the same target in two spellings."""

import datetime

from live import EventRule, Schedule
from project import arn, role
from rows import row
from tree import GONE, changed, more

RULE, TIMED = EventRule(), Schedule()
TRIGGERS = {"rule": RULE, "schedule": TIMED}
PLACED = {"placed_rule": RULE, "placed_schedule": TIMED}
ENDPOINT = arn("ecs", "cluster/default")


def both(member, path, value, *paths, stands=TRIGGERS):
    """A row a trigger for a member of the target."""
    for stand, live in stands.items():
        row(stand, live, f"target.{member}", live.target(path, value), *paths)


def inputs(member, path, value, *paths):
    """A row a trigger for a member of the overrides."""
    for stand, live in TRIGGERS.items():
        row(stand, live, f"target.input.{member}", live.input(path, value), *(f"/target/input/{shown}" for shown in paths or (member.replace(".", "/"),)))


for stand, live in TRIGGERS.items():
    row(stand, live, "scheduleExpression", live.to("ScheduleExpression", "cron(0 4 1 1 ? 2199)"))
    row(stand, live, "state", live.to("State", "DISABLED"))
    row(stand, live, "description", live.to("Description", lambda text: f"Other {text}"))
    row(stand, live, "target.taskDefinition", live.by_hand)

both("cluster", "Arn", ENDPOINT)
both("taskCount", "EcsParameters.TaskCount", 3)
for member in ("EnableECSManagedTags", "EnableExecuteCommand"):
    both(member[0].lower() + member[1:], f"EcsParameters.{member}", False)
both("propagateTags", "EcsParameters.PropagateTags", GONE)
both("group", "EcsParameters.Group", "other")
both("launchType", "EcsParameters.LaunchType", "EXTERNAL")
both("platformVersion", "EcsParameters.PlatformVersion", "LATEST")
VPC = "networkConfiguration.awsvpcConfiguration"
NETWORK = "EcsParameters.NetworkConfiguration.awsvpcConfiguration"
both(f"{VPC}.subnets[]", f"{NETWORK}.Subnets", more("subnet-9"), f"/target/{VPC.replace('.', '/')}/subnets/subnet-9")
both(f"{VPC}.securityGroups[]", f"{NETWORK}.SecurityGroups", more("sg-9"), f"/target/{VPC.replace('.', '/')}/securityGroups/sg-9")
both(f"{VPC}.assignPublicIp", f"{NETWORK}.AssignPublicIp", "ENABLED")
both("roleArn", "RoleArn", role("other"))
both("retryPolicy.maximumRetryAttempts", "RetryPolicy.MaximumRetryAttempts", 5)
both("retryPolicy.maximumEventAgeSeconds", "RetryPolicy.MaximumEventAgeInSeconds", 7200)
both("deadLetterArn", "DeadLetterConfig.Arn", arn("sqs", "other"))
both("deadLetterArn", "DeadLetterConfig", GONE)
both("placementConstraints[].type", "EcsParameters.PlacementConstraints.0", lambda _: {"type": "distinctInstance"}, "/target/placementConstraints/0/expression", "/target/placementConstraints/0/type", stands=PLACED)
both("placementConstraints[].expression", "EcsParameters.PlacementConstraints.0.expression", "attribute:x == y", "/target/placementConstraints/0/expression", stands=PLACED)
both("placementStrategy[].type", "EcsParameters.PlacementStrategy.1.type", "spread", "/target/placementStrategy/1/type", stands=PLACED)
both("placementStrategy[].field", "EcsParameters.PlacementStrategy.1.field", "cpu", "/target/placementStrategy/1/field", stands=PLACED)
STRATEGY = "capacityProviderStrategy"
PROVIDERS = "EcsParameters.CapacityProviderStrategy"
both(f"{STRATEGY}[].base", f"{PROVIDERS}.0.base", 2, f"/target/{STRATEGY}/instances/base", stands=PLACED)
both(f"{STRATEGY}[].weight", f"{PROVIDERS}.1.weight", 3, f"/target/{STRATEGY}/spares/weight", stands=PLACED)
both(f"{STRATEGY}[].capacityProvider", PROVIDERS, lambda items: items[:1], f"/target/{STRATEGY}/spares/capacityProvider", f"/target/{STRATEGY}/spares/weight", stands=PLACED)

CONTAINER = "containerOverrides.0"
APP = "containerOverrides/app"
inputs("containerOverrides[].name", "containerOverrides", more({"name": "other", "cpu": 5}), "containerOverrides/other/name", "containerOverrides/other/cpu")
inputs("containerOverrides[].command[]", f"{CONTAINER}.command", ["bin/other"], f"{APP}/command")
inputs("containerOverrides[].environment[].value", f"{CONTAINER}.environment.0.value", "some", f"{APP}/environment/MODE")
inputs("containerOverrides[].environment[].name", f"{CONTAINER}.environment", more({"name": "ALSO", "value": "1"}), f"{APP}/environment/ALSO")
inputs("containerOverrides[].environmentFiles[].value", f"{CONTAINER}.environmentFiles.0.value", "arn:aws:s3:::bucket/b.env", f"{APP}/environmentFiles/0/value")
inputs("containerOverrides[].environmentFiles[].type", f"{CONTAINER}.environmentFiles.0.type", "other", f"{APP}/environmentFiles/0/type")
inputs("containerOverrides[].cpu", f"{CONTAINER}.cpu", 129, f"{APP}/cpu")
inputs("containerOverrides[].memory", f"{CONTAINER}.memory", 257, f"{APP}/memory")
inputs("containerOverrides[].memoryReservation", f"{CONTAINER}.memoryReservation", 129, f"{APP}/memoryReservation")
inputs("containerOverrides[].resourceRequirements[].value", f"{CONTAINER}.resourceRequirements.0.value", "2", f"{APP}/resourceRequirements/0/value")
inputs("containerOverrides[].resourceRequirements[].type", f"{CONTAINER}.resourceRequirements", GONE, f"{APP}/resourceRequirements")
for member in ("memory", "maxComputePercent"):
    inputs(
        f"containerOverrides[].resourceRequirements[].sharingStrategy.nvidiaMps.{member}",
        f"{CONTAINER}.resourceRequirements.0.sharingStrategy",
        {"nvidiaMps": {member: 10}},
        f"{APP}/resourceRequirements/0/sharingStrategy/nvidiaMps/{member}",
    )
inputs("cpu", "cpu", "1024")
inputs("memory", "memory", "2048")
inputs("taskRoleArn", "taskRoleArn", role("other"))
inputs("executionRoleArn", "executionRoleArn", role("other"))
inputs("ephemeralStorage.sizeInGiB", "ephemeralStorage.sizeInGiB", 40)

# What only somebody else puts there.
for stand, live in TRIGGERS.items():
    row(stand, live, "target.tags[]", live.target("EcsParameters.Tags", [{"Key": "a", "Value": "1"}] if stand == "rule" else [{"key": "a", "value": "1"}]), "/target/tags")
    row(f"bare_{stand}", live, "target.otherInput", live.target("Input", '{"unknown": 1}'))

# Rules alone.
row("rule", RULE, "roleArn", RULE.to("RoleArn", role("rule")))
row("rule", RULE, "eventPattern", RULE.to("EventPattern", '{"source": ["aws.ec2"]}'))
row("rule", RULE, "target.referenceId", RULE.target("EcsParameters.ReferenceId", "by-hand"))
row("bare_rule", RULE, "target.inputPath", RULE.target("InputPath", "$.detail"))
row("bare_rule", RULE, "target.inputTransformer", RULE.target("InputTransformer", {"InputTemplate": '{"cpu": "1"}'}))
# Somebody who writes the target anew does not know of the record in its reference.
row("bare_rule", RULE, "target.taskCount", RULE.put(lambda target, world: changed(changed(target, "EcsParameters.ReferenceId", GONE), "EcsParameters.TaskCount", 4)))
for member in ("id", "arn"):
    row("rule", RULE, f"otherTargets[].{member}", RULE.put(lambda target, world: {"Id": "queue", "Arn": arn("sqs", "queue")}), "/otherTargets/queue/arn", "/otherTargets/queue/id")
row("rule", RULE, "target.otherParameters[]", RULE.target("SqsParameters", {"MessageGroupId": "1"}), "/target/otherParameters")


def with_state(name, world):
    """Tags of rules are seen when anything else is."""
    RULE.tag("team", "other")(name, world)
    RULE.to("State", "DISABLED")(name, world)


row("rule", RULE, "tags[]", with_state, "/state", "/tags/team")

# Schedules alone.
ZONE = datetime.timezone.utc
row("schedule", TIMED, "scheduleExpressionTimezone", TIMED.to("ScheduleExpressionTimezone", "Europe/Berlin"))
for member in ("mode", "maximumWindowInMinutes"):
    row("schedule", TIMED, f"flexibleTimeWindow.{member}", TIMED.to("FlexibleTimeWindow", {"Mode": "FLEXIBLE", "MaximumWindowInMinutes": 15}), "/flexibleTimeWindow/maximumWindowInMinutes", "/flexibleTimeWindow/mode")
row("schedule", TIMED, "startDate", TIMED.to("StartDate", datetime.datetime(2190, 1, 1, tzinfo=ZONE)))
row("schedule", TIMED, "endDate", TIMED.to("EndDate", datetime.datetime(2199, 12, 1, tzinfo=ZONE)))
row("schedule", TIMED, "kmsKeyArn", TIMED.to("KmsKeyArn", arn("kms", "key/1")))
row("schedule", TIMED, "actionAfterCompletion", TIMED.to("ActionAfterCompletion", "DELETE"))
row("schedule", TIMED, "target.referenceId", TIMED.target("EcsParameters.ReferenceId", "by-hand"))
row("schedule", TIMED, "target.otherParameters[]", TIMED.target("SqsParameters", {"MessageGroupId": "1"}), "/target/otherParameters")

# The copy of a developer's environment.
COPY = EventRule("DeveloperEnv/{0}/{0}-batch/event_rule", "drift-production-{0}-{0}-batch")
row("alice", COPY, "state", COPY.to("State", "DISABLED"))
