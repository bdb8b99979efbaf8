"""Looks at AWS with boto3: what there is, without the order and the dates that no test is about."""

import json

RECORD = "sendo:applied"


def by_key(pairs):
    """Tags as a map."""
    return {pair.get("key", pair.get("Key")): pair.get("value", pair.get("Value")) for pair in pairs}


def tags(pairs):
    """Tags as a map without the record of what was applied, which must be there."""
    found = by_key(pairs)
    assert found.pop(RECORD, None), f"no {RECORD} in {found}"
    return found


class Live:
    """What a world has beyond what it was prepared with."""

    def __init__(self, world):
        self._world = world
        self._client = world.client

    def services(self, cluster):
        """The services that are not deleted, by name."""
        ecs = self._client("ecs")
        arns = [arn for page in ecs.get_paginator("list_services").paginate(cluster=cluster) for arn in page["serviceArns"]]
        if not arns:
            return {}
        found = ecs.describe_services(cluster=cluster, services=arns, include=["TAGS"])["services"]
        return {service["serviceName"]: service for service in found if service["status"] == "ACTIVE"}

    def service(self, cluster, name):
        return self.services(cluster)[name]

    def definition(self, arn):
        """A task definition with its tags in it, and containers by name."""
        answer = self._client("ecs").describe_task_definition(taskDefinition=arn, include=["TAGS"])
        found = answer["taskDefinition"] | {"tags": tags(answer["tags"])}
        found["containerDefinitions"] = {container["name"]: container for container in found["containerDefinitions"]}
        return found

    def revisions(self, family):
        """The ARNs of all active revisions of a family."""
        pages = self._client("ecs").get_paginator("list_task_definitions").paginate(familyPrefix=family)
        return [arn for page in pages for arn in page["taskDefinitionArns"]]

    def target_groups(self):
        """All target groups with attributes and tags, by name."""
        elb = self._client("elbv2")
        found = {}
        for group in elb.describe_target_groups()["TargetGroups"]:
            arn = group["TargetGroupArn"]
            attributes = elb.describe_target_group_attributes(TargetGroupArn=arn)["Attributes"]
            marks = elb.describe_tags(ResourceArns=[arn])["TagDescriptions"][0]["Tags"]
            found[group["TargetGroupName"]] = group | {
                "attributes": {attribute["Key"]: attribute["Value"] for attribute in attributes},
                "tags": tags(marks),
            }
        return found

    def target_group(self):
        """The only target group."""
        (found,) = self.target_groups().values()
        return found

    def rules(self, listener):
        """The rules of a listener but the default one, as conditions, target groups by weight, priority and tags."""
        elb = self._client("elbv2")
        found = []
        for rule in elb.describe_rules(ListenerArn=listener)["Rules"]:
            if rule["IsDefault"]:
                continue
            marks = elb.describe_tags(ResourceArns=[rule["RuleArn"]])["TagDescriptions"][0]["Tags"]
            found.append(
                {
                    "arn": rule["RuleArn"],
                    "priority": int(rule["Priority"]),
                    "conditions": {condition["Field"]: condition_values(condition) for condition in rule["Conditions"]},
                    "forward": forward(rule["Actions"]),
                    "tags": tags(marks),
                }
            )
        return found

    def rule(self, listener):
        """The only rule of a listener."""
        (found,) = self.rules(listener)
        return found

    def records(self, zone):
        """What a zone has but its own NS and SOA: aliases as (target, zone, health), TXT as lists of values."""
        found = {}
        pages = self._client("route53").get_paginator("list_resource_record_sets").paginate(HostedZoneId=zone)
        for record in (record for page in pages for record in page["ResourceRecordSets"]):
            key = (record["Name"], record["Type"])
            if record["Type"] in {"NS", "SOA"}:
                continue
            assert key not in found, f"{key} is there twice"
            found[key] = alias(record) if "AliasTarget" in record else [each["Value"] for each in record["ResourceRecords"]]
        return found

    def event_rules(self):
        """All rules of the default bus with targets and tags, by name."""
        events = self._client("events")
        found = {}
        for rule in events.list_rules()["Rules"]:
            targets = events.list_targets_by_rule(Rule=rule["Name"])["Targets"]
            marks = events.list_tags_for_resource(ResourceARN=rule["Arn"])["Tags"]
            found[rule["Name"]] = rule | {"targets": [parsed(target) for target in targets], "tags": by_key(marks)}
        return found

    def schedules(self):
        """All schedules, by group and name."""
        scheduler = self._client("scheduler")
        listed = scheduler.list_schedules()["Schedules"]
        found = (scheduler.get_schedule(GroupName=each["GroupName"], Name=each["Name"]) for each in listed)
        schedules = {}
        for schedule in found:
            del schedule["ResponseMetadata"]
            schedules[schedule["GroupName"], schedule["Name"]] = schedule | {"Target": parsed(schedule["Target"])}
        return schedules

    def log_groups(self):
        """The retention and tags of all log groups, by name."""
        logs = self._client("logs")
        found = {}
        for group in logs.describe_log_groups()["logGroups"]:
            marks = logs.list_tags_for_resource(resourceArn=group["arn"].removesuffix(":*"))["tags"]
            assert marks.pop(RECORD, None), f"no {RECORD} in {marks}"
            found[group["logGroupName"]] = {"retention": group.get("retentionInDays"), "tags": marks}
        return found


def condition_values(condition):
    """The values of a condition, from the new member or the old one."""
    configs = [config for name, config in condition.items() if name.endswith("Config")]
    values = configs[0]["Values"] if configs else condition["Values"]
    return {value if isinstance(value, str) else (value.get("Key"), value["Value"]) for value in values}


def forward(actions):
    """Where a rule's only action forwards to: weights by target group."""
    (action,) = actions
    assert action["Type"] == "forward", action
    groups = action.get("ForwardConfig", {}).get("TargetGroups") or [{"TargetGroupArn": action["TargetGroupArn"]}]
    return {group["TargetGroupArn"]: group.get("Weight", 1) for group in groups}


def alias(record):
    target = record["AliasTarget"]
    return target["DNSName"], target["HostedZoneId"], target["EvaluateTargetHealth"]


def parsed(target):
    """A target with its input as what it means."""
    return target | {"Input": json.loads(target["Input"])}
