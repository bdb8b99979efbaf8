"""Everything is created from nothing, and nothing is left to do."""

ACCOUNT = "arn:aws:iam::123456789012:role/"
REVISION = "arn:aws:ecs:ap-northeast-1:123456789012:task-definition/"
CLUSTER = "arn:aws:ecs:ap-northeast-1:123456789012:cluster/"


def marks(environment, manifest, **more):
    """The tags of what a manifest owns."""
    owner = {"sendo:project": "shop", "sendo:environment": environment, "sendo:manifest": manifest}
    return owner | {"team": "shop"} | {f"sendo:{name.replace('_', '-')}": value for name, value in more.items()}


def pick(found, expected):
    """The same members as expected."""
    return {member: found.get(member) for member in expected}


def network(applied):
    return {"subnets": applied.world.subnets, "securityGroups": [applied.world.security_group], "assignPublicIp": "DISABLED"}


def test_a_task_definition_has_what_its_manifest_says(applied):
    assert applied.live.revisions("shop-production-api") == [REVISION + "shop-production-api:1"]
    found = applied.live.definition("shop-production-api:1")
    expected = {
        "family": "shop-production-api",
        "status": "ACTIVE",
        "cpu": "512",
        "memory": "1024",
        "networkMode": "awsvpc",
        "requiresCompatibilities": ["FARGATE"],
        "taskRoleArn": ACCOUNT + "shop-api",
        "executionRoleArn": ACCOUNT + "ecsTaskExecutionRole",
        "volumes": [],
        "placementConstraints": [],
        "tags": marks("production", "Service/api"),
    }
    assert pick(found, expected) == expected
    (name,) = found["containerDefinitions"]
    container = found["containerDefinitions"]["app"]
    container["environment"] = {each["name"]: each["value"] for each in container["environment"]}
    options = {"group": "/shop/production/api", "region": "ap-northeast-1", "stream-prefix": "api"}
    expected = {
        "name": name,
        "image": "example/api:1",
        "portMappings": [{"containerPort": 8080, "hostPort": 8080, "protocol": "tcp"}],
        "essential": True,
        "environment": {"RAILS_ENV": "production", "LOG_LEVEL": "info"},
        "secrets": [{"name": "DATABASE_URL", "valueFrom": "/shop/database-url"}],
        "stopTimeout": 60,
        "logConfiguration": {
            "logDriver": "awslogs",
            "options": {f"awslogs-{option}": value for option, value in options.items()},
        },
    } | applied.instead("port-mapping-defaults")
    filled_in = {"cpu": 0, "mountPoints": [], "volumesFrom": [], "systemControls": []}
    assert filled_in | container == filled_in | expected


def test_a_service_has_what_its_manifest_says(applied):
    service = applied.live.service("production", "api")
    (group,) = [arn for rule in applied.live.rules(applied.world.https) if rule["priority"] == 100 for arn in rule["forward"]]
    expected = {
        "status": "ACTIVE",
        "clusterArn": CLUSTER + "production",
        "taskDefinition": REVISION + "shop-production-api:1",
        "desiredCount": 2,
        "runningCount": 2,
        "pendingCount": 0,
        "launchType": "FARGATE",
        "schedulingStrategy": "REPLICA",
        "deploymentController": {"type": "ECS"},
        "deploymentConfiguration": {
            "maximumPercent": 150,
            "minimumHealthyPercent": 50,
            "deploymentCircuitBreaker": {"enable": True, "rollback": True},
        },
        "healthCheckGracePeriodSeconds": 30,
        "networkConfiguration": {"awsvpcConfiguration": network(applied)},
        "loadBalancers": [{"targetGroupArn": group, "containerName": "app", "containerPort": 8080}],
        "serviceRegistries": [],
    } | applied.instead("create-service-drops-members")
    assert pick(service, expected) == expected
    assert len(service["deployments"]) == 1


