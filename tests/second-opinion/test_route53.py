"""boto3 and the AWS command line against the sandbox's hosted zones."""

import unittest

from support import aws, client, code_of, unique

ZONE = "Z5EED000EXAMPLE"


def change(action, name, value="1.2.3.4", kind="A"):
    record = {"Name": name, "Type": kind, "TTL": 60, "ResourceRecords": [{"Value": value}]}
    return {"Action": action, "ResourceRecordSet": record}


class Route53(unittest.TestCase):
    def setUp(self):
        self.dns = client("route53")

    def send(self, *changes):
        return self.dns.change_resource_record_sets(HostedZoneId=ZONE, ChangeBatch={"Changes": list(changes)})

    def test_the_seeded_zone_is_found_by_name(self):
        found = self.dns.list_hosted_zones_by_name(DNSName="example.com", MaxItems="1")
        self.assertEqual(found["HostedZones"][0]["Id"], f"/hostedzone/{ZONE}")
        self.assertEqual(self.dns.get_hosted_zone(Id=ZONE)["HostedZone"]["Name"], "example.com.")

    def test_a_wildcard_is_escaped_and_a_change_spreads(self):
        name = f"*.{unique('dns')}.example.com"
        info = self.send(change("CREATE", name))["ChangeInfo"]
        self.assertEqual(info["Status"], "PENDING")
        listed = self.dns.list_resource_record_sets(HostedZoneId=ZONE, StartRecordName=name, StartRecordType="A", MaxItems="1")
        self.assertEqual(listed["ResourceRecordSets"][0]["Name"], "\\052" + name[1:] + ".")
        self.dns.get_waiter("resource_record_sets_changed").wait(Id=info["Id"], WaiterConfig={"Delay": 1, "MaxAttempts": 5})

    def test_a_batch_is_refused_whole_with_the_text_of_aws(self):
        name = f"{unique('dns')}.example.com"
        self.send(change("CREATE", name))
        with self.assertRaises(self.dns.exceptions.InvalidChangeBatch) as caught:
            self.send(change("CREATE", f"other-{name}"), change("CREATE", name))
        self.assertIn(
            f"Tried to create resource record set [name='{name}.', type='A'] but it already exists", str(caught.exception)
        )
        listed = self.dns.list_resource_record_sets(HostedZoneId=ZONE, StartRecordName=f"other-{name}", MaxItems="1")
        self.assertNotEqual(listed["ResourceRecordSets"][0]["Name"] if listed["ResourceRecordSets"] else "", f"other-{name}.")
        self.assertEqual(code_of(lambda: self.send(change("DELETE", name, "4.3.2.1"))), "InvalidChangeBatch")
        self.send(change("DELETE", name))

    def test_an_alias_and_a_text_round_trip(self):
        name = f"{unique('dns')}.example.com"
        target = {"HostedZoneId": "Z14GRHDCWA56QT", "DNSName": "sendo-123456.us-east-1.elb.amazonaws.com", "EvaluateTargetHealth": True}
        alias = {"Action": "CREATE", "ResourceRecordSet": {"Name": name, "Type": "A", "AliasTarget": target}}
        self.send(alias, change("CREATE", f"_owner.{name}", '"heritage=<&>"', "TXT"))
        listed = self.dns.list_resource_record_sets(HostedZoneId=ZONE, StartRecordName=name, MaxItems="2")["ResourceRecordSets"]
        self.assertEqual(listed[0]["AliasTarget"], target | {"DNSName": target["DNSName"] + "."})
        self.assertNotIn("TTL", listed[0])
        self.assertEqual(listed[1]["ResourceRecords"], [{"Value": '"heritage=<&>"'}])

    def test_listings_come_in_pages(self):
        stem = unique("dns")
        self.send(*[change("CREATE", f"h{n}.{stem}.example.com") for n in range(5)])
        pages = self.dns.get_paginator("list_resource_record_sets").paginate(HostedZoneId=ZONE, PaginationConfig={"PageSize": 2})
        names = [record["Name"] for page in pages for record in page["ResourceRecordSets"]]
        self.assertEqual(len([name for name in names if stem in name]), 5)
        self.assertEqual(names, sorted(names, key=lambda name: list(reversed(name.rstrip(".").split(".")))))

    def test_unknown_zones_raise_the_modelled_exception(self):
        with self.assertRaises(self.dns.exceptions.NoSuchHostedZone):
            self.dns.get_hosted_zone(Id="ZNOBODY")

    def test_zones_are_made_and_tagged(self):
        zone = self.dns.create_hosted_zone(Name=f"{unique('zone')}.test", CallerReference=unique("call"))["HostedZone"]
        zone_id = zone["Id"].split("/")[-1]
        self.dns.change_tags_for_resource(ResourceType="hostedzone", ResourceId=zone_id, AddTags=[{"Key": "a", "Value": "1"}])
        tags = self.dns.list_tags_for_resource(ResourceType="hostedzone", ResourceId=zone_id)["ResourceTagSet"]["Tags"]
        self.assertEqual(tags, [{"Key": "a", "Value": "1"}])

    def test_the_command_line_lists_zones(self):
        shown = aws("route53", "list-hosted-zones")
        self.assertIn("example.com.", [zone["Name"] for zone in shown["HostedZones"]])


if __name__ == "__main__":
    unittest.main()
