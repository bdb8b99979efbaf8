"""Drifts of services and of the revisions that they run."""

from live import LogGroup, Revision, Service
from project import arn, role
from rows import row
from tree import GONE, more

SERVICE = Service()


def service(stand, path, value, *paths):
    """A row of UpdateService; list items stand in the member's name as `[]`."""
    member = ".".join("[]" if step.isdigit() else step for step in path.split(".")).replace(".[]", "[]")
    row(stand, SERVICE, member, SERVICE.to(path, value), *(paths or (f"/{path.replace('.', '/')}",)))


def other(stand, member, change, *paths):
    """A row of another call."""
    row(stand, SERVICE, member, change, *paths)


def scalar(stand, member, value):
    """A row of UpdateService with one member of the service itself."""
    row(stand, SERVICE, member, lambda name, world: SERVICE.update(name, **{member: value}), f"/{member}")


# What nobody declares has AWS's defaults.
scalar("plain", "enableExecuteCommand", True)
scalar("plain", "enableECSManagedTags", True)
scalar("plain", "propagateTags", "SERVICE")
scalar("plain", "healthCheckGracePeriodSeconds", 60)
service("plain", "deploymentConfiguration.maximumPercent", 150)
service("plain", "deploymentConfiguration.minimumHealthyPercent", 50)
service("plain", "deploymentConfiguration.bakeTimeInMinutes", 3)
service("plain", "deploymentConfiguration.strategy", "BLUE_GREEN")
service("plain", "deploymentConfiguration.deploymentCircuitBreaker.enable", True)
service(
    "plain",
    "deploymentConfiguration.alarms",
    {"alarmNames": ["late"], "enable": True, "rollback": True},
    "/deploymentConfiguration/alarms/alarmNames",
    "/deploymentConfiguration/alarms/enable",
    "/deploymentConfiguration/alarms/rollback",
)
other(
    "plain",
    "loadBalancers[].targetGroupArn",
    SERVICE.with_group,
    *(f"/loadBalancers/{{arn}}/{member}" for member in ("containerName", "containerPort", "targetGroupArn")),
)
service("plain", "serviceRegistries", [{"registryArn": arn("servicediscovery", "service/srv-9")}], "/serviceRegistries")
service("plain", "serviceConnectConfiguration", {"enabled": True, "namespace": "shop"}, "/serviceConnectConfiguration/enabled", "/serviceConnectConfiguration/namespace")

# What every service may declare.
scalar("web", "desiredCount", 2)
scalar("web", "platformVersion", "1.3.0")
scalar("web", "availabilityZoneRebalancing", "DISABLED")
scalar("web", "healthCheckGracePeriodSeconds", 60)
scalar("web", "enableExecuteCommand", False)
scalar("web", "enableECSManagedTags", False)
scalar("web", "propagateTags", "NONE")
service("web", "deploymentController.type", "CODE_DEPLOY")
other("web", "taskDefinition", SERVICE.by_hand, "/taskDefinition")
service("web", "deploymentConfiguration.maximumPercent", 200)
service("web", "deploymentConfiguration.minimumHealthyPercent", 100)
BREAKER = "deploymentConfiguration.deploymentCircuitBreaker"
service("web", f"{BREAKER}.enable", False)
service("web", f"{BREAKER}.rollback", False)
service("web", f"{BREAKER}.resetOnHealthyTask", False)
service("web", f"{BREAKER}.thresholdConfiguration.type", "UNBOUNDED_PERCENT")
service("web", f"{BREAKER}.thresholdConfiguration.value", 7)
service("web", "deploymentConfiguration.alarms.alarmNames.0", "other", *(f"/deploymentConfiguration/alarms/alarmNames/{name}" for name in ("errors", "other")))
service("web", "deploymentConfiguration.alarms.enable", False)
service("web", "deploymentConfiguration.alarms.rollback", False)
EARLY = "deploymentConfiguration.earlySuccessCriteria"
service("web", f"{EARLY}.enable", False)
service("web", f"{EARLY}.healthyPercent", 80)
service("web", f"{EARLY}.sourceServiceRevisionCleanup", "DEFERRED")
VPC = "networkConfiguration.awsvpcConfiguration"
service("web", f"{VPC}.subnets", more("subnet-9"), f"/{VPC.replace('.', '/')}/subnets/subnet-9")
service("web", f"{VPC}.securityGroups", more("sg-9"), f"/{VPC.replace('.', '/')}/securityGroups/sg-9")
service("web", f"{VPC}.assignPublicIp", "ENABLED")
other(
    "web",
    "loadBalancers[].targetGroupArn",
    SERVICE.without_group,
    *(f"/loadBalancers/{{arn}}/{member}" for member in ("containerName", "containerPort", "targetGroupArn")),
)
service("web", "loadBalancers.1.containerPort", 8080, "/loadBalancers/{arn}/containerPort")
other("web", "tags[]", SERVICE.tag("team", "other"), "/tags/team")
other("web", "tags[]", SERVICE.tag("part", GONE), "/tags/part")