def test_an_ingress_has_a_target_group_and_a_rule(applied):
    groups = applied.live.target_groups()
    (group,) = [found for name, found in groups.items() if name.startswith("shop-production-api-web-")]
    expected = {
        "Protocol": "HTTP",
        "ProtocolVersion": "HTTP1",
        "Port": 8080,
        "VpcId": applied.world.vpc,
        "TargetType": "ip",
        "IpAddressType": "ipv4",
        "HealthCheckEnabled": True,
        "HealthCheckProtocol": "HTTP",
        "HealthCheckPort": "traffic-port",
        "HealthCheckPath": "/health_check",
        "HealthCheckIntervalSeconds": 15,
        "HealthCheckTimeoutSeconds": 5,
        "HealthyThresholdCount": 5,
        "UnhealthyThresholdCount": 2,
        "Matcher": {"HttpCode": "200"},
        "LoadBalancerArns": [applied.world.balancer["LoadBalancerArn"]],
        "tags": marks("production", "Service/api", ingress="web"),
    }
    expected |= applied.instead("balancer-in-another-vpc") | applied.instead("target-group-members")
    assert pick(group, expected) == expected
    attributes = {"deregistration_delay.timeout_seconds": "5", "stickiness.enabled": "false", "stickiness.type": "lb_cookie"}
    assert pick(group["attributes"], attributes) == attributes

    (rule,) = [rule for rule in applied.live.rules(applied.world.https) if rule["priority"] == 100]
    del rule["arn"]
    assert rule == {
        "priority": 100,
        "conditions": {"host-header": {"api.example.com", "*.api.example.com"}, "path-pattern": {"/v1/*"}},
        "forward": {group["TargetGroupArn"]: 1},
        "tags": marks("production", "Service/api", ingress="web", hosted_zone=applied.world.zones["example.com"]),
    }
    assert applied.live.rules(applied.world.http) == []


def balancer_alias(applied):
    """The alias of a name on the load balancer."""
    dot = "" if applied.differs("alias-without-final-dot") else "."
    balancer = applied.world.balancer
    return balancer["DNSName"].lower() + dot, balancer["CanonicalHostedZoneId"], False


def ownership(found, environment, manifest):
    """Expects one TXT value that says whose a name is."""
    (value,) = found
    expected = f'"heritage=sendo,project=shop,environment={environment},manifest={manifest},applied=v1:'
    assert value.startswith(expected) and value.endswith('"')


def test_a_name_is_an_alias_with_its_owner_beside_it(applied):
    found = applied.live.records(applied.world.zones["example.com"])
    for name, environment in [("api.example.com.", "production"), ("api.staging.example.com.", "staging")]:
        assert found.pop((name, "A")) == balancer_alias(applied)
        ownership(found.pop((f"_sendo.{name}", "TXT")), environment, "Service/api")
    assert found == {}


def test_log_groups_keep_events_as_long_as_manifests_say(applied):
    assert applied.live.log_groups() == {
        f"/shop/{environment}/{name}": {"retention": days, "tags": marks(environment, manifest)}
        for environment in ["production", "staging"]
        for name, days, manifest in [("api", 30, "Service/api"), ("batch", 14, "TaskTemplate/batch")]
    }


def test_a_batch_without_a_zone_is_an_event_rule(applied):
    rules = applied.live.event_rules()
    assert set(rules) == {"shop-production-refresh-prices", "shop-staging-refresh-prices"}
    rule = rules["shop-production-refresh-prices"]
    expected = {
        "ScheduleExpression": "rate(5 minutes)",
        "State": "ENABLED",
        "EventPattern": None,
        "RoleArn": None,
        "EventBusName": "default",
        "tags": marks("production", "ScheduledBatch/refresh-prices"),
    }
    assert pick(rule, expected) == expected
    assert rule["Description"].endswith(" [sendo:shop/production/ScheduledBatch/refresh-prices]")
    (target,) = rule["targets"]
    assert target["EcsParameters"].pop("ReferenceId").startswith("v1:")
    vpc = {name[0].upper() + name[1:]: value for name, value in network(applied).items()}
    assert target == {
        "Id": "sendo",
        "Arn": CLUSTER + "production",
        "RoleArn": ACCOUNT + "ecsEventsRole",
        "Input": overrides(["bin/refresh-prices"], "refresh-prices"),
        "EcsParameters": {
            "TaskDefinitionArn": REVISION + "shop-production-batch:1",
            "TaskCount": 1,
            "LaunchType": "FARGATE",
            "NetworkConfiguration": {"awsvpcConfiguration": vpc},
        },
    }


def overrides(command, batch):
    return {"containerOverrides": [{"name": "batch", "command": command, "environment": [{"name": "BATCH", "value": batch}]}]}


