//! The ids that a seeded sandbox begins with. They are the same in every region, so that examples can name them.

/// Clusters that every seeded region has.
pub const CLUSTERS: [&str; 5] = ["default", "production", "staging", "staging-per-member", "dev"];

/// What a seeded sandbox begins with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Seed {
    /// The account.
    pub account: String,
    /// The VPC.
    pub vpc_id: &'static str,
    /// Its subnets, in zones a and c.
    pub subnets: [&'static str; 2],
    /// Its security group.
    pub security_group: &'static str,
    /// Clusters, each with two container instances.
    pub clusters: [&'static str; 5],
    /// The hosted zone of `example.com.`.
    pub hosted_zone_id: &'static str,
    /// The hosted zone that load balancers' names are in.
    pub load_balancer_zone_id: &'static str,
}

impl Seed {
    /// The seed of an account.
    pub(crate) fn new(account: &str) -> Self {
        Self {
            account: account.to_owned(),
            vpc_id: "vpc-5eed0001",
            subnets: ["subnet-5eed000a", "subnet-5eed000c"],
            security_group: "sg-5eed0001",
            clusters: CLUSTERS,
            hosted_zone_id: "Z5EED000EXAMPLE",
            load_balancer_zone_id: "Z14GRHDCWA56QT",
        }
    }

    /// The load balancer `sendo` of a region.
    pub fn load_balancer_arn(&self, region: &str) -> String {
        self.elbv2(region, "loadbalancer/app/sendo/50dc6c495c0c9188")
    }

    /// Its HTTPS listener.
    pub fn https_listener_arn(&self, region: &str) -> String {
        self.elbv2(region, "listener/app/sendo/50dc6c495c0c9188/f2f7dc8efc522ab2")
    }

    /// Its HTTP listener.
    pub fn http_listener_arn(&self, region: &str) -> String {
        self.elbv2(region, "listener/app/sendo/50dc6c495c0c9188/f2f7dc8efc522ab3")
    }

    /// The name of the load balancer.
    pub fn load_balancer_dns_name(&self, region: &str) -> String {
        format!("sendo-123456.{region}.elb.amazonaws.com")
    }

    fn elbv2(&self, region: &str, resource: &str) -> String {
        format!(
            "arn:aws:elasticloadbalancing:{region}:{}:{resource}",
            self.account
        )
    }
}
