"""boto3 and the AWS command line against the sandbox's EventBridge Scheduler."""

import datetime
import unittest

from support import aws, client, code_of, unique


def schedule(name, **more):
    params = dict(
        Name=name,
        ScheduleExpression="cron(30 2 * * ? *)",
        ScheduleExpressionTimezone="Asia/Tokyo",
        FlexibleTimeWindow={"Mode": "OFF"},
        Target={
            "Arn": "arn:aws:ecs:us-east-1:123456789012:cluster/default",
            "RoleArn": "arn:aws:iam::123456789012:role/scheduler",
            "EcsParameters": {"TaskDefinitionArn": "arn:aws:ecs:us-east-1:123456789012:task-definition/job:1"},
        },
    )
    return params | more


class Scheduler(unittest.TestCase):
    def setUp(self):
        self.scheduler = client("scheduler")
        self.name = unique("schedule")

    def test_a_schedule_comes_back_with_its_defaults(self):
        self.scheduler.create_schedule(**schedule(self.name))
        got = self.scheduler.get_schedule(Name=self.name)
        self.assertEqual((got["GroupName"], got["State"], got["ActionAfterCompletion"]), ("default", "ENABLED", "NONE"))
        self.assertEqual(got["Target"]["RetryPolicy"], {"MaximumEventAgeInSeconds": 86400, "MaximumRetryAttempts": 185})
        self.assertEqual(got["Target"]["EcsParameters"]["TaskCount"], 1)
        self.assertIsInstance(got["CreationDate"], datetime.datetime)

    def test_updating_resets_what_is_left_out(self):
        self.scheduler.create_schedule(**schedule(self.name, Description="d", State="DISABLED"))
        self.scheduler.update_schedule(**schedule(self.name))
        got = self.scheduler.get_schedule(Name=self.name)
        self.assertEqual(got["State"], "ENABLED")
        self.assertNotIn("Description", got)
        self.scheduler.delete_schedule(Name=self.name)
        with self.assertRaises(self.scheduler.exceptions.ResourceNotFoundException):
            self.scheduler.get_schedule(Name=self.name)

    def test_conflicts_and_bad_input_have_their_codes(self):
        self.scheduler.create_schedule(**schedule(self.name))
        with self.assertRaises(self.scheduler.exceptions.ConflictException):
            self.scheduler.create_schedule(**schedule(self.name))
        bad = schedule(unique("schedule"), ScheduleExpression="cron(0 99 * * ? *)")
        self.assertEqual(code_of(lambda: self.scheduler.create_schedule(**bad)), "ValidationException")
        lost = schedule(unique("schedule"), GroupName="nowhere")
        self.assertEqual(code_of(lambda: self.scheduler.create_schedule(**lost)), "ResourceNotFoundException")

    def test_groups_have_tags_and_list_their_schedules_in_pages(self):
        group = unique("group")
        arn = self.scheduler.create_schedule_group(Name=group, Tags=[{"Key": "a", "Value": "1"}])["ScheduleGroupArn"]
        self.scheduler.tag_resource(ResourceArn=arn, Tags=[{"Key": "b", "Value": "2"}, {"Key": "c", "Value": "3"}])
        self.scheduler.untag_resource(ResourceArn=arn, TagKeys=["a", "c"])
        self.assertEqual(self.scheduler.list_tags_for_resource(ResourceArn=arn)["Tags"], [{"Key": "b", "Value": "2"}])
        for n in range(5):
            self.scheduler.create_schedule(**schedule(f"s{n}", GroupName=group))
        pages = self.scheduler.get_paginator("list_schedules").paginate(GroupName=group, PaginationConfig={"PageSize": 2})
        names = [found["Name"] for page in pages for found in page["Schedules"]]
        self.assertEqual(names, [f"s{n}" for n in range(5)])
        self.scheduler.delete_schedule(Name="s0", GroupName=group)
        self.scheduler.delete_schedule_group(Name=group)
        self.assertEqual(self.scheduler.get_schedule_group(Name=group)["State"], "DELETING")

    def test_the_command_line_reads_a_schedule(self):
        self.scheduler.create_schedule(**schedule(self.name))
        shown = aws("scheduler", "get-schedule", "--name", self.name)
        self.assertEqual(shown["ScheduleExpressionTimezone"], "Asia/Tokyo")


if __name__ == "__main__":
    unittest.main()