# Where tasks run.
STRATEGY = "capacityProviderStrategy"
service("spot", f"{STRATEGY}.1.weight", 5, f"/{STRATEGY}/FARGATE_SPOT/weight")
service("spot", f"{STRATEGY}.0.base", 2, f"/{STRATEGY}/FARGATE/base")
other(
    "spot",
    f"{STRATEGY}[].capacityProvider",
    lambda name, world: SERVICE.update(name, capacityProviderStrategy=[{"capacityProvider": "FARGATE", "base": 1, "weight": 1}]),
    f"/{STRATEGY}/FARGATE_SPOT/capacityProvider",
    f"/{STRATEGY}/FARGATE_SPOT/weight",
)
other("plain", "launchType", lambda name, world: SERVICE.update(name, capacityProviderStrategy=[{"capacityProvider": "FARGATE_SPOT"}]), f"/{STRATEGY}/FARGATE_SPOT/capacityProvider")
service("instances", "placementConstraints.0.expression", "attribute:x == y", "/placementConstraints/0/expression")
service("instances", "placementConstraints.0.type", "distinctInstance", "/placementConstraints/0/type")
service("instances", "placementStrategy.0.field", "instanceId", "/placementStrategy/0/field")
service("instances", "placementStrategy.1.type", "spread", "/placementStrategy/1/type")
service(
    "instances",
    "loadBalancers.0.loadBalancerName",
    "other",
    *(f"/loadBalancers/{name}/{member}" for name in ("classic", "other") for member in ("containerName", "containerPort", "loadBalancerName")),
)
service("instances", "loadBalancers.0.containerPort", 9090, "/loadBalancers/classic/containerPort")
service("instances", "loadBalancers.0.containerName", "proxy", "/loadBalancers/classic/containerName")
service("instances", "serviceRegistries.0.registryArn", arn("servicediscovery", "service/srv-2"))
service("instances", "serviceRegistries.0.port", 81)
service("instances", "serviceRegistries.0.containerName", "proxy")
service("instances", "serviceRegistries.0.containerPort", 9090)

# Service Connect.
CONNECT = "serviceConnectConfiguration"
PORT = f"{CONNECT}.services.0"


def connect(path, value, *shown):
    """A row of Service Connect; items of `services` show by their port's name."""
    shown = shown or (path.replace("services.0", "services.web"),)
    service("connect", f"{CONNECT}.{path}", value, *(f"/{CONNECT}/{one.replace('.', '/')}" for one in shown))


connect("namespace", "other")
connect("services.0.clientAliases.0.port", 81)
connect("services.0.clientAliases.0.dnsName", "other")
connect("services.0.clientAliases.0.testTrafficRules.header.name", "x-other")
connect("services.0.clientAliases.0.testTrafficRules.header.value.exact", "2")
connect("services.0.ingressPortOverride", 15001)
connect("services.0.timeout.idleTimeoutSeconds", 61)
connect("services.0.timeout.perRequestTimeoutSeconds", 31)
connect("services.0.tls.issuerCertificateAuthority.awsPcaAuthorityArn", arn("acm-pca", "certificate-authority/2"))
connect("services.0.tls.kmsKey", "key-2")
connect("services.0.tls.roleArn", role("other"))
connect("logConfiguration.logDriver", "json-file")
connect("logConfiguration.options.awslogs-group", "/other")
connect("logConfiguration.secretOptions.0.name", "other", *[f"logConfiguration.secretOptions.{name}.{member}" for name in ("apikey", "other") for member in ("name", "valueFrom")])
connect("logConfiguration.secretOptions.0.valueFrom", arn("ssm", "parameter/other"), "logConfiguration.secretOptions.apikey.valueFrom")
connect("accessLogConfiguration.format", "JSON")
connect("accessLogConfiguration.includeQueryParameters", "ENABLED")
connect("containerConfigurations.0.logLevel", "debug")


