//! Serves a seeded sandbox until it is killed: the endpoint is the first line that it prints.

use std::io::{Error, Write, stdout};

use sendo_sandbox::{Options, Sandbox};
use tokio::net::TcpListener;

#[tokio::main]
async fn main() -> Result<(), Error> {
    let address = std::env::args()
        .nth(1)
        .unwrap_or_else(|| "127.0.0.1:0".to_owned());
    let sandbox = Sandbox::open(Options::default()).map_err(Error::other)?;
    let server = sandbox.serve(TcpListener::bind(address).await?)?;
    writeln!(stdout(), "{}", server.endpoint())?;
    stdout().flush()?;
    std::future::pending().await
}
