//! Connections to AWS: credentials, region, endpoints and one client a service, all behind one [`Gate`].
//!
//! In: [`Options`] and whatever the AWS SDK reads by itself (profiles, `AWS_ENDPOINT_URL`, …). Out: lazily made clients.

use std::sync::{Arc, OnceLock};
use std::time::Duration;

use aws_config::retry::RetryConfig;
use aws_config::sts::AssumeRoleProvider;
use aws_config::timeout::TimeoutConfig;
use aws_config::{AppName, BehaviorVersion, ConfigLoader, Region, SdkConfig};
use aws_credential_types::Credentials;
use aws_credential_types::provider::SharedCredentialsProvider;
use aws_sdk_elasticloadbalancingv2::types::TargetGroup;
use aws_smithy_runtime_api::client::http::HttpClient;
use tokio::sync::Mutex;

use super::buckets::RateLimit;
use super::discreet::Secrets;
use super::gate::Gate;
use crate::value::Text;

/// How long a connection may take.
const CONNECT: Duration = Duration::from_secs(5);
/// How long one attempt may take.
const ATTEMPT: Duration = Duration::from_secs(30);

/// How AWS is reached.
#[derive(Clone, Debug)]
pub struct Options {
    /// The profile, instead of `AWS_PROFILE`.
    pub profile: Option<String>,
    /// The region: the environment's, or the one given by hand.
    pub region: Text,
    /// The role to take with the credentials that are found.
    pub assume_role: Option<Text>,
    /// One endpoint for every service, which accepts any credentials: the sandbox's.
    pub sandbox: Option<String>,
    /// How much of AWS's rate is used.
    pub rate: RateLimit,
    /// How long deployments, drains and the like are waited for.
    pub deadline: Duration,
    /// How often they are looked at, at first; the pauses grow to ten times that.
    pub poll: Duration,
    /// How long the first pause before another attempt is; the pauses grow to fifty times that.
    pub pause: Duration,
}

impl Options {
    /// The options that a person's command has in this region.
    pub fn in_region(region: impl Into<Text>) -> Self {
        Options {
            profile: None,
            region: region.into(),
            assume_role: None,
            sandbox: None,
            rate: RateLimit::default(),
            deadline: Duration::from_secs(15 * 60),
            poll: Duration::from_secs(1),
            pause: Duration::from_millis(100),
        }
    }
}

/// The clients of one account and Region; clones share everything.
#[derive(Clone, Debug)]
pub struct Clients(Arc<Shared>);

#[derive(Debug)]
struct Shared {
    options: Options,
    config: SdkConfig,
    gate: Gate,
    secrets: Secrets,
    sts: OnceLock<aws_sdk_sts::Client>,
    ecs: OnceLock<aws_sdk_ecs::Client>,
    logs: OnceLock<aws_sdk_cloudwatchlogs::Client>,
    elb: OnceLock<aws_sdk_elasticloadbalancingv2::Client>,
    route53: OnceLock<aws_sdk_route53::Client>,
    events: OnceLock<aws_sdk_eventbridge::Client>,
    scheduler: OnceLock<aws_sdk_scheduler::Client>,
    listed_groups: Mutex<Option<Vec<TargetGroup>>>,
}

impl Clients {
    /// Reads the configuration; nothing is called yet.
    pub async fn connect(options: Options) -> Self {
        let config = configure(&options).await;
        Clients::with(options, config)
    }

    /// The same behind another HTTP client, which may answer whatever it likes: recorded or made-up answers.
    pub async fn behind(options: Options, http: impl HttpClient + 'static) -> Self {
        let config = configure(&options).await;
        let config = config.into_builder().http_client(http).build();
        Clients::with(options, config)
    }

    fn with(options: Options, config: SdkConfig) -> Self {
        Clients(Arc::new(Shared {
            gate: Gate::new(options.rate, options.pause),
            secrets: Secrets::default(),
            options,
            config,
            sts: OnceLock::new(),
            ecs: OnceLock::new(),
            logs: OnceLock::new(),
            elb: OnceLock::new(),
            route53: OnceLock::new(),
            events: OnceLock::new(),
            scheduler: OnceLock::new(),
            listed_groups: Mutex::default(),
        }))
    }

    /// The gate that every call goes through.
    pub fn gate(&self) -> &Gate {
        &self.0.gate
    }

    /// What must not be seen in AWS's messages.
    pub(super) fn secrets(&self) -> &Secrets {
        &self.0.secrets
    }

