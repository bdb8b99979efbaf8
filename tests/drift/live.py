"""What boto3 reads of a resource, and how it changes one member of it behind sendo's back.

A class a type: `address` and `name` say which resource of a stand it is, `read` is everything that must be as it was
after the apply, and each other method makes a change, to be carried out later.
"""

import json

from project import CLUSTER, LISTENER, ZONE, fargate
from support import client
from tree import GONE, changed

AWS = {name: client(name) for name in ("ecs", "elbv2", "events", "scheduler", "logs", "route53")}
VOLATILE = {"deployments", "events", "currentServiceRevisions", "currentServiceDeployment", "runningCount", "pendingCount"}
OF_DEPLOYMENT = ("serviceConnectConfiguration", "volumeConfigurations", "vpcLatticeConfigurations")
OF_REVISION = ("gatewayConnectors", "monitoring")


def sorted_tags(tags, key="key"):
    """Tags in the order of their keys."""
    return sorted(tags, key=lambda tag: tag[key])


def register(family):
    """The ARN of a revision that somebody registers by hand."""
    definition = fargate() | {"containerDefinitions": [{"name": "app", "image": "example/by-hand:1", "portMappings": [{"name": "web", "containerPort": 8080}, {"name": "admin", "containerPort": 9090}]}]}
    definition |= {"cpu": "256", "memory": "512"}
    return AWS["ecs"].register_task_definition(family=family, **definition)["taskDefinition"]["taskDefinitionArn"]


def without_what_is_off(service):
    """UpdateService takes neither alarms nor Service Connect away: it switches them off, which is the same."""
    alarms = service["deploymentConfiguration"].get("alarms")
    if alarms == {"alarmNames": [], "enable": False, "rollback": False}:
        del service["deploymentConfiguration"]["alarms"]
    if service.get("serviceConnectConfiguration") == {"enabled": False}:
        del service["serviceConnectConfiguration"]
    return service


class Service:
    """An ECS service."""

    type = "ecs_service"

    def __init__(self, address="Service/{0}/service", name="{0}", cluster=CLUSTER):
        self.address, self.name, self.cluster = address, name, cluster

    def read(self, stand):
        name = self.name.format(stand)
        found = AWS["ecs"].describe_services(cluster=self.cluster, services=[name], include=["TAGS"])["services"][0]
        primary = next(one for one in found["deployments"] if one["status"] == "PRIMARY")
        revision = max(found["currentServiceRevisions"], key=lambda one: one["requestedTaskCount"])["arn"]
        revision = AWS["ecs"].describe_service_revisions(serviceRevisionArns=[revision])["serviceRevisions"][0]
        told = {member: value for member, value in found.items() if member not in VOLATILE}
        told |= {member: primary[member] for member in OF_DEPLOYMENT if member in primary}
        told |= {member: revision[member] for member in OF_REVISION if member in revision}
        told["tags"] = sorted_tags(told["tags"])
        return without_what_is_off(told)

    def to(self, path, value):
        """UpdateService with one member changed."""

        def change(stand, world):
            top = path.split(".")[0]
            now = self.read(stand)
            self.update(stand, **{top: changed({top: now.get(top, [] if path.split(".")[1:2] == ["0"] else {})}, path, value)[top]})

        return change

    def update(self, stand, **members):
        AWS["ecs"].update_service(cluster=self.cluster, service=self.name.format(stand), **members)

    def by_hand(self, stand, world):
        """Somebody registers a revision and points the service at it."""
        family = self.read(stand)["taskDefinition"].split("/")[-1].split(":")[0]
        self.update(stand, taskDefinition=register(family))

    def without_group(self, stand, world):
        """The second group of a service that has two is taken off."""
        self.update(stand, loadBalancers=self.read(stand)["loadBalancers"][:1])

    def with_group(self, stand, world):
        """A group of somebody else's is put on."""
        entry = {"targetGroupArn": world.groups[2], "containerName": "app", "containerPort": 8080}
        self.update(stand, loadBalancers=[*self.read(stand)["loadBalancers"], entry])

    def tag(self, key, value):
        """A tag is set, or with GONE taken away."""

        def change(stand, world):
            arn = self.read(stand)["serviceArn"]
            if value is GONE:
                AWS["ecs"].untag_resource(resourceArn=arn, tagKeys=[key])
            else:
                AWS["ecs"].tag_resource(resourceArn=arn, tags=[{"key": key, "value": value}])

        return change


