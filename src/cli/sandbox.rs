//! `sendo sandbox`: the stand-in for AWS alone on a port.

use std::io::Write;
use std::net::SocketAddr;
use std::path::Path;

use anyhow::Context;
use clap::Args;
use serde_json::json;

use super::global::{Global, Output};
use crate::console;
use sendo_sandbox::{Clock, Fault, Latency, Options, Sandbox, Seed, Server, Stale, Throttle};

/// The arguments of `sendo sandbox`.
#[derive(Debug, Clone, Args)]
pub struct SandboxArgs {
    /// Where it listens; port 0 takes a free one
    #[arg(long, value_name = "ADDRESS", default_value = "127.0.0.1:4566")]
    pub listen: SocketAddr,
    /// Begin with a VPC's worth of ids, clusters, a load balancer and a hosted zone, and print them
    #[arg(long)]
    pub seed: bool,
    /// The account
    #[arg(long, value_name = "ID", default_value = "123456789012")]
    pub account: String,
    /// How time passes: `real`, so many times as fast (`60x`), or `manual`, which stands till it is moved
    #[arg(long, value_name = "CLOCK", default_value = "real")]
    pub clock: Clock,
    /// Let calls take their time: `30ms`, or `ecs:CreateService=2s`. Repeatable, the last that means a call counts
    #[arg(long, value_name = "[CALLS=]TIME")]
    pub latency: Vec<Latency>,
    /// Limit the rate of calls: `aws` for all that AWS documents, or `ecs:CreateService rate=1 burst=5`. Repeatable
    #[arg(long, value_name = "aws|LIMIT")]
    pub throttle: Vec<Throttle>,
    /// Let calls go wrong: `ecs:CreateService nth=3 code=ThrottlingException`, `writes share=0.1 seed=7
    /// code=failure`, `* firstOfEach=1 drop=answer`. Repeatable
    #[arg(long, value_name = "FAULT")]
    pub fault: Vec<Fault>,
    /// Let reads answer from the state of a while ago: `2s`, or `ecs=5s`. Repeatable
    #[arg(long, value_name = "[CALLS=]TIME")]
    pub stale: Vec<Stale>,
}

impl SandboxArgs {
    fn disturb(&self, sandbox: &Sandbox) {
        self.latency
            .iter()
            .cloned()
            .for_each(|latency| sandbox.delay(latency));
        self.throttle
            .iter()
            .cloned()
            .for_each(|throttle| sandbox.throttle(throttle));
        self.fault.iter().cloned().for_each(|fault| sandbox.inject(fault));
        self.stale
            .iter()
            .cloned()
            .for_each(|stale| sandbox.answer_late(stale));
    }
}

/// Serves until it is stopped; `--sandbox=FILE` keeps its state.
pub async fn run(global: &Global, args: &SandboxArgs) -> anyhow::Result<u8> {
    let output = global.output(&[Output::Text, Output::Json])?;
    let options = Options {
        account: args.account.clone(),
        state_file: global.sandbox.clone(),
        seed: args.seed,
        clock: args.clock,
    };
    let sandbox = Sandbox::open(options)?;
    args.disturb(&sandbox);
    let listener = tokio::net::TcpListener::bind(args.listen)
        .await
        .with_context(|| format!("failed to listen on {}", args.listen))?;
    let server = sandbox.serve(listener).context("failed to serve")?;
    let region = global.region.as_deref().unwrap_or("us-east-1");
    print(
        &server,
        args.seed.then(|| sandbox.seeded()).as_ref(),
        region,
        output,
    )?;
    tokio::signal::ctrl_c().await?;
    server.shutdown().await;
    Ok(0)
}

fn print(server: &Server, seed: Option<&Seed>, region: &str, output: Output) -> std::io::Result<()> {
    let mut out = console::out();
    let seeded = seed.map(|seed| {
        json!({
            "account": seed.account,
            "region": region,
            "vpc": seed.vpc_id,
            "subnets": seed.subnets,
            "securityGroup": seed.security_group,
            "clusters": seed.clusters,
            "loadBalancer": seed.load_balancer_arn(region),
            "httpsListener": seed.https_listener_arn(region),
            "httpListener": seed.http_listener_arn(region),
            "hostedZone": seed.hosted_zone_id,
        })
    });
    if output == Output::Json {
        writeln!(out, "{}", json!({"endpoint": server.endpoint(), "seed": seeded}))?;
        return out.flush();
    }
    writeln!(
        out,
        "The sandbox answers on {0}\n\n  export AWS_ENDPOINT_URL={0}",
        server.endpoint()
    )?;
    writeln!(
        out,
        "  export AWS_ACCESS_KEY_ID=sandbox AWS_SECRET_ACCESS_KEY=sandbox AWS_REGION={region}\n"
    )?;
    for (name, value) in seeded.iter().flat_map(|seeded| seeded.as_object()).flatten() {
        let text = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
        writeln!(out, "  {name:14} {text}")?;
    }
    out.flush()
}

/// Starts a sandbox of this process, its state kept in `file`.
pub async fn start(file: &Path, account: Option<&str>) -> anyhow::Result<Server> {
    let mut options = Options {
        state_file: Some(file.to_path_buf()),
        ..Options::default()
    };
    if let Some(account) = account {
        options.account = account.to_owned();
    }
    let sandbox = Sandbox::open(options).context("failed to open the sandbox")?;
    let listener = tokio::net::TcpListener::bind(("127.0.0.1", 0)).await?;
    Ok(sandbox.serve(listener)?)
}