    /// How AWS is reached.
    pub fn options(&self) -> &Options {
        &self.0.options
    }

    /// The configuration that all clients share.
    pub fn config(&self) -> &SdkConfig {
        &self.0.config
    }

    /// The listing of target groups that one of its two readers left for the other.
    pub(super) fn listed_groups(&self) -> &Mutex<Option<Vec<TargetGroup>>> {
        &self.0.listed_groups
    }

    /// Whether something else than AWS itself answers.
    pub fn elsewhere(&self) -> bool {
        self.0.config.endpoint_url().is_some() || std::env::var_os("AWS_ENDPOINT_URL_ECS").is_some()
    }

    /// The client of STS.
    pub fn sts(&self) -> &aws_sdk_sts::Client {
        self.0
            .sts
            .get_or_init(|| aws_sdk_sts::Client::new(&self.0.config))
    }

    /// The client of ECS.
    pub fn ecs(&self) -> &aws_sdk_ecs::Client {
        self.0
            .ecs
            .get_or_init(|| aws_sdk_ecs::Client::new(&self.0.config))
    }

    /// The client of CloudWatch Logs.
    pub fn logs(&self) -> &aws_sdk_cloudwatchlogs::Client {
        self.0
            .logs
            .get_or_init(|| aws_sdk_cloudwatchlogs::Client::new(&self.0.config))
    }

    /// The client of Elastic Load Balancing.
    pub fn elb(&self) -> &aws_sdk_elasticloadbalancingv2::Client {
        self.0
            .elb
            .get_or_init(|| aws_sdk_elasticloadbalancingv2::Client::new(&self.0.config))
    }

    /// The client of Route 53.
    pub fn route53(&self) -> &aws_sdk_route53::Client {
        self.0
            .route53
            .get_or_init(|| aws_sdk_route53::Client::new(&self.0.config))
    }

    /// The client of EventBridge.
    pub fn events(&self) -> &aws_sdk_eventbridge::Client {
        self.0
            .events
            .get_or_init(|| aws_sdk_eventbridge::Client::new(&self.0.config))
    }

    /// The client of EventBridge Scheduler.
    pub fn scheduler(&self) -> &aws_sdk_scheduler::Client {
        self.0
            .scheduler
            .get_or_init(|| aws_sdk_scheduler::Client::new(&self.0.config))
    }
}

async fn configure(options: &Options) -> SdkConfig {
    let config = loader(options).load().await;
    match (&options.assume_role, &options.sandbox) {
        (Some(role), None) => taking_role(config, role).await,
        _ => config,
    }
}

fn loader(options: &Options) -> ConfigLoader {
    let timeouts = TimeoutConfig::builder()
        .connect_timeout(CONNECT)
        .operation_attempt_timeout(ATTEMPT)
        .build();
    let mut loader = aws_config::defaults(BehaviorVersion::latest())
        .region(Region::new(options.region.to_string()))
        .retry_config(RetryConfig::disabled())
        .timeout_config(timeouts);
    if let Ok(name) = AppName::new(concat!("sendo-", env!("CARGO_PKG_VERSION"))) {
        loader = loader.app_name(name);
    }
    if let Some(profile) = &options.profile {
        loader = loader.profile_name(profile);
    }
    match &options.sandbox {
        Some(endpoint) => loader
            .endpoint_url(endpoint)
            .credentials_provider(Credentials::new("sandbox", "sandbox", None, None, "sandbox")),
        None => loader,
    }
}

/// The same configuration with the credentials of a role, which are taken when they are first needed.
async fn taking_role(config: SdkConfig, role: &str) -> SdkConfig {
    let provider = AssumeRoleProvider::builder(role)
        .session_name("sendo")
        .configure(&config)
        .build()
        .await;
    config
        .into_builder()
        .credentials_provider(SharedCredentialsProvider::new(provider))
        .build()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn the_sandbox_needs_no_credentials_and_takes_no_role() {
        let mut options = Options::in_region("ap-northeast-1");
        options.sandbox = Some("http://127.0.0.1:9".into());
        options.assume_role = Some("arn:aws:iam::123456789012:role/none".into());
        let clients = Clients::connect(options).await;
        assert!(clients.elsewhere());
        assert_eq!(clients.config().endpoint_url(), Some("http://127.0.0.1:9"));
        assert_eq!(clients.config().region().unwrap().as_ref(), "ap-northeast-1");
    }
}
