"""The project that the suite applies: stands, each a manifest that can be made as often as rows need it."""

import json

from support import REGION

ACCOUNT = "123456789012"
CLUSTER = "production"
ZONE = "Z5EED000EXAMPLE"
LISTENER = f"arn:aws:elasticloadbalancing:{REGION}:{ACCOUNT}:listener/app/sendo/50dc6c495c0c9188/f2f7dc8efc522ab2"
SUBNETS = ["subnet-5eed000a", "subnet-5eed000c"]
NETWORK = {"awsvpcConfiguration": {"subnets": SUBNETS, "securityGroups": ["sg-5eed0001"], "assignPublicIp": "DISABLED"}}
NEVER = "cron(0 3 1 1 ? 2199)"


def role(name):
    """The ARN of a role."""
    return f"arn:aws:iam::{ACCOUNT}:role/{name}"


def arn(service, resource):
    """The ARN of something that nobody looks up."""
    return f"arn:aws:{service}:{REGION}:{ACCOUNT}:{resource}"


def project():
    """sendo.yaml."""
    environments = {"production": {"accountId": ACCOUNT, "region": REGION, "cluster": CLUSTER}}
    developers = {"base": "production", "cluster": "staging-per-member", "domain": "dev.example.com", "hostedZoneId": ZONE, "priorityRange": [1000, 1999]}
    tags = {"team": "shop"}
    return document("Project", "drift", {"environments": environments, "developerEnvs": developers, "tags": tags})


def document(kind, name, spec):
    """A manifest."""
    return {"apiVersion": "sendo/v1", "kind": kind, "metadata": {"name": name}, "spec": spec}


def containers(**more):
    """One container with two named ports."""
    ports = [{"name": "web", "containerPort": 8080}, {"name": "admin", "containerPort": 9090}]
    return [{"name": "app", "image": "example/app:1", "portMappings": ports} | more]


def fargate(**more):
    """A definition for Fargate."""
    sizes = {"cpu": 256, "memory": 512, "networkMode": "awsvpc", "requiresCompatibilities": ["FARGATE"], "executionRoleArn": role("execution")}
    return sizes | {"containerDefinitions": containers()} | more


def service(name, **members):
    """A service on Fargate, of which nothing more is declared than it needs."""
    least = {"taskDefinition": fargate(), "desiredCount": 1, "launchType": "FARGATE", "networkConfiguration": NETWORK}
    spec = {member: value for member, value in (least | members).items() if value is not None}
    return document("Service", name, spec)


def plain(name, world):
    """Nothing that has a default is declared."""
    return service(name)


def web(name, world):
    """Behind a balancer, with a name, a log group and everything that every service may declare."""
    check = {"path": "/up", "protocol": "HTTP", "port": 8081, "interval": 20, "timeout": 4, "healthyThreshold": 3, "unhealthyThreshold": 4, "matcher": "200-299"}
    ingress = [
        {
            "name": "web",
            "listenerArn": LISTENER,
            "hosts": [f"{name}.example.com", f"{name}-too.example.com"],
            "headers": {"X-Stage": ["beta"]},
            "container": "app",
            "port": 8080,
            "healthCheck": check,
            "deregistrationDelay": 5,
            "attributes": {"stickiness.enabled": "true", "load_balancing.algorithm.type": "least_outstanding_requests"},
            "dns": {"hostedZoneId": ZONE},
        },
        {"name": "admin", "listenerArn": LISTENER, "hosts": [f"{name}-admin.example.com"], "priority": world.priority(name), "container": "app", "port": 9090},
    ]
    deployment = {
        "maximumPercent": 250,
        "minimumHealthyPercent": 50,
        "deploymentCircuitBreaker": {"enable": True, "rollback": True, "resetOnHealthyTask": True, "thresholdConfiguration": {"type": "COUNT", "value": 5}},
        "alarms": {"alarmNames": ["errors", "latency"], "enable": True, "rollback": True},
        "earlySuccessCriteria": {"enable": True, "healthyPercent": 90, "sourceServiceRevisionCleanup": "BLOCKING"},
    }
    return service(
        name,
        ingress=ingress,
        platformVersion="1.4.0",
        availabilityZoneRebalancing="ENABLED",
        healthCheckGracePeriodSeconds=30,
        enableExecuteCommand=True,
        enableECSManagedTags=True,
        propagateTags="SERVICE",
        deploymentController={"type": "ECS"},
        deploymentConfiguration=deployment,
        logGroup={"name": f"/drift/{name}", "retentionDays": 30},
        tags={"part": "web"},
    )


def away(name, world):
    """Another of the same."""
    return web(name, world)


def spot(name, world):
    """On capacity providers."""
    strategy = [{"capacityProvider": "FARGATE", "base": 1, "weight": 1}, {"capacityProvider": "FARGATE_SPOT", "weight": 3}]
    return service(name, launchType=None, capacityProviderStrategy=strategy)


