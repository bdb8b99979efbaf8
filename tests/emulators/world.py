"""What sendo does not make but uses, made by boto3; and clients to look at the rest."""

import json

import boto3
from botocore.config import Config

from emulator import ACCOUNT, REGION

KEYS = {"aws_access_key_id": "AKIAEMULATOR", "aws_secret_access_key": "emulator"}
CLUSTERS = ["production", "staging", "staging-per-member"]
ROLES = {
    "ecsTaskExecutionRole": "ecs-tasks.amazonaws.com",
    "shop-api": "ecs-tasks.amazonaws.com",
    "ecsEventsRole": "events.amazonaws.com",
    "ecsScheduler": "scheduler.amazonaws.com",
}


class World:
    """A VPC with subnets, a load balancer with listeners, clusters, hosted zones and roles."""

    def __init__(self, emulator):
        self.emulator = emulator
        self._clients = {}
        emulator.reset()
        self._network()
        self._balancer()
        self.zones = {name: self._zone(name) for name in ["example.com", "dev.example.com"]}
        for cluster in CLUSTERS:
            self.client("ecs").create_cluster(clusterName=cluster)
        for role, principal in ROLES.items():
            self._role(role, principal)

    def client(self, service):
        """A boto3 client, without retries."""
        if service not in self._clients:
            config = Config(retries={"max_attempts": 1})
            self._clients[service] = boto3.client(
                service, endpoint_url=self.emulator.endpoint, region_name=REGION, config=config, **KEYS
            )
        return self._clients[service]

    def _network(self):
        ec2 = self.client("ec2")
        self.vpc = ec2.create_vpc(CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"]
        ec2.modify_vpc_attribute(VpcId=self.vpc, EnableDnsHostnames={"Value": True})
        self.subnets = [
            ec2.create_subnet(VpcId=self.vpc, CidrBlock=f"10.0.{n}.0/24", AvailabilityZone=f"{REGION}{zone}")["Subnet"]["SubnetId"]
            for n, zone in enumerate("ac")
        ]
        group = ec2.create_security_group(GroupName="shop", Description="tasks of the shop", VpcId=self.vpc)
        self.security_group = group["GroupId"]

    def _balancer(self):
        elb = self.client("elbv2")
        made = elb.create_load_balancer(Name="shop", Subnets=self.subnets, SecurityGroups=[self.security_group])
        self.balancer = made["LoadBalancers"][0]
        certificate = self.client("acm").request_certificate(DomainName="*.example.com")["CertificateArn"]
        self.https = self._listener("HTTPS", 443, Certificates=[{"CertificateArn": certificate}])
        self.http = self._listener("HTTP", 80)

    def _listener(self, protocol, port, **more):
        made = self.client("elbv2").create_listener(
            LoadBalancerArn=self.balancer["LoadBalancerArn"],
            Protocol=protocol,
            Port=port,
            DefaultActions=[{"Type": "fixed-response", "FixedResponseConfig": {"StatusCode": "404"}}],
            **more,
        )
        return made["Listeners"][0]["ListenerArn"]

    def _zone(self, name):
        made = self.client("route53").create_hosted_zone(Name=name, CallerReference=name)
        return made["HostedZone"]["Id"].removeprefix("/hostedzone/")

    def _role(self, name, principal):
        trust = {
            "Version": "2012-10-17",
            "Statement": [{"Effect": "Allow", "Principal": {"Service": principal}, "Action": "sts:AssumeRole"}],
        }
        self.client("iam").create_role(RoleName=name, AssumeRolePolicyDocument=json.dumps(trust))
