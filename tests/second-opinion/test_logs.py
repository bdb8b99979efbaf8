"""boto3 and the AWS command line against the sandbox's log groups, and who they are to it."""

import unittest

from support import aws, client, code_of, unique


class Logs(unittest.TestCase):
    def setUp(self):
        self.logs = client("logs")
        self.name = unique("/ecs/shop")

    def found(self):
        return self.logs.describe_log_groups(logGroupNamePrefix=self.name)["logGroups"]

    def test_a_log_group_is_created_changed_and_deleted(self):
        self.logs.create_log_group(logGroupName=self.name, tags={"a": "1"})
        self.assertNotIn("retentionInDays", self.found()[0])
        self.logs.put_retention_policy(logGroupName=self.name, retentionInDays=30)
        group = self.found()[0]
        self.assertEqual((group["retentionInDays"], group["arn"]), (30, group["logGroupArn"] + ":*"))
        self.logs.tag_resource(resourceArn=group["logGroupArn"], tags={"b": "2"})
        self.assertEqual(self.logs.list_tags_for_resource(resourceArn=group["logGroupArn"])["tags"], {"a": "1", "b": "2"})
        self.logs.delete_log_group(logGroupName=self.name)
        self.assertEqual(self.found(), [])
        self.assertEqual(code_of(lambda: self.logs.delete_log_group(logGroupName=self.name)), "ResourceNotFoundException")

    def test_a_second_group_of_the_name_is_the_modelled_exception(self):
        self.logs.create_log_group(logGroupName=self.name)
        with self.assertRaises(self.logs.exceptions.ResourceAlreadyExistsException):
            self.logs.create_log_group(logGroupName=self.name)

    def test_the_command_line_sees_the_group(self):
        aws("logs", "create-log-group", "--log-group-name", self.name)
        aws("logs", "put-retention-policy", "--log-group-name", self.name, "--retention-in-days", "7")
        shown = aws("logs", "describe-log-groups", "--log-group-name-prefix", self.name)
        self.assertEqual([group["retentionInDays"] for group in shown["logGroups"]], [7])
        aws("logs", "delete-log-group", "--log-group-name", self.name)


class Sts(unittest.TestCase):
    def test_callers_learn_who_they_are(self):
        self.assertEqual(aws("sts", "get-caller-identity")["Account"], "123456789012")
        role = client("sts").assume_role(RoleArn="arn:aws:iam::210987654321:role/deploy", RoleSessionName="ci")
        self.assertTrue(role["AssumedRoleUser"]["Arn"].endswith("assumed-role/deploy/ci"))
        self.assertGreater(role["Credentials"]["Expiration"].year, 2000)


if __name__ == "__main__":
    unittest.main()