def instances(name, world):
    """On instances: placement, a classic balancer, and Cloud Map."""
    proxy = {"name": "proxy", "image": "example/proxy:1", "memory": 16, "portMappings": [{"containerPort": 8080}]}
    definition = {"memory": 64, "cpu": 32, "networkMode": "bridge", "requiresCompatibilities": ["EC2"], "containerDefinitions": [*containers(), proxy]}
    return service(
        name,
        taskDefinition=definition,
        launchType="EC2",
        networkConfiguration=None,
        placementConstraints=[{"type": "memberOf", "expression": "attribute:ecs.instance-type =~ t3.*"}],
        placementStrategy=[{"type": "spread", "field": "attribute:ecs.availability-zone"}, {"type": "binpack", "field": "memory"}],
        role=role("ecsServiceRole"),
        loadBalancers=[{"loadBalancerName": "classic", "containerName": "app", "containerPort": 8080}],
        serviceRegistries=[{"registryArn": arn("servicediscovery", "service/srv-1"), "port": 80, "containerName": "app", "containerPort": 8080}],
    )


def connect(name, world):
    """With Service Connect."""
    test_traffic = {"header": {"name": "x-test", "value": {"exact": "1"}}}
    port = {
        "portName": "web",
        "discoveryName": f"{name}-web",
        "clientAliases": [{"port": 80, "dnsName": name, "testTrafficRules": test_traffic}],
        "ingressPortOverride": 15000,
        "timeout": {"idleTimeoutSeconds": 60, "perRequestTimeoutSeconds": 30},
        "tls": {"issuerCertificateAuthority": {"awsPcaAuthorityArn": arn("acm-pca", "certificate-authority/1")}, "kmsKey": "key-1", "roleArn": role("tls")},
    }
    configuration = {
        "enabled": True,
        "namespace": "shop",
        "services": [port],
        "logConfiguration": {"logDriver": "awslogs", "options": {"awslogs-group": "/drift/connect"}, "secretOptions": [{"name": "apikey", "valueFrom": arn("ssm", "parameter/key")}]},
        "accessLogConfiguration": {"format": "TEXT", "includeQueryParameters": "DISABLED"},
        "containerConfigurations": [{"logLevel": "info"}],
    }
    return service(name, serviceConnectConfiguration=configuration)


def volumes(name, world):
    """With an EBS volume."""
    definition = fargate(volumes=[{"name": "data", "configuredAtLaunch": True}], containerDefinitions=containers(mountPoints=[{"sourceVolume": "data", "containerPath": "/data"}]))
    ebs = {
        "roleArn": role("ebs"),
        "encrypted": True,
        "kmsKeyId": "key-1",
        "volumeType": "gp3",
        "sizeInGiB": 10,
        "snapshotId": "snap-1",
        "volumeInitializationRate": 100,
        "iops": 3000,
        "throughput": 125,
        "filesystemType": "xfs",
        "tagSpecifications": [{"resourceType": "volume", "tags": [{"key": "disk", "value": "data"}], "propagateTags": "SERVICE"}],
    }
    return service(name, taskDefinition=definition, volumeConfigurations=[{"name": "data", "managedEBSVolume": ebs}])


def lattice(name, world):
    """Behind VPC Lattice and a gateway, and measured finely."""
    group = "arn:aws:vpc-lattice:us-east-1:123456789012:targetgroup/tg-1"
    advanced = {"alternateTargetGroupArn": f"{group}-b", "productionListenerRule": f"{group}/rule-1", "testListenerRule": f"{group}/rule-2"}
    check = {
        "healthCheckProtocol": "HTTP",
        "healthCheckPort": 8080,
        "healthCheckPath": "/up",
        "healthCheckTimeoutSeconds": 5,
        "healthCheckIntervalSeconds": 30,
        "healthyThresholdCount": 3,
        "unhealthyThresholdCount": 2,
        "matcher": {"httpCode": "200", "grpcCode": "0"},
    }
    return service(
        name,
        vpcLatticeConfigurations=[{"roleArn": role("lattice"), "targetGroupArn": group, "portName": "web", "advancedConfiguration": advanced}],
        gatewayConnectors=[{"portName": "web", "healthCheck": check, "filters": {"accessTypes": ["PUBLIC", "PRIVATE"]}}],
        monitoring={"metricConfigurations": [{"metricNames": ["CPUUtilization"], "resolutionSeconds": 60}]},
    )


def shifting(name, world):
    """Traffic moves by steps between groups that are not sendo's."""
    advanced = {"alternateTargetGroupArn": world.groups[1], "productionListenerRule": world.rules[0], "testListenerRule": world.rules[1], "roleArn": role("shift")}
    hook = {
        "targetType": "AWS_LAMBDA",
        "hookTargetArn": arn("lambda", "function:hook"),
        "roleArn": role("hook"),
        "lifecycleStages": ["PRE_SCALE_UP", "POST_SCALE_UP"],
        "hookDetails": {"a": 1},
        "timeoutConfiguration": {"timeoutInMinutes": 60, "action": "ROLLBACK"},
    }
    deployment = {
        "strategy": "LINEAR",
        "bakeTimeInMinutes": 5,
        "linearConfiguration": {"stepPercent": 20, "stepBakeTimeInMinutes": 3},
        "lifecycleHooks": [hook],
    }
    balancers = [{"targetGroupArn": world.groups[0], "containerName": "app", "containerPort": 8080, "advancedConfiguration": advanced}]
    return service(name, deploymentConfiguration=deployment, loadBalancers=balancers)