class Revision:
    """The revision of a task definition that a service uses."""

    type = "ecs_task_definition"
    address = "Service/{0}/task_definition"

    def arn(self, stand):
        found = AWS["ecs"].describe_services(cluster=CLUSTER, services=[stand])["services"][0]
        return found["taskDefinition"]

    def read(self, stand):
        told = AWS["ecs"].describe_task_definition(taskDefinition=self.arn(stand), include=["TAGS"])
        return told["taskDefinition"] | {"tags": sorted_tags(told["tags"])}

    def tag(self, key, value):
        def change(stand, world):
            if value is GONE:
                AWS["ecs"].untag_resource(resourceArn=self.arn(stand), tagKeys=[key])
            else:
                AWS["ecs"].tag_resource(resourceArn=self.arn(stand), tags=[{"key": key, "value": value}])

        return change


class TargetGroup:
    """A target group, found behind its service."""

    type = "target_group"

    def __init__(self, address="Service/{0}/web/target_group", service="{0}", cluster=CLUSTER, port=8080):
        self.address, self.service, self.cluster, self.port = address, service, cluster, port

    def arn(self, stand):
        found = AWS["ecs"].describe_services(cluster=self.cluster, services=[self.service.format(stand)])["services"][0]
        return next(one["targetGroupArn"] for one in found["loadBalancers"] if one["containerPort"] == self.port)

    def read(self, stand):
        arn = self.arn(stand)
        group = AWS["elbv2"].describe_target_groups(TargetGroupArns=[arn])["TargetGroups"][0]
        attributes = AWS["elbv2"].describe_target_group_attributes(TargetGroupArn=arn)["Attributes"]
        tags = AWS["elbv2"].describe_tags(ResourceArns=[arn])["TagDescriptions"][0]["Tags"]
        return group | {"attributes": sorted_tags(attributes, "Key"), "tags": sorted_tags(tags, "Key")}

    def to(self, member, value):
        return lambda stand, world: AWS["elbv2"].modify_target_group(TargetGroupArn=self.arn(stand), **{member: value})

    def attribute(self, key, value):
        attributes = [{"Key": key, "Value": value}]
        return lambda stand, world: AWS["elbv2"].modify_target_group_attributes(TargetGroupArn=self.arn(stand), Attributes=attributes)

    def tag(self, key, value):
        return lambda stand, world: elb_tag(self.arn(stand), key, value)


def elb_tag(arn, key, value):
    """A tag of a group or rule is set, or with GONE taken away."""
    if value is GONE:
        AWS["elbv2"].remove_tags(ResourceArns=[arn], TagKeys=[key])
    else:
        AWS["elbv2"].add_tags(ResourceArns=[arn], Tags=[{"Key": key, "Value": value}])


