"""boto3 and the AWS command line against the sandbox's EventBridge rules."""

import unittest

from support import aws, client, code_of, unique

CLUSTER = "arn:aws:ecs:us-east-1:123456789012:cluster/default"


def target(name="job"):
    return {
        "Id": name,
        "Arn": CLUSTER,
        "RoleArn": "arn:aws:iam::123456789012:role/ecsEventsRole",
        "Input": '{"containerOverrides": []}',
        "EcsParameters": {
            "TaskDefinitionArn": "arn:aws:ecs:us-east-1:123456789012:task-definition/job:1",
            "LaunchType": "FARGATE",
            "NetworkConfiguration": {"awsvpcConfiguration": {"Subnets": ["subnet-5eed000a"], "AssignPublicIp": "DISABLED"}},
        },
    }


class Events(unittest.TestCase):
    def setUp(self):
        self.events = client("events")
        self.name = unique("rule")

    def put(self, **more):
        return self.events.put_rule(**(dict(Name=self.name, ScheduleExpression="cron(0 10 * * ? *)") | more))["RuleArn"]

    def test_a_rule_is_replaced_whole_but_for_its_tags(self):
        arn = self.put(Description="d", State="DISABLED", Tags=[{"Key": "a", "Value": "1"}])
        self.put(Tags=[{"Key": "b", "Value": "2"}])
        rule = self.events.describe_rule(Name=self.name)
        self.assertEqual((rule["Arn"], rule["State"], rule["EventBusName"]), (arn, "ENABLED", "default"))
        self.assertNotIn("Description", rule)
        self.assertEqual(self.events.list_tags_for_resource(ResourceARN=arn)["Tags"], [{"Key": "a", "Value": "1"}])

    def test_targets_come_back_with_defaults_and_hold_the_rule(self):
        self.put()
        answer = self.events.put_targets(Rule=self.name, Targets=[target()])
        self.assertEqual((answer["FailedEntryCount"], answer["FailedEntries"]), (0, []))
        found = self.events.list_targets_by_rule(Rule=self.name)["Targets"][0]
        self.assertEqual(found["EcsParameters"]["TaskCount"], 1)
        self.assertIs(found["EcsParameters"]["EnableExecuteCommand"], False)
        self.assertIn(self.name, self.events.list_rule_names_by_target(TargetArn=CLUSTER)["RuleNames"])
        self.assertEqual(code_of(lambda: self.events.delete_rule(Name=self.name)), "ValidationException")
        self.events.remove_targets(Rule=self.name, Ids=["job"])
        self.events.delete_rule(Name=self.name)
        with self.assertRaises(self.events.exceptions.ResourceNotFoundException):
            self.events.describe_rule(Name=self.name)

    def test_a_sixth_target_is_one_too_many(self):
        self.put()
        six = [target(f"job-{n}") for n in range(6)]
        with self.assertRaises(self.events.exceptions.LimitExceededException):
            self.events.put_targets(Rule=self.name, Targets=six)

    def test_expressions_are_read_as_rules_read_them(self):
        for expression in ["cron(0 99 * * ? *)", "rate(1 days)", "at(2030-01-01T00:00:00)"]:
            self.assertEqual(code_of(lambda: self.put(ScheduleExpression=expression)), "ValidationException", expression)

    def test_rules_are_switched_off_and_on(self):
        self.put()
        self.events.disable_rule(Name=self.name)
        self.assertEqual(self.events.describe_rule(Name=self.name)["State"], "DISABLED")
        self.events.enable_rule(Name=self.name)
        self.assertEqual(self.events.describe_rule(Name=self.name)["State"], "ENABLED")

    def test_the_command_line_lists_rules_by_prefix(self):
        self.put()
        shown = aws("events", "list-rules", "--name-prefix", self.name)
        self.assertEqual([rule["Name"] for rule in shown["Rules"]], [self.name])


if __name__ == "__main__":
    unittest.main()
