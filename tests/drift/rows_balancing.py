"""Drifts of target groups, listener rules and DNS records."""

from live import DnsRecord, ListenerRule, TargetGroup
from rows import row
from tree import GONE

GROUP = TargetGroup()
PLAIN_GROUP = TargetGroup("Service/{0}/admin/target_group", port=9090)
CHECKS = {
    "protocol": ("HealthCheckProtocol", "HTTPS"),
    "port": ("HealthCheckPort", "8082"),
    "path": ("HealthCheckPath", "/down"),
    "interval": ("HealthCheckIntervalSeconds", 25),
    "timeout": ("HealthCheckTimeoutSeconds", 3),
    "healthyThreshold": ("HealthyThresholdCount", 6),
    "unhealthyThreshold": ("UnhealthyThresholdCount", 7),
    "matcher": ("Matcher", {"HttpCode": "204"}),
}
for member, (parameter, value) in CHECKS.items():
    row("web", GROUP, f"healthCheck.{member}", GROUP.to(parameter, value))
    # This group declares none of them: AWS's defaults count.
    row("web", PLAIN_GROUP, f"healthCheck.{member}", PLAIN_GROUP.to(parameter, value))
for key, value in {"deregistration_delay.timeout_seconds": "60", "stickiness.enabled": "false", "load_balancing.algorithm.type": "round_robin"}.items():
    row("web", GROUP, "attributes[]", GROUP.attribute(key, value), f"/attributes/{key}")
row("web", GROUP, "tags[]", GROUP.tag("team", "other"), "/tags/team")
row("web", GROUP, "tags[]", GROUP.tag("team", GONE), "/tags/team")

RULE = ListenerRule()
PLAIN_RULE = ListenerRule("Service/{0}/admin/listener_rule", ingress="admin")


def regex(told):
    """A regular expression in place of the values."""
    told["host-header"]["HostHeaderConfig"] = {"RegexValues": ["^a"]}


def without_header(told):
    """One condition fewer."""
    del told["http-header"]


def with_path(told):
    """One condition more."""
    told["path-pattern"] = {"Field": "path-pattern", "PathPatternConfig": {"Values": ["/a/*"]}}


def header(told):
    """Another header."""
    told["http-header"]["HttpHeaderConfig"] = {"HttpHeaderName": "X-Other", "Values": ["beta"]}


row("web", PLAIN_RULE, "priority", PLAIN_RULE.priority)
row("web", RULE, "conditions[].values[]", RULE.conditions(lambda told: told["http-header"]["HttpHeaderConfig"].update(Values=["gamma"])), *(f"/conditions/http-header~1x-stage/values/{value}" for value in ("beta", "gamma")))
row("web", RULE, "conditions[].name", RULE.conditions(header), "/conditions/http-header~1x-stage/name")
row("web", RULE, "conditions[].field", RULE.conditions(with_path), *(f"/conditions/path-pattern/{member}" for member in ("field", "values")))
row("web", RULE, "conditions[].field", RULE.conditions(without_header), *(f"/conditions/http-header~1x-stage/{member}" for member in ("field", "name", "values/beta")))
row("web", RULE, "conditions[].regexValues[]", RULE.conditions(regex), "/conditions/host-header/regexValues", *(f"/conditions/host-header/values/{{0}}{more}.example.com" for more in ("", "-too")))


def weights(*shares):
    """The forward action between its own group and one that is not sendo's."""

    def change(forward, world):
        own = forward["ForwardConfig"]["TargetGroups"][0]["TargetGroupArn"]
        groups = [{"TargetGroupArn": group, "Weight": weight} for group, weight in zip((own, world.groups[2]), shares)]
        return [forward | {"ForwardConfig": {"TargetGroups": groups}}]

    return RULE.actions(change)


def sticky(forward, world):
    """The forward action with stickiness."""
    groups = forward["ForwardConfig"]["TargetGroups"]
    return [forward | {"ForwardConfig": {"TargetGroups": groups, "TargetGroupStickinessConfig": {"Enabled": True, "DurationSeconds": 60}}}]


def redirect(forward, world):
    """A redirect in place of the forward action."""
    return [{"Type": "redirect", "Order": 1, "RedirectConfig": {"StatusCode": "HTTP_302", "Host": "other.example.com"}}]


row("web", RULE, "forward[].weight", weights(5), "/forward/{arn}/weight")
row("web", RULE, "forward[].targetGroupArn", weights(1, 1), "/forward/{arn}/targetGroupArn")
row("web", RULE, "stickiness", RULE.actions(sticky))
# A group that no rule forwards to takes no services, so nothing else of this stand drifts.
row("away", RULE, "actions", RULE.actions(redirect), "/actions", "/forward/{arn}/targetGroupArn")
row("web", RULE, "transforms", RULE.transform)
row("web", RULE, "tags[]", RULE.tag("team", "other"), "/tags/team")
row("web", RULE, "tags[]", RULE.tag("team", GONE), "/tags/team")

NAME = DnsRecord()
BALANCER = "other-1.us-east-1.elb.amazonaws.com."


def six(record, **changes):
    """The same alias as an AAAA record."""
    return record | {"Type": "AAAA", "AliasTarget": record["AliasTarget"] | changes}


def values(record):
    """Addresses in place of the alias."""
    return {"Name": record["Name"], "Type": "A", "TTL": 60, "ResourceRecords": [{"Value": "192.0.2.1"}]}


ALIAS = [f"/alias/{member}" for member in ("dnsName", "hostedZoneId")]
row("web", NAME, "alias.dnsName", NAME.to("AliasTarget.DNSName", BALANCER))
row("web", NAME, "alias.hostedZoneId", NAME.to("AliasTarget.HostedZoneId", "Z2P70J7EXAMPLE"))
row("web", NAME, "alias.evaluateTargetHealth", NAME.to("AliasTarget.EvaluateTargetHealth", True))
row("web", NAME, "ipAddressType", NAME.put(lambda record: [("CREATE", six(record))]))
row("web", NAME, "records[]", NAME.put(lambda record: [("UPSERT", values(record))]), *ALIAS, "/records")
row(
    "web",
    NAME,
    "routing",
    NAME.put(lambda record: [("DELETE", record), ("CREATE", record | {"SetIdentifier": "blue", "Weight": 1})]),
)
for member, change in {"dnsName": {"DNSName": BALANCER}, "hostedZoneId": {"HostedZoneId": "Z2P70J7EXAMPLE"}, "evaluateTargetHealth": {"EvaluateTargetHealth": True}}.items():
    shown = ["/ipAddressType", "/ipv6Alias/dnsName", "/ipv6Alias/hostedZoneId"]
    shown += ["/ipv6Alias/evaluateTargetHealth"] if member == "evaluateTargetHealth" else []
    row("web", NAME, f"ipv6Alias.{member}", NAME.put(lambda record, change=change: [("CREATE", six(record, **change))]), *shown)

# The copies of a developer's environment have groups, rules and names like others.
row("alice", TargetGroup("DeveloperEnv/{0}/{0}-origin/web/target_group", "{0}-{0}-origin", "staging-per-member"), "healthCheck.path", TargetGroup("", "{0}-{0}-origin", "staging-per-member").to("HealthCheckPath", "/down"))
COPY = ListenerRule("DeveloperEnv/{0}/{0}-origin/web/listener_rule", "DeveloperEnv/{0}", "{0}-origin/web")
row("alice", COPY, "stickiness", COPY.actions(sticky))