class ListenerRule:
    """A listener rule, found by its tags."""

    type = "listener_rule"

    def __init__(self, address="Service/{0}/web/listener_rule", manifest="Service/{0}", ingress="web"):
        self.address, self.manifest, self.ingress = address, manifest, ingress

    def found(self, stand):
        pages = AWS["elbv2"].get_paginator("describe_rules").paginate(ListenerArn=LISTENER)
        rules = {rule["RuleArn"]: rule for page in pages for rule in page["Rules"] if not rule["IsDefault"]}
        wanted = {"sendo:manifest": self.manifest.format(stand), "sendo:ingress": self.ingress.format(stand)}
        arns = list(rules)
        for start in range(0, len(arns), 20):
            for one in AWS["elbv2"].describe_tags(ResourceArns=arns[start : start + 20])["TagDescriptions"]:
                tags = {tag["Key"]: tag["Value"] for tag in one["Tags"]}
                if wanted.items() <= tags.items():
                    return rules[one["ResourceArn"]] | {"tags": sorted_tags(one["Tags"], "Key")}
        raise LookupError(f"no rule has {wanted}")

    read = found

    def conditions(self, change_of):
        """ModifyRule with other conditions, made from those that there are by field."""

        def change(stand, world):
            rule = self.found(stand)
            told = {one["Field"]: {member: value for member, value in one.items() if member != "Values"} for one in rule["Conditions"]}
            change_of(told)
            AWS["elbv2"].modify_rule(RuleArn=rule["RuleArn"], Conditions=list(told.values()))

        return change

    def actions(self, change_of):
        """ModifyRule with other actions, made from the forward action that there is."""

        def change(stand, world):
            rule = self.found(stand)
            forward = {"Type": "forward", "Order": 1, "ForwardConfig": rule["Actions"][0]["ForwardConfig"]}
            AWS["elbv2"].modify_rule(RuleArn=rule["RuleArn"], Actions=change_of(forward, world))

        return change

    def transform(self, stand, world):
        transforms = [{"Type": "url-rewrite", "UrlRewriteConfig": {"Rewrites": [{"Regex": "^/a", "Replace": "/b"}]}}]
        AWS["elbv2"].modify_rule(RuleArn=self.found(stand)["RuleArn"], Transforms=transforms)

    def priority(self, stand, world):
        rule = self.found(stand)
        AWS["elbv2"].set_rule_priorities(RulePriorities=[{"RuleArn": rule["RuleArn"], "Priority": int(rule["Priority"]) + 10000}])

    def tag(self, key, value):
        return lambda stand, world: elb_tag(self.found(stand)["RuleArn"], key, value)


class EventRule:
    """An EventBridge rule and its targets."""

    type = "event_rule"

    def __init__(self, address="ScheduledBatch/{0}/event_rule", name="drift-production-{0}"):
        self.address, self.name = address, name

    def read(self, stand):
        name = self.name.format(stand)
        rule = told(AWS["events"].describe_rule(Name=name))
        targets = AWS["events"].list_targets_by_rule(Rule=name)["Targets"]
        tags = AWS["events"].list_tags_for_resource(ResourceARN=rule["Arn"])["Tags"]
        return rule | {"targets": sorted(targets, key=lambda one: one["Id"]), "tags": sorted_tags(tags, "Key")}

    def to(self, path, value):
        """PutRule with one member changed."""

        def change(stand, world):
            taken = ("Name", "ScheduleExpression", "EventPattern", "State", "Description", "RoleArn")
            now = {member: content for member, content in self.read(stand).items() if member in taken}
            AWS["events"].put_rule(**changed(now, path, value))

        return change

    def target(self, path, value):
        """PutTargets with one member of sendo's target changed."""
        return self.put(lambda target, world: changed(target, path, value))

    def put(self, change_of):
        """PutTargets with what is made of sendo's target."""

        def change(stand, world):
            target = next(one for one in self.read(stand)["targets"] if one["Id"] == "sendo")
            answer = AWS["events"].put_targets(Rule=self.name.format(stand), Targets=[change_of(target, world)])
            assert answer["FailedEntryCount"] == 0, answer

        return change

    def input(self, path, value):
        """PutTargets with one member of the overrides changed."""
        return self.put(lambda target, world: target | {"Input": overridden(target["Input"], path, value)})

    def by_hand(self, stand, world):
        """Somebody registers a revision and points the target at it."""
        self.put(lambda target, world: pointed(target, "TaskDefinitionArn"))(stand, world)

    def tag(self, key, value):
        """A tag of the rule is set."""
        tags = [{"Key": key, "Value": value}]
        return lambda stand, world: AWS["events"].tag_resource(ResourceARN=self.read(stand)["Arn"], Tags=tags)