def canary(name, world):
    """Some of the traffic moves first."""
    steps = {"strategy": "CANARY", "bakeTimeInMinutes": 5, "canaryConfiguration": {"canaryPercent": 10, "canaryBakeTimeInMinutes": 5}}
    return service(name, deploymentConfiguration=steps)


def batch(name, **members):
    """A batch of its own definition."""
    override = {
        "name": "app",
        "command": ["bin/report", "--daily"],
        "environment": {"MODE": "full"},
        "environmentFiles": [{"type": "s3", "value": "arn:aws:s3:::bucket/a.env"}],
        "cpu": 128,
        "memory": 256,
        "memoryReservation": 128,
        "resourceRequirements": [{"type": "GPU", "value": "1"}],
    }
    spec = {
        "taskDefinition": fargate(),
        "description": "Nightly report",
        "taskCount": 2,
        "launchType": "FARGATE",
        "platformVersion": "1.4.0",
        "networkConfiguration": NETWORK,
        "enableECSManagedTags": True,
        "enableExecuteCommand": True,
        "propagateTags": "TASK_DEFINITION",
        "group": "reports",
        "overrides": {
            "containerOverrides": [override],
            "cpu": "512",
            "memory": "1024",
            "taskRoleArn": role("task"),
            "executionRoleArn": role("execution"),
            "ephemeralStorage": {"sizeInGiB": 30},
        },
        "roleArn": role("events"),
        "schedulerRoleArn": role("scheduler"),
        "retryPolicy": {"maximumRetryAttempts": 3, "maximumEventAgeSeconds": 3600},
        "deadLetterArn": arn("sqs", "dead"),
    }
    return document("ScheduledBatch", name, {member: value for member, value in (spec | members).items() if value is not None})


def rule(name, world):
    """A batch that a rule starts."""
    return batch(name, schedule=NEVER, tags={"part": "batch"})


def schedule(name, world):
    """A batch that a schedule starts."""
    return batch(name, schedule=NEVER, timeZone="Asia/Tokyo")


def bare_rule(name, world):
    """A rule that overrides nothing."""
    return batch(name, schedule=NEVER, overrides=None)


def bare_schedule(name, world):
    """A schedule that overrides nothing."""
    return batch(name, schedule=NEVER, timeZone="Asia/Tokyo", overrides=None)


def on_instances(name, **members):
    """A batch on instances."""
    return batch(
        name,
        taskDefinition={"memory": 64, "cpu": 32, "requiresCompatibilities": ["EC2"], "containerDefinitions": containers()},
        launchType=None,
        platformVersion=None,
        networkConfiguration=None,
        overrides=None,
        capacityProviderStrategy=[{"capacityProvider": "instances", "base": 1, "weight": 1}, {"capacityProvider": "spares", "weight": 2}],
        placementConstraints=[{"type": "memberOf", "expression": "attribute:ecs.instance-type =~ t3.*"}],
        placementStrategy=[{"type": "spread", "field": "attribute:ecs.availability-zone"}, {"type": "binpack", "field": "memory"}],
        **members,
    )


def placed_rule(name, world):
    """A rule whose tasks are placed on instances."""
    return on_instances(name, schedule=NEVER)


def placed_schedule(name, world):
    """A schedule whose tasks are placed on instances."""
    return on_instances(name, schedule=NEVER, timeZone="Asia/Tokyo")


def alice(name, world):
    """A developer's copies of a service and a batch that stand beside it."""
    services = [{"from": f"{name}-origin", "desiredCount": 1, "hosts": [f"{name}-origin.dev.example.com"]}]
    batches = [{"from": f"{name}-batch", "suspend": False}]
    copies = document("DeveloperEnv", name, {"owner": "alice@example.com", "services": services, "batches": batches})
    return [copies, web(f"{name}-origin", world), rule(f"{name}-batch", world)]


STANDS = {stand.__name__: stand for stand in (plain, web, away, spot, instances, connect, volumes, lattice, shifting, canary, rule, schedule, bare_rule, bare_schedule, placed_rule, placed_schedule, alice)}


def write(folder, names, world):
    """Writes the project with these copies, by the name of the copy and of its stand."""
    (folder / "sendo.yaml").write_text(json.dumps(project()))
    for name, stand in names.items():
        made = STANDS[stand](name, world)
        for manifest in made if isinstance(made, list) else [made]:
            (folder / f"{manifest['kind']}-{manifest['metadata']['name']}.json").write_text(json.dumps(manifest))
