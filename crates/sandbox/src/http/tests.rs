use std::io::{Read, Write};
use std::net::TcpStream as Stream;
use std::time::Instant;

use jiff::Timestamp;
use serde_json::json;

use super::*;
use crate::clock::Clock;
use crate::sandbox::Options;

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

/// Asks the sandbox itself.
async fn control(server: &Server, method: &str, path: &str, body: &str) -> (String, serde_json::Value) {
    let mut stream = Stream::connect(server.endpoint().strip_prefix("http://").unwrap()).unwrap();
    let length = body.len();
    let request = format!(
        "{method} /_sandbox/{path} HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\ncontent-length: {length}\r\n\r\n{body}"
    );
    stream.write_all(request.as_bytes()).unwrap();
    let answer = answer_of(stream).await;
    let (head, body) = answer.split_once("\r\n\r\n").unwrap();
    (head[9..12].to_owned(), serde_json::from_str(body).unwrap())
}

async fn answer_of(mut stream: Stream) -> String {
    let read = move || {
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        answer
    };
    tokio::task::spawn_blocking(read).await.unwrap()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_slow_call_holds_up_no_other() {
    let (sandbox, server) = serve().await;
    sandbox.delay("CreateLogGroup=1h".parse().unwrap());
    let slow = send(&server, "CreateLogGroup");
    let quick = answer_of(send(&server, "DescribeLogGroups")).await;
    assert!(quick.starts_with("HTTP/1.1 200"), "{quick}");
    assert_eq!(sandbox.calls().len(), 1, "the slow call is still on its way");
    drop(slow);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_call_takes_as_long_as_was_asked_for() {
    let (sandbox, server) = serve().await;
    sandbox.delay("30ms".parse().unwrap());
    let before = Instant::now();
    answer_of(send(&server, "CreateLogGroup")).await;
    assert!(before.elapsed() >= Duration::from_millis(30));
    sandbox.heal();
    assert_eq!(sandbox.latency("logs", "CreateLogGroup"), Duration::ZERO);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn calls_beyond_a_limit_are_throttled_till_the_sandboxs_clock_moves() {
    let (sandbox, server) = serve().await;
    sandbox.throttle("logs:DescribeLogGroups rate=1 burst=1".parse().unwrap());
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

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn faults_are_ordered_shown_and_taken_back_from_outside() {
    let (_sandbox, server) = serve().await;
    let orders = r#"[{"calls": "logs:CreateLogGroup", "nth": 1, "code": "failure"}]"#;
    let (status, _) = control(&server, "POST", "faults", orders).await;
    assert_eq!(status, "200");
    let failed = answer_of(send(&server, "CreateLogGroup")).await;
    assert!(
        failed.starts_with("HTTP/1.1 500") && failed.contains("ServiceUnavailableException"),
        "{failed}"
    );
    assert!(
        answer_of(send(&server, "CreateLogGroup"))
            .await
            .starts_with("HTTP/1.1 200")
    );
    let (_, faults) = control(&server, "GET", "faults", "").await;
    assert_eq!(
        faults,
        json!([{"calls": "logs:CreateLogGroup", "nth": 1, "code": "failure", "seen": 2, "hit": 1}])
    );
    assert_eq!(control(&server, "DELETE", "faults", "").await.1, json!([]));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_kind_of_trouble_can_be_ordered_shown_and_taken_back() {
    let (sandbox, server) = serve().await;
    let orders = [
        ("latency", json!({"calls": "ecs:*", "takes": "30ms"})),
        ("throttle", json!({"calls": "aws"})),
        (
            "throttle",
            json!({"calls": "ecs:RunTask", "rate": 0.5, "burst": 2.0}),
        ),
        ("stale", json!({"calls": "reads", "by": "2s"})),
    ];
    for (about, order) in &orders {
        let (status, shown) = control(&server, "POST", about, &order.to_string()).await;
        assert_eq!(
            (status.as_str(), shown.as_array().unwrap().last()),
            ("200", Some(order))
        );
    }
    sandbox.heal();
    for (about, _) in orders {
        assert_eq!(control(&server, "GET", about, "").await.1, json!([]), "{about}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_clock_is_moved_and_the_calls_are_told_from_outside() {
    let (_sandbox, server) = serve().await;
    let (_, clock) = control(&server, "POST", "clock", r#"{"advance": "10m"}"#).await;
    assert_eq!(clock, json!({"now": "1970-01-01T00:10:00Z"}));
    answer_of(send(&server, "CreateLogGroup")).await;
    let next = control(&server, "GET", "calls", "").await.1["next"].clone();
    answer_of(send(&server, "CreateLogGroup")).await;
    let (_, calls) = control(&server, "GET", &format!("calls?from={next}"), "").await;
    assert_eq!(calls["counts"], json!({"logs:CreateLogGroup": 1}));
    assert_eq!(calls["calls"][0]["error"], "ResourceAlreadyExistsException");
    assert_eq!(calls["calls"][0]["parameters"], json!({"logGroupName": "a"}));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_cannot_be_ordered_is_refused_and_changes_nothing() {
    let (_sandbox, server) = serve().await;
    let both = r#"[{"calls": "*", "code": "failure"}, {"calls": "*"}]"#;
    let (status, error) = control(&server, "POST", "faults", both).await;
    assert_eq!(status, "400");
    assert!(
        error["error"].as_str().unwrap().contains("say what goes wrong"),
        "{error}"
    );
    assert_eq!(control(&server, "GET", "faults", "").await.1, json!([]));
    assert_eq!(control(&server, "POST", "clock", "{}").await.0, "400");
    assert_eq!(control(&server, "POST", "faults", "no").await.0, "400");
    assert_eq!(control(&server, "DELETE", "clock", "").await.0, "405");
    assert_eq!(control(&server, "GET", "weather", "").await.0, "404");
}
