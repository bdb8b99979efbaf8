"""boto3 and the AWS command line against the sandbox's load balancers."""

import unittest

from support import aws, client, code_of, unique

LISTENER_PORT = 443


class Elbv2(unittest.TestCase):
    def setUp(self):
        self.elb = client("elbv2")
        self.balancer = self.elb.describe_load_balancers(Names=["sendo"])["LoadBalancers"][0]
        listeners = self.elb.describe_listeners(LoadBalancerArn=self.balancer["LoadBalancerArn"])["Listeners"]
        self.listener = next(l for l in listeners if l["Port"] == LISTENER_PORT)["ListenerArn"]
        self.made = []

    def tearDown(self):
        for rule in self.made:
            self.elb.delete_rule(RuleArn=rule)

    def group(self, name=None, **more):
        params = dict(Name=name or unique("tg"), Protocol="HTTP", Port=80, VpcId="vpc-5eed0001", TargetType="ip")
        return self.elb.create_target_group(**(params | more))["TargetGroups"][0]

    def rule(self, priority, group):
        rule = self.elb.create_rule(
            ListenerArn=self.listener,
            Priority=priority,
            Conditions=[{"Field": "host-header", "HostHeaderConfig": {"Values": ["web.example.com"]}}],
            Actions=[{"Type": "forward", "TargetGroupArn": group}],
            Tags=[{"Key": "a", "Value": "1"}],
        )["Rules"][0]
        self.made.append(rule["RuleArn"])
        return rule

    def test_the_seeded_balancer_is_there(self):
        self.assertEqual(self.balancer["CanonicalHostedZoneId"], "Z14GRHDCWA56QT")
        self.assertEqual(self.balancer["State"]["Code"], "active")
        self.assertEqual([z["SubnetId"] for z in self.balancer["AvailabilityZones"]], ["subnet-5eed000a", "subnet-5eed000c"])

    def test_a_group_has_its_defaults_as_the_types_of_the_model(self):
        group = self.group()
        self.assertEqual(group["HealthCheckIntervalSeconds"], 30)
        self.assertIs(group["HealthCheckEnabled"], True)
        self.assertEqual(group["Matcher"], {"HttpCode": "200"})
        self.assertEqual(group["LoadBalancerArns"], [])
        attributes = self.elb.describe_target_group_attributes(TargetGroupArn=group["TargetGroupArn"])["Attributes"]
        self.assertIn({"Key": "deregistration_delay.timeout_seconds", "Value": "300"}, attributes)

    def test_a_name_is_idempotent_with_its_settings(self):
        name = unique("tg")
        self.assertEqual(self.group(name)["TargetGroupArn"], self.group(name)["TargetGroupArn"])
        self.assertEqual(code_of(lambda: self.group(name, Port=81)), "DuplicateTargetGroupName")

    def test_unknown_names_raise_the_modelled_exception(self):
        with self.assertRaises(self.elb.exceptions.TargetGroupNotFoundException):
            self.elb.describe_target_groups(Names=["nobody"])

    def test_a_rule_comes_back_expanded_and_its_group_cannot_go(self):
        group = self.group()["TargetGroupArn"]
        rule = self.rule(101, group)
        self.assertEqual(rule["Priority"], "101")
        self.assertEqual(rule["Conditions"][0]["Values"], ["web.example.com"])
        forward = rule["Actions"][0]["ForwardConfig"]
        self.assertEqual(forward["TargetGroups"], [{"TargetGroupArn": group, "Weight": 1}])
        self.assertEqual(forward["TargetGroupStickinessConfig"], {"Enabled": False})
        with self.assertRaises(self.elb.exceptions.ResourceInUseException):
            self.elb.delete_target_group(TargetGroupArn=group)
        self.assertEqual(code_of(lambda: self.rule(101, group)), "PriorityInUse")

    def test_priorities_swap_in_one_call(self):
        group = self.group()["TargetGroupArn"]
        first, second = self.rule(201, group), self.rule(202, group)
        self.elb.set_rule_priorities(
            RulePriorities=[
                {"RuleArn": first["RuleArn"], "Priority": 202},
                {"RuleArn": second["RuleArn"], "Priority": 201},
            ]
        )
        pages = self.elb.get_paginator("describe_rules").paginate(ListenerArn=self.listener, PaginationConfig={"PageSize": 1})
        order = [rule["RuleArn"] for page in pages for rule in page["Rules"]]
        self.assertLess(order.index(second["RuleArn"]), order.index(first["RuleArn"]))

    def test_tags_of_rules_and_groups(self):
        group = self.group(Tags=[{"Key": "b", "Value": "2"}])["TargetGroupArn"]
        rule = self.rule(301, group)["RuleArn"]
        self.elb.add_tags(ResourceArns=[group], Tags=[{"Key": "c", "Value": ""}])
        found = self.elb.describe_tags(ResourceArns=[rule, group])["TagDescriptions"]
        self.assertEqual(found[0]["Tags"], [{"Key": "a", "Value": "1"}])
        self.assertEqual(found[1]["Tags"], [{"Key": "b", "Value": "2"}, {"Key": "c", "Value": ""}])

    def test_targets_become_healthy(self):
        group = self.group()["TargetGroupArn"]
        self.rule(401, group)
        self.elb.register_targets(TargetGroupArn=group, Targets=[{"Id": "10.0.0.7", "Port": 8080}])
        self.elb.get_waiter("target_in_service").wait(TargetGroupArn=group, WaiterConfig={"Delay": 1, "MaxAttempts": 5})

    def test_the_command_line_reads_listeners(self):
        shown = aws("elbv2", "describe-listeners", "--load-balancer-arn", self.balancer["LoadBalancerArn"])
        self.assertEqual([l["Port"] for l in shown["Listeners"]], [443, 80])


if __name__ == "__main__":
    unittest.main()
