use std::io::{Read, Write};
use std::net::TcpStream as Stream;
use std::time::Instant;

use jiff::Timestamp;

use super::*;
use crate::clock::Clock;
use crate::latency::Latency;
use crate::sandbox::Options;
use crate::throttle::Limit;

async fn serve() -> (Sandbox, Server) {
    let options = Options {
        clock: Clock::Manual(Timestamp::UNIX_EPOCH),
        ..Options::default()
    };
    let sandbox = Sandbox::open(options).unwrap();
    let server = sandbox
        .serve(TcpListener::bind("127.0.0.1:0").await.unwrap())
        .unwrap();
    (sandbox, server)
}

/// Sends a call of CloudWatch Logs, and leaves its answer to be read.
fn send(server: &Server, operation: &str) -> Stream {
    let mut stream = Stream::connect(server.endpoint().strip_prefix("http://").unwrap()).unwrap();
    let credential = "AWS4-HMAC-SHA256 Credential=AKIA1/20260101/eu-west-1/logs/aws4_request";
    let request = format!(
        "POST / HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\nx-amz-target: Logs_20140328.{operation}\r\n\
         authorization: {credential}, SignedHeaders=host, Signature=00\r\ncontent-length: 20\r\n\r\n\
         {{\"logGroupName\":\"a\"}}"
    );
    stream.write_all(request.as_bytes()).unwrap();
    stream
}

async fn answer_of(mut stream: Stream) -> String {
    let read = move || {
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        answer
    };
    tokio::task::spawn_blocking(read).await.unwrap()
}

fn takes(operation: &str, time: Duration) -> Latency {
    Latency {
        calls: operation.parse().unwrap(),
        takes: time,
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_slow_call_holds_up_no_other() {
    let (sandbox, server) = serve().await;
    sandbox.delay(takes("CreateLogGroup", Duration::from_secs(3_600)));
    let slow = send(&server, "CreateLogGroup");
    let quick = answer_of(send(&server, "DescribeLogGroups")).await;
    assert!(quick.starts_with("HTTP/1.1 200"), "{quick}");
    assert_eq!(sandbox.calls().len(), 1, "the slow call is still on its way");
    drop(slow);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_call_takes_as_long_as_was_asked_for() {
    let (sandbox, server) = serve().await;
    sandbox.delay(takes("*", Duration::from_millis(30)));
    let before = Instant::now();
    answer_of(send(&server, "CreateLogGroup")).await;
    assert!(before.elapsed() >= Duration::from_millis(30));
    sandbox.heal();
    assert_eq!(sandbox.latency("logs", "CreateLogGroup"), Duration::ZERO);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn calls_beyond_a_limit_are_throttled_till_the_sandboxs_clock_moves() {
    let (sandbox, server) = serve().await;
    sandbox.throttle(Limit {
        calls: "logs:DescribeLogGroups".parse().unwrap(),
        rate: 1.0,
        burst: 1.0,
    });
    let ask = async || answer_of(send(&server, "DescribeLogGroups")).await;
    assert!(ask().await.starts_with("HTTP/1.1 200"));
    let refused = ask().await;
    assert!(
        refused.starts_with("HTTP/1.1 400") && refused.contains("ThrottlingException"),
        "{refused}"
    );
    sandbox.advance(Duration::from_secs(1));
    assert!(ask().await.starts_with("HTTP/1.1 200"));
}
