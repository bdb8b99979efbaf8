//! A server that knows nothing but recorded answers: which operation a request is for is all that it reads.

use std::sync::{Arc, Mutex};

use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::{TcpListener, TcpStream};

use super::fixture::Answer;

/// A server on a port of its own.
pub struct Server {
    endpoint: String,
    answers: Arc<Vec<Answer>>,
    log: Arc<Log>,
}

#[derive(Default)]
struct Log {
    unanswered: Mutex<Vec<String>>,
    given: Mutex<Vec<String>>,
}

struct Request {
    method: String,
    path: String,
    target: Option<String>,
    body: String,
}

impl Server {
    /// Answers with these until the test ends.
    pub async fn start(answers: Vec<Answer>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let endpoint = format!("http://{}", listener.local_addr().unwrap());
        let (answers, log) = (Arc::new(answers), Arc::new(Log::default()));
        let (known, noted) = (answers.clone(), log.clone());
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                tokio::spawn(talk(stream, known.clone(), noted.clone()));
            }
        });
        Server {
            endpoint,
            answers,
            log,
        }
    }

    /// Where it listens.
    pub fn endpoint(&self) -> &str {
        &self.endpoint
    }

    /// The requests for which nothing was recorded.
    pub fn unanswered(&self) -> Vec<String> {
        self.log.unanswered.lock().unwrap().clone()
    }

    /// The answers of the fixture's own that nobody asked for.
    pub fn unasked(&self) -> Vec<String> {
        let given = self.log.given.lock().unwrap();
        let own = self.answers.iter().filter(|answer| !answer.is_common);
        let unasked = own.filter(|answer| !given.contains(&answer.name));
        unasked.map(|answer| answer.name.clone()).collect()
    }
}

async fn talk(stream: TcpStream, answers: Arc<Vec<Answer>>, log: Arc<Log>) {
    let mut stream = BufReader::new(stream);
    while let Some(request) = read(&mut stream).await {
        let operation = request.operation();
        let asked = format!("{} {}", request.path, request.body);
        let answer = answers.iter().find(|answer| {
            answer.operation == operation && answer.asked.as_ref().is_none_or(|text| asked.contains(text))
        });
        let response = match answer {
            Some(answer) => {
                log.given.lock().unwrap().push(answer.name.clone());
                response("200 OK", &answer.body)
            }
            None => {
                log.unanswered
                    .lock()
                    .unwrap()
                    .push(format!("{operation}: {asked}"));
                response("400 Bad Request", br#"{"__type": "NotRecorded"}"#)
            }
        };
        if stream.write_all(&response).await.is_err() {
            return;
        }
    }
}

async fn read(stream: &mut BufReader<TcpStream>) -> Option<Request> {
    let mut line = String::new();
    stream.read_line(&mut line).await.ok().filter(|read| *read > 0)?;
    let mut words = line.split(' ');
    let mut request = Request {
        method: words.next()?.to_owned(),
        path: decoded(words.next()?),
        target: None,
        body: String::new(),
    };
    let mut length = 0;
    loop {
        let mut header = String::new();
        stream.read_line(&mut header).await.ok()?;
        let Some((name, value)) = header.trim_end().split_once(": ") else {
            break;
        };
        match name.to_ascii_lowercase().as_str() {
            "content-length" => length = value.parse().ok()?,
            "x-amz-target" => request.target = Some(value.to_owned()),
            _ => {}
        }
    }
    let mut body = vec![0; length];
    stream.read_exact(&mut body).await.ok()?;
    request.body = decoded(&String::from_utf8(body).ok()?);
    Some(request)
}

impl Request {
    fn operation(&self) -> String {
        if let Some((_, operation)) = self.target.as_ref().and_then(|target| target.split_once('.')) {
            return operation.to_owned();
        }
        let action = self.body.split('&').find_map(|pair| pair.strip_prefix("Action="));
        action.map_or_else(|| self.of_path().to_owned(), str::to_owned)
    }

    /// The REST services tell the operation by the path.
    fn of_path(&self) -> &'static str {
        let path = self.path.split('?').next().unwrap_or_default();
        let parts: Vec<&str> = path.split('/').filter(|part| !part.is_empty()).collect();
        match (self.method.as_str(), &*parts) {
            ("GET", [_, "hostedzone", _, "rrset"]) => "ListResourceRecordSets",
            ("GET", [_, "hostedzone", _]) => "GetHostedZone",
            ("GET", ["schedules"]) => "ListSchedules",
            ("GET", ["schedules", _]) => "GetSchedule",
            ("GET", ["schedule-groups", _]) => "GetScheduleGroup",
            ("GET", ["tags", ..]) => "ListTagsForResource",
            _ => "an operation that no fixture knows",
        }
    }
}

fn response(status: &str, body: &[u8]) -> Vec<u8> {
    let mut response = format!(
        "HTTP/1.1 {status}\r\nx-amzn-requestid: 8a4e1f6e\r\ncontent-length: {}\r\n\r\n",
        body.len()
    )
    .into_bytes();
    response.extend_from_slice(body);
    response
}

/// Undoes percent signs, which forms and paths have.
fn decoded(text: &str) -> String {
    let mut bytes = Vec::new();
    let mut rest = text.as_bytes();
    while let [first, tail @ ..] = rest {
        let escaped = match (first, tail) {
            (b'%', [high, low, ..]) => std::str::from_utf8(&[*high, *low])
                .ok()
                .and_then(|digits| u8::from_str_radix(digits, 16).ok()),
            _ => None,
        };
        bytes.push(escaped.unwrap_or(*first));
        rest = if escaped.is_some() { &tail[2..] } else { tail };
    }
    String::from_utf8_lossy(&bytes).into_owned()
}