def test_a_batch_with_a_zone_is_a_schedule(applied):
    schedules = applied.live.schedules()
    assert set(schedules) == {
        ("shop-production", "shop-production-daily-report"),
        ("shop-staging", "shop-staging-daily-report"),
        ("shop-staging", "shop-staging-alice-daily-report"),
    }
    schedule = schedules["shop-production", "shop-production-daily-report"]
    expected = {
        "ScheduleExpression": "cron(30 2 * * ? *)",
        "ScheduleExpressionTimezone": "Asia/Tokyo",
        "State": "ENABLED",
        "FlexibleTimeWindow": {"Mode": "OFF"},
        "StartDate": None,
        "EndDate": None,
        "KmsKeyArn": None,
    }
    assert pick(schedule, expected) == expected
    assert schedule["Description"].endswith(" [sendo:shop/production/ScheduledBatch/daily-report]")
    vpc = {name[0].upper() + name[1:]: value for name, value in network(applied).items()}
    assert schedule["Target"] == {
        "Arn": CLUSTER + "production",
        "RoleArn": ACCOUNT + "ecsScheduler",
        "Input": overrides(["bin/report", "--daily"], "daily-report"),
        "RetryPolicy": {"MaximumRetryAttempts": 3, "MaximumEventAgeInSeconds": 3600},
        "EcsParameters": {
            "TaskDefinitionArn": REVISION + "shop-production-batch:1",
            "TaskCount": 1,
            "LaunchType": "FARGATE",
            "NetworkConfiguration": {"awsvpcConfiguration": vpc},
        },
    }


def test_a_developer_environment_has_copies_beside_the_originals(applied):
    assert set(applied.live.services("staging")) == {"api"}
    (name,) = applied.live.services("staging-per-member")
    service = applied.live.service("staging-per-member", name)
    expected = {
        "serviceName": "alice-api",
        "desiredCount": 1,
        "runningCount": 1,
        "pendingCount": 0,
        "deploymentConfiguration": {
            "maximumPercent": 100,
            "minimumHealthyPercent": 0,
            "deploymentCircuitBreaker": {"enable": True, "rollback": True},
        },
    } | applied.instead("create-service-drops-members")
    expected |= applied.instead("running-is-a-constant")
    assert pick(service, expected) == expected
    definition = applied.live.definition(service["taskDefinition"])
    assert definition["family"] == "shop-staging-api"
    container = definition["containerDefinitions"]["app"]
    assert container["image"] == "example/api:feature-x"
    assert {each["name"]: each["value"] for each in container["environment"]} == {"RAILS_ENV": "staging", "LOG_LEVEL": "info"}
    assert len(applied.live.revisions("shop-staging-api")) == 2

    (rule,) = [rule for rule in applied.live.rules(applied.world.https) if rule["priority"] >= 1000]
    zone = applied.world.zones["dev.example.com"]
    assert (rule["priority"], rule["conditions"], rule["tags"]) == (
        1000,
        {"host-header": {"alice-api.dev.example.com", "*.alice.dev.example.com"}, "path-pattern": {"/v1/*"}},
        marks("staging", "DeveloperEnv/alice", ingress="api/web", hosted_zone=zone),
    )
    (balanced,) = service["loadBalancers"]
    assert rule["forward"] == {balanced["targetGroupArn"]: 1}
    schedule = applied.live.schedules()["shop-staging", "shop-staging-alice-daily-report"]
    assert (schedule["State"], schedule["Target"]["Arn"]) == ("DISABLED", CLUSTER + "staging-per-member")


def test_a_developer_environment_has_names_of_its_own(applied):
    found = applied.live.records(applied.world.zones["dev.example.com"])
    wildcard = "*" if applied.differs("asterisk-not-escaped") else "\\052"
    for name, owner in [("alice-api", "_sendo.alice-api"), (f"{wildcard}.alice", "_sendo-wildcard.alice")]:
        assert found.pop((f"{name}.dev.example.com.", "A")) == balancer_alias(applied)
        ownership(found.pop((f"{owner}.dev.example.com.", "TXT")), "staging", "DeveloperEnv/alice")
    assert found == {}


def test_nothing_is_left_to_do(applied):
    dropped = {
        "/deploymentConfiguration/deploymentCircuitBreaker/enable",
        "/deploymentConfiguration/deploymentCircuitBreaker/rollback",
        "/deploymentConfiguration/maximumPercent",
        "/deploymentConfiguration/minimumHealthyPercent",
        "/healthCheckGracePeriodSeconds",
    }
    if applied.differs("create-service-drops-members"):
        assert applied.plan("production") == {"Service/api/service": (("update",), dropped)}
        assert applied.apply("production", "--no-wait") == (0, 1, 0)
        assert applied.apply("staging", "--no-wait") == (0, 2, 0)
    applied.is_settled("production")
    applied.is_settled("staging")