def everything(stand, top, shown):
    """The paths of everything that a stand declares of a member, when all of it is gone."""
    return [f"/{top}/{path}" for path in shown.split()]


WHOLE = """
    enabled namespace services/web/portName services/web/discoveryName services/web/clientAliases services/web/ingressPortOverride
    services/web/timeout/idleTimeoutSeconds services/web/timeout/perRequestTimeoutSeconds
    services/web/tls/issuerCertificateAuthority/awsPcaAuthorityArn services/web/tls/kmsKey services/web/tls/roleArn
    logConfiguration/logDriver logConfiguration/options/awslogs-group
    logConfiguration/secretOptions/apikey/name logConfiguration/secretOptions/apikey/valueFrom
    accessLogConfiguration/format accessLogConfiguration/includeQueryParameters containerConfigurations
"""
other("connect", f"{CONNECT}.enabled", lambda name, world: SERVICE.update(name, serviceConnectConfiguration={"enabled": False}), *everything("connect", CONNECT, WHOLE))
ONE_PORT = " ".join(path for path in WHOLE.split() if path.startswith("services/"))
connect("services.0.portName", "admin", *ONE_PORT.split(), *ONE_PORT.replace("/web/", "/admin/").split())

# Volumes, VPC Lattice, gateways, metrics.
EBS = "volumeConfigurations.0.managedEBSVolume"


def ebs(path, value):
    """A row of an EBS volume, which shows by its name."""
    service("volumes", f"{EBS}.{path}", value, f"/volumeConfigurations/data/managedEBSVolume/{path.replace('.', '/')}")


ebs("roleArn", role("other"))
ebs("encrypted", False)
ebs("kmsKeyId", "key-2")
ebs("volumeType", "io2")
ebs("sizeInGiB", 20)
ebs("snapshotId", "snap-2")
ebs("volumeInitializationRate", 200)
ebs("iops", 4000)
ebs("throughput", 250)
ebs("filesystemType", "ext4")
ebs("tagSpecifications.0.propagateTags", "NONE")
DISK = "/volumeConfigurations/data/managedEBSVolume/tagSpecifications/0/tags"
service("volumes", f"{EBS}.tagSpecifications.0.tags.0.value", "other", f"{DISK}/disk/value")
service("volumes", f"{EBS}.tagSpecifications.0.tags.0.key", "other", *(f"{DISK}/{name}/{member}" for name in ("disk", "other") for member in ("key", "value")))

LATTICE = "vpcLatticeConfigurations.0"


def lattice(path, value, *paths):
    """A row of VPC Lattice, which shows by port name and group."""
    place = "/vpcLatticeConfigurations/web~1arn:aws:vpc-lattice:us-east-1:123456789012:targetgroup~1tg-1"
    service("lattice", f"{LATTICE}.{path}", value, *(paths or (f"{place}/{path.replace('.', '/')}",)))


lattice("roleArn", role("other"))
OTHER_GROUP = "arn:aws:vpc-lattice:us-east-1:123456789012:targetgroup/tg-2"
LATTICE_GROUP = "arn:aws:vpc-lattice:us-east-1:123456789012:targetgroup~1tg-1"
LATTICE_MEMBERS = ("roleArn", "targetGroupArn", "portName", *(f"advancedConfiguration/{member}" for member in ("alternateTargetGroupArn", "productionListenerRule", "testListenerRule")))
lattice("targetGroupArn", OTHER_GROUP)
lattice("portName", "admin", *(f"/vpcLatticeConfigurations/{port}~1{LATTICE_GROUP}/{member}" for port in ("admin", "web") for member in LATTICE_MEMBERS))
lattice("advancedConfiguration.alternateTargetGroupArn", arn("vpc-lattice", "targetgroup/tg-9"))
lattice("advancedConfiguration.productionListenerRule", arn("vpc-lattice", "rule-9"))
lattice("advancedConfiguration.testListenerRule", arn("vpc-lattice", "rule-9"))

CHECK = "gatewayConnectors.0.healthCheck"


def gateway(path, value, *paths):
    """A row of a gateway connector, which shows by its port's name."""
    service("lattice", f"gatewayConnectors.0.{path}", value, *(paths or (f"/gatewayConnectors/web/{path.replace('.', '/')}",)))