class Schedule:
    """A schedule of EventBridge Scheduler."""

    type = "schedule"
    address = "ScheduledBatch/{0}/schedule"

    def read(self, stand):
        got = told(AWS["scheduler"].get_schedule(Name=f"drift-production-{stand}", GroupName="drift-production"))
        return {member: value for member, value in got.items() if member not in ("CreationDate", "LastModificationDate")}

    def to(self, path, value):
        """UpdateSchedule with one member changed."""
        return self.put(lambda now, world: changed(now, path, value))

    def put(self, change_of):
        """UpdateSchedule with what is made of the schedule."""

        def change(stand, world):
            now = {member: value for member, value in self.read(stand).items() if member != "Arn"}
            AWS["scheduler"].update_schedule(**change_of(now, world))

        return change

    def target(self, path, value):
        """UpdateSchedule with one member of the target changed."""
        return self.to(f"Target.{path}", value)

    def input(self, path, value):
        """UpdateSchedule with one member of the overrides changed."""
        return self.put(lambda now, world: now | {"Target": now["Target"] | {"Input": overridden(now["Target"]["Input"], path, value)}})

    def by_hand(self, stand, world):
        """Somebody registers a revision and points the schedule at it."""
        self.put(lambda now, world: now | {"Target": pointed(now["Target"], "TaskDefinitionArn")})(stand, world)


def pointed(target, member):
    """The target at a revision that was registered by hand."""
    family = target["EcsParameters"][member].split("/")[-1].split(":")[0]
    return changed(target, f"EcsParameters.{member}", register(family))


def overridden(text, path, value):
    """The input with one member of the overrides changed."""
    return json.dumps(changed(json.loads(text), path, value))


def told(answer):
    """An answer without what is about the call."""
    return {member: value for member, value in answer.items() if member != "ResponseMetadata"}


class LogGroup:
    """A log group."""

    type = "log_group"
    address = "Service/{0}/log_group"

    def read(self, stand):
        group = AWS["logs"].describe_log_groups(logGroupNamePrefix=f"/drift/{stand}")["logGroups"]
        group = next(one for one in group if one["logGroupName"] == f"/drift/{stand}")
        return group | {"tags": AWS["logs"].list_tags_for_resource(resourceArn=group["logGroupArn"])["tags"]}

    def keep(self, days):
        def change(stand, world):
            if days is GONE:
                AWS["logs"].delete_retention_policy(logGroupName=f"/drift/{stand}")
            else:
                AWS["logs"].put_retention_policy(logGroupName=f"/drift/{stand}", retentionInDays=days)

        return change

    def tag(self, key, value):
        return lambda stand, world: AWS["logs"].tag_resource(resourceArn=self.read(stand)["logGroupArn"], tags={key: value})


class DnsRecord:
    """The records of one name."""

    type = "dns_record"

    def __init__(self, address="Service/{0}/{0}.example.com/dns_record", name="{0}.example.com."):
        self.address, self.name = address, name

    def read(self, stand):
        name = self.name.format(stand)
        found = AWS["route53"].list_resource_record_sets(HostedZoneId=ZONE, StartRecordName=name, MaxItems="20")["ResourceRecordSets"]
        return sorted((one for one in found if one["Name"] == name), key=lambda one: one["Type"])

    def a(self, stand):
        return next(one for one in self.read(stand) if one["Type"] == "A")

    def send(self, *changes):
        batch = {"Changes": [{"Action": action, "ResourceRecordSet": record} for action, record in changes]}
        AWS["route53"].change_resource_record_sets(HostedZoneId=ZONE, ChangeBatch=batch)

    def to(self, path, value):
        """UPSERT of the A record with one member changed."""
        return lambda stand, world: self.send(("UPSERT", changed(self.a(stand), path, value)))

    def put(self, change_of):
        """Whatever changes are made from the A record."""
        return lambda stand, world: self.send(*change_of(self.a(stand)))
