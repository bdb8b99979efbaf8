"""boto3 and the AWS command line against the sandbox's ECS."""

import time
import unittest

from support import aws, client, code_of, unique

CLUSTER = "production"
NETWORK = {"awsvpcConfiguration": {"subnets": ["subnet-5eed000a", "subnet-5eed000c"], "securityGroups": ["sg-5eed0001"]}}


class Ecs(unittest.TestCase):
    def setUp(self):
        self.ecs = client("ecs")
        self.name = unique("shop")

    def register(self, environment=()):
        container = {
            "name": "app",
            "image": "nginx:1",
            "portMappings": [{"containerPort": 80}],
            "environment": [{"name": name, "value": value} for name, value in environment],
        }
        answer = self.ecs.register_task_definition(
            family=self.name,
            requiresCompatibilities=["FARGATE"],
            networkMode="awsvpc",
            cpu="0.25 vCPU",
            memory="0.5 GB",
            containerDefinitions=[container],
            tags=[{"key": "team", "value": "web"}],
        )
        return answer["taskDefinition"]

    def create(self):
        self.register()
        return self.ecs.create_service(
            cluster=CLUSTER,
            serviceName=self.name,
            taskDefinition=self.name,
            desiredCount=2,
            launchType="FARGATE",
            networkConfiguration=NETWORK,
        )["service"]

    def stable(self):
        waiter = self.ecs.get_waiter("services_stable")
        waiter.wait(cluster=CLUSTER, services=[self.name], WaiterConfig={"Delay": 1, "MaxAttempts": 30})
        return self.ecs.describe_services(cluster=CLUSTER, services=[self.name])["services"][0]

    def test_a_task_definition_comes_back_with_aws_defaults_and_goes(self):
        made = self.register()
        self.assertEqual((made["cpu"], made["memory"], made["revision"]), ("256", "512", 1))
        self.assertEqual(made["containerDefinitions"][0]["portMappings"][0]["hostPort"], 80)
        found = self.ecs.describe_task_definition(taskDefinition=self.name, include=["TAGS"])
        self.assertEqual(found["tags"], [{"key": "team", "value": "web"}])
        arn = made["taskDefinitionArn"]
        pages = self.ecs.get_paginator("list_task_definitions").paginate(familyPrefix=self.name)
        self.assertEqual([arn for page in pages for arn in page["taskDefinitionArns"]], [arn])
        self.ecs.deregister_task_definition(taskDefinition=arn)
        self.assertEqual(self.ecs.delete_task_definitions(taskDefinitions=[arn])["failures"], [])
        self.assertEqual(code_of(lambda: self.ecs.describe_task_definition(taskDefinition=arn)), "ClientException")

    def test_a_service_is_created_updated_and_deleted(self):
        created = self.create()
        self.assertEqual((created["status"], created["platformVersion"]), ("ACTIVE", "LATEST"))
        self.assertEqual(self.stable()["runningCount"], 2)
        second = self.register()["taskDefinitionArn"]
        self.ecs.update_service(cluster=CLUSTER, service=self.name, taskDefinition=second, desiredCount=1)
        service = self.stable()
        self.assertEqual((service["taskDefinition"], service["runningCount"]), (second, 1))
        self.assertTrue(service["events"][0]["message"].startswith(f"(service {self.name})"))
        self.ecs.delete_service(cluster=CLUSTER, service=self.name, force=True)
        waiter = self.ecs.get_waiter("services_inactive")
        waiter.wait(cluster=CLUSTER, services=[self.name], WaiterConfig={"Delay": 1, "MaxAttempts": 30})
        self.assertNotIn(created["serviceArn"], self.ecs.list_services(cluster=CLUSTER)["serviceArns"])

    def test_a_service_deployment_is_followed_to_its_end(self):
        self.create()
        self.stable()
        listed = self.ecs.list_service_deployments(cluster=CLUSTER, service=self.name)["serviceDeployments"]
        found = self.ecs.describe_service_deployments(serviceDeploymentArns=[listed[0]["serviceDeploymentArn"]])
        deployment = found["serviceDeployments"][0]
        self.assertEqual(deployment["status"], "SUCCESSFUL")
        arns = [deployment["targetServiceRevision"]["arn"]]
        revisions = self.ecs.describe_service_revisions(serviceRevisionArns=arns)["serviceRevisions"]
        self.assertEqual(revisions[0]["containerImages"][0]["image"], "nginx:1")

    def test_a_batch_ends_with_its_exit_code(self):
        self.register([("SANDBOX_RUN_SECONDS", "0.2"), ("SANDBOX_EXIT_CODE", "3")])
        answer = self.ecs.run_task(cluster=CLUSTER, taskDefinition=self.name, launchType="FARGATE", networkConfiguration=NETWORK)
        arn = answer["tasks"][0]["taskArn"]
        waiter = self.ecs.get_waiter("tasks_stopped")
        waiter.wait(cluster=CLUSTER, tasks=[arn], WaiterConfig={"Delay": 1, "MaxAttempts": 30})
        task = self.ecs.describe_tasks(cluster=CLUSTER, tasks=[arn])["tasks"][0]
        self.assertEqual((task["stopCode"], task["containers"][0]["exitCode"]), ("EssentialContainerExited", 3))

    def test_errors_are_the_modelled_exceptions(self):
        with self.assertRaises(self.ecs.exceptions.ClusterNotFoundException):
            self.ecs.list_services(cluster="none")
        with self.assertRaises(self.ecs.exceptions.ServiceNotFoundException):
            self.ecs.update_service(cluster=CLUSTER, service="none")
        with self.assertRaises(self.ecs.exceptions.InvalidParameterException):
            self.ecs.describe_services(cluster=CLUSTER, services=[f"s{n}" for n in range(11)])

    def test_the_command_line_works_with_services_and_definitions(self):
        containers = '[{"name": "app", "image": "nginx:1"}]'
        sizes = ["--requires-compatibilities", "FARGATE", "--network-mode", "awsvpc", "--cpu", "256", "--memory", "512"]
        aws("ecs", "register-task-definition", "--family", self.name, *sizes, "--container-definitions", containers)
        place = ["--cluster", CLUSTER]
        network = "awsvpcConfiguration={subnets=[subnet-5eed000a]}"
        creation = ["--service-name", self.name, "--task-definition", self.name, "--desired-count", "1"]
        aws("ecs", "create-service", *place, *creation, "--launch-type", "FARGATE", "--network-configuration", network)
        updated = aws("ecs", "update-service", *place, "--service", self.name, "--desired-count", "0")
        self.assertEqual(updated["service"]["desiredCount"], 0)
        shown = aws("ecs", "describe-services", *place, "--services", self.name)
        self.assertEqual(shown["services"][0]["launchType"], "FARGATE")
        for _ in range(50):
            if aws("ecs", "delete-service", *place, "--service", self.name)["service"]["status"] == "DRAINING":
                break
            time.sleep(0.1)
        aws("ecs", "deregister-task-definition", "--task-definition", f"{self.name}:1")
        self.assertEqual(aws("ecs", "list-task-definitions", "--family-prefix", self.name)["taskDefinitionArns"], [])


if __name__ == "__main__":
    unittest.main()