gateway("healthCheck.healthCheckProtocol", "HTTPS")
gateway("healthCheck.healthCheckPort", 8081)
gateway("healthCheck.healthCheckPath", "/other")
gateway("healthCheck.healthCheckTimeoutSeconds", 6)
gateway("healthCheck.healthCheckIntervalSeconds", 31)
gateway("healthCheck.healthyThresholdCount", 4)
gateway("healthCheck.unhealthyThresholdCount", 3)
gateway("healthCheck.matcher.httpCode", "204")
gateway("healthCheck.matcher.grpcCode", "1")
GATEWAY = """
    portName healthCheck/healthCheckProtocol healthCheck/healthCheckPort healthCheck/healthCheckPath healthCheck/healthCheckTimeoutSeconds
    healthCheck/healthCheckIntervalSeconds healthCheck/healthyThresholdCount healthCheck/unhealthyThresholdCount
    healthCheck/matcher/httpCode healthCheck/matcher/grpcCode
"""
GATEWAYS = [f"/gatewayConnectors/{port}/{member}" for port in ("admin", "web") for member in GATEWAY.split()]
TYPES = [f"/gatewayConnectors/web/filters/accessTypes/{kind}" for kind in ("PRIVATE", "PUBLIC")]
gateway("portName", "admin", *GATEWAYS, *TYPES, "/gatewayConnectors/admin/filters/accessTypes")
gateway("filters.accessTypes", ["PUBLIC"], "/gatewayConnectors/web/filters/accessTypes/PRIVATE")
METRIC = "monitoring.metricConfigurations.0"
service("lattice", f"{METRIC}.resolutionSeconds", 30)
service("lattice", f"{METRIC}.metricNames", ["MemoryUtilization"], *(f"/monitoring/metricConfigurations/0/metricNames/{name}" for name in ("CPUUtilization", "MemoryUtilization")))

# How traffic shifts.
ADVANCED = "loadBalancers.0.advancedConfiguration"


def shifting(path, value, *paths):
    """A row of a deployment configuration."""
    service("shifting", f"deploymentConfiguration.{path}", value, *paths)


shifting("strategy", "BLUE_GREEN")
shifting("bakeTimeInMinutes", 6)
shifting("linearConfiguration.stepPercent", 25)
shifting("linearConfiguration.stepBakeTimeInMinutes", 4)
HOOK = "lifecycleHooks.0"
shifting(f"{HOOK}.hookTargetArn", arn("lambda", "function:other"))
shifting(f"{HOOK}.roleArn", role("other"))
shifting(f"{HOOK}.lifecycleStages", ["PRE_SCALE_UP"], "/deploymentConfiguration/lifecycleHooks/0/lifecycleStages/POST_SCALE_UP")
shifting(f"{HOOK}.hookDetails", {"a": 2})
shifting(f"{HOOK}.timeoutConfiguration.timeoutInMinutes", 61)
shifting(f"{HOOK}.timeoutConfiguration.action", "CONTINUE")
shifting(f"{HOOK}.targetType", "PAUSE")
service("canary", "deploymentConfiguration.canaryConfiguration.canaryPercent", 15)
service("canary", "deploymentConfiguration.canaryConfiguration.canaryBakeTimeInMinutes", 6)
for member, content in {
    "alternateTargetGroupArn": lambda _: arn("elasticloadbalancing", "targetgroup/other/1"),
    "productionListenerRule": lambda _: arn("elasticloadbalancing", "listener-rule/other"),
    "testListenerRule": lambda _: arn("elasticloadbalancing", "listener-rule/other"),
    "roleArn": lambda _: role("other"),
}.items():
    service("shifting", f"{ADVANCED}.{member}", content, f"/loadBalancers/{{arn}}/advancedConfiguration/{member}")

# Revisions can't change, but for their tags.
row("web", Revision(), "tags[]", Revision().tag("team", "other"), "/tags/team")
row("web", Revision(), "tags[]", Revision().tag("team", GONE), "/tags/team")

row("web", LogGroup(), "retentionInDays", LogGroup().keep(7))
row("web", LogGroup(), "retentionInDays", LogGroup().keep(GONE))


def with_retention(name, world):
    """Tags of log groups are seen when anything else is."""
    LogGroup().tag("team", "other")(name, world)
    LogGroup().keep(14)(name, world)


row("web", LogGroup(), "tags[]", with_retention, "/retentionInDays", "/tags/team")

# The copies of a developer's environment are services like others.
COPY = Service("DeveloperEnv/{0}/{0}-origin/service", "{0}-{0}-origin", "staging-per-member")
row("alice", COPY, "desiredCount", lambda name, world: COPY.update(name, desiredCount=2))
row("alice", COPY, "taskDefinition", COPY.by_hand)
