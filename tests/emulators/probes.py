"""One look for each difference, by boto3 alone: whether the emulator still does what the list says."""


from botocore.exceptions import ClientError


def status_of(call):
    """The HTTP status that a call ends with."""
    try:
        return call()["ResponseMetadata"]["HTTPStatusCode"]
    except ClientError as error:
        return error.response["ResponseMetadata"]["HTTPStatusCode"]


def register(world, **container):
    """A task definition of one container."""
    return world.client("ecs").register_task_definition(
        family="probe",
        requiresCompatibilities=["FARGATE"],
        networkMode="awsvpc",
        cpu="256",
        memory="512",
        containerDefinitions=[{"name": "app", "image": "example/probe:1"} | container],
    )["taskDefinition"]


def create_service(world, **more):
    """A service of that definition, as it is described afterwards."""
    ecs = world.client("ecs")
    network = {"subnets": world.subnets, "securityGroups": [world.security_group]}
    ecs.create_service(
        cluster="production",
        serviceName="probe",
        taskDefinition=register(world)["taskDefinitionArn"],
        launchType="FARGATE",
        networkConfiguration={"awsvpcConfiguration": network},
        **({"desiredCount": 1} | more),
    )
    return ecs.describe_services(cluster="production", services=["probe"])["services"][0]


def create_target_group(world, **more):
    """A target group in the world's VPC."""
    made = world.client("elbv2").create_target_group(
        **({"Name": "probe", "Protocol": "HTTP", "Port": 80, "VpcId": world.vpc, "TargetType": "ip"} | more)
    )
    return made["TargetGroups"][0]["TargetGroupArn"]


def create_rule(world, priority=10, **more):
    """A rule that forwards to a target group."""
    group = create_target_group(world)
    rule = {
        "Conditions": [{"Field": "host-header", "HostHeaderConfig": {"Values": ["probe.example.com"]}}],
        "Actions": [{"Type": "forward", "TargetGroupArn": group}],
    }
    made = world.client("elbv2").create_rule(ListenerArn=world.https, Priority=priority, **(rule | more))
    return group, made["Rules"][0]


def alias_record(world, name):
    """An alias record, as the zone lists it afterwards."""
    route53, zone = world.client("route53"), world.zones["example.com"]
    target = {
        "HostedZoneId": world.balancer["CanonicalHostedZoneId"],
        "DNSName": world.balancer["DNSName"],
        "EvaluateTargetHealth": False,
    }
    record = {"Name": name, "Type": "A", "AliasTarget": target}
    changes = {"Changes": [{"Action": "CREATE", "ResourceRecordSet": record}]}
    route53.change_resource_record_sets(HostedZoneId=zone, ChangeBatch=changes)
    listed = route53.list_resource_record_sets(HostedZoneId=zone)["ResourceRecordSets"]
    (found,) = [each for each in listed if each["Type"] == "A"]
    return found


def create_service_drops_members(world):
    sent = {"deploymentConfiguration": {"maximumPercent": 150}, "healthCheckGracePeriodSeconds": 30}
    service = create_service(world, **sent)
    return not set(sent) & set(service)


def running_is_a_constant(world):
    service = create_service(world, desiredCount=1)
    return (service["runningCount"], service["pendingCount"]) == (2, -1)


def no_service_deployments(world):
    create_service(world)
    call = lambda: world.client("ecs").list_service_deployments(cluster="production", service="probe")
    return status_of(call) == 500


def update_starts_no_deployment(world):
    create_service(world)
    second = register(world)["taskDefinitionArn"]
    updated = world.client("ecs").update_service(cluster="production", service="probe", taskDefinition=second)["service"]
    assert updated["taskDefinition"] == second
    return second not in [deployment["taskDefinition"] for deployment in updated["deployments"]]


def update_ignores_propagate_tags(world):
    create_service(world, propagateTags="NONE")
    updated = world.client("ecs").update_service(cluster="production", service="probe", propagateTags="SERVICE")
    return updated["service"]["propagateTags"] == "NONE"


def port_mapping_defaults(world):
    made = register(world, portMappings=[{"containerPort": 8080}])
    return made["containerDefinitions"][0]["portMappings"] == [{"containerPort": 8080}]


def balancer_in_another_vpc(world):
    return world.balancer["VpcId"] == "vpc-00000001" != world.vpc


def target_group_members(world):
    arn, _ = create_rule(world)
    found = world.client("elbv2").describe_target_groups(TargetGroupArns=[arn])["TargetGroups"][0]
    return not {"ProtocolVersion", "IpAddressType"} & set(found) and found["LoadBalancerArns"] == []


def alias_without_final_dot(world):
    return not alias_record(world, "probe.example.com")["AliasTarget"]["DNSName"].endswith(".")


def asterisk_not_escaped(world):
    return alias_record(world, "*.example.com")["Name"] == "*.example.com."
