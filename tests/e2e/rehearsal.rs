//! `sendo sandbox` for who rehearses: trouble ordered on the command line and from outside.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::process::Child;

use serde_json::{Value, json};

use super::harness::Stage;

/// A sandbox of the binary, which ends with the test.
struct Rehearsal {
    server: Child,
    address: String,
}

impl Rehearsal {
    fn with(stage: &Stage, options: &[&str]) -> Self {
        let begin = ["sandbox", "--listen", "127.0.0.1:0", "-o", "json", "--seed"];
        let mut server = stage.sendo(&[&begin, options].concat()).start();
        let mut line = String::new();
        BufReader::new(server.stdout.take().unwrap())
            .read_line(&mut line)
            .unwrap();
        let told: Value = serde_json::from_str(&line).unwrap();
        let address = told["endpoint"]
            .as_str()
            .unwrap()
            .strip_prefix("http://")
            .unwrap()
            .to_owned();
        Self { server, address }
    }

    fn endpoint(&self) -> String {
        format!("http://{}", self.address)
    }

    /// Asks the sandbox itself.
    fn ask(&self, method: &str, path: &str, body: &str) -> Value {
        let mut stream = TcpStream::connect(&self.address).unwrap();
        let length = body.len();
        let head = format!("{method} /_sandbox/{path} HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n");
        write!(stream, "{head}content-length: {length}\r\n\r\n{body}").unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        serde_json::from_str(answer.split_once("\r\n\r\n").unwrap().1).unwrap()
    }
}

impl Drop for Rehearsal {
    fn drop(&mut self) {
        self.server.kill().unwrap();
        self.server.wait().unwrap();
    }
}

#[tokio::test]
async fn trouble_is_ordered_on_the_command_line_and_told_from_outside() {
    let stage = Stage::new().await;
    let rehearsal = Rehearsal::with(
        &stage,
        &[
            "--fault=ecs:CreateService nth=3 code=ThrottlingException",
            "--fault=writes share=0.1 seed=7 code=failure",
            "--latency=30ms",
            "--latency=ecs:CreateService=2s",
            "--throttle=aws",
            "--throttle=ecs:RunTask rate=1 burst=5",
            "--stale=ecs=5s",
            "--clock=manual",
        ],
    );
    let ordered = ["faults", "latency", "throttle", "stale"].map(|about| rehearsal.ask("GET", about, ""));
    assert_eq!(
        ordered,
        [
            json!([
                {"calls": "ecs:CreateService", "nth": 3, "code": "ThrottlingException", "status": 400, "message": "asked for", "seen": 0, "hit": 0},
                {"calls": "writes", "share": 0.1, "seed": 7, "code": "failure", "seen": 0, "hit": 0},
            ]),
            json!([{"calls": "*", "takes": "30ms"}, {"calls": "ecs:CreateService", "takes": "2s"}]),
            json!([{"calls": "aws"}, {"calls": "ecs:RunTask", "rate": 1.0, "burst": 5.0}]),
            json!([{"calls": "ecs:*", "by": "5s"}]),
        ]
    );
    let now = rehearsal.ask("GET", "clock", "");
    assert_eq!(rehearsal.ask("GET", "clock", ""), now, "it stands still");
}

#[tokio::test]
async fn a_rehearsed_apply_meets_the_fault_that_was_ordered() {
    let stage = Stage::new().await.copy_of("manifests/starter");
    let rehearsal = Rehearsal::with(&stage, &["--clock=100x"]);
    let orders = json!({"calls": "ecs:CreateService", "first": 1, "code": "InvalidParameterException", "message": "No subnets."});
    rehearsal.ask("POST", "faults", &orders.to_string());
    let apply = || {
        stage
            .sendo(&["apply", "--yes"])
            .env("AWS_ENDPOINT_URL", &rehearsal.endpoint())
    };
    apply()
        .run()
        .await
        .exits(1)
        .says("InvalidParameterException: No subnets.");
    let calls = rehearsal.ask("GET", "calls", "");
    assert_eq!(calls["counts"]["ecs:CreateService"], 1, "{}", calls["counts"]);
    assert_eq!(rehearsal.ask("GET", "faults", "")[0]["hit"], 1);
    apply().run().await.exits(0);
}

#[tokio::test]
async fn what_cannot_be_ordered_is_refused_with_what_to_write() {
    let stage = Stage::new().await;
    let wrong = [
        ("--fault=s3:PutObject code=failure", "there is no service `s3`"),
        ("--fault=ecs:RunTask", "say what goes wrong"),
        ("--latency=soon", "`soon` is no time"),
        ("--throttle=ecs:RunTask", "`rate` is missing"),
        ("--clock=fast", "`fast` is no clock"),
    ];
    for (option, said) in wrong {
        stage.sendo(&["sandbox", option]).run().await.exits(1).says(said);
    }
}
