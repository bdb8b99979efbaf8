//! A request and its answer.

use std::io::{Read, Write};
use std::net::TcpStream;

use aws_smithy_runtime_api::client::orchestrator::{HttpRequest, HttpResponse};
use aws_smithy_runtime_api::http::{Response, StatusCode};
use aws_smithy_types::body::SdkBody;

/// A request that was made, and what it was told.
#[derive(Clone, Debug)]
pub struct Exchange {
    /// Which operation it was.
    pub operation: String,
    /// What tells it from other requests.
    pub key: Vec<u8>,
    /// What it was told.
    pub answer: Answer,
}

/// What a request is told.
#[derive(Clone, Debug)]
pub struct Answer {
    /// The HTTP status.
    pub status: u16,
    /// Which content it is.
    pub content_type: String,
    /// The content.
    pub body: Vec<u8>,
}

impl Answer {
    /// There is no such thing.
    pub fn nothing() -> Self {
        Answer {
            status: 404,
            content_type: "application/json".to_owned(),
            body: b"{\"__type\":\"ResourceNotFoundException\"}".to_vec(),
        }
    }

    pub(super) fn response(self) -> HttpResponse {
        let status = StatusCode::try_from(self.status).expect("a status");
        let mut response = Response::new(status, SdkBody::from(self.body));
        response.headers_mut().insert("content-type", self.content_type);
        response
    }
}

/// The operation of a request: a header's, a form's, or the method and the path without names.
pub(super) fn operation(request: &HttpRequest) -> String {
    let header = request.headers().get("x-amz-target");
    if let Some((_, operation)) = header.and_then(|target| target.rsplit_once('.')) {
        return operation.to_owned();
    }
    let body = String::from_utf8_lossy(body(request)).into_owned();
    if let Some(action) = body.strip_prefix("Action=") {
        return action.split('&').next().unwrap_or_default().to_owned();
    }
    let path = path(request);
    let path = path
        .split('?')
        .next()
        .unwrap_or_default()
        .trim_start_matches("/2013-04-01");
    let parts: Vec<&str> = path.trim_matches('/').split('/').collect();
    let shape: String = match parts.as_slice() {
        [whole] => (*whole).to_owned(),
        [first, _] => format!("{first}/*"),
        [first, _, last, ..] => format!("{first}/*/{last}"),
        [] => String::new(),
    };
    format!("{} {shape}", request.method())
}

/// What tells a request from others.
pub(super) fn key(request: &HttpRequest) -> Vec<u8> {
    let target = request.headers().get("x-amz-target").unwrap_or_default();
    let mut key = format!("{} {} {target}\n", request.method(), path(request)).into_bytes();
    key.extend(body(request));
    key
}

fn body(request: &HttpRequest) -> &[u8] {
    request.body().bytes().unwrap_or_default()
}

/// The path and query, whatever host the request is for.
fn path(request: &HttpRequest) -> String {
    let uri = request.uri();
    let behind = uri.split_once("://").map_or(uri, |(_, rest)| rest);
    behind.find('/').map_or("/", |at| &behind[at..]).to_owned()
}

/// Sends the request to a server of this machine and reads its answer.
pub(super) fn send(request: &HttpRequest, address: &str) -> std::io::Result<Answer> {
    let mut stream = TcpStream::connect(address)?;
    let body = body(request);
    let mut head = format!(
        "{} {} HTTP/1.1\r\nhost: {address}\r\n",
        request.method(),
        path(request)
    );
    for (name, value) in request.headers().iter() {
        if !matches!(name, "host" | "content-length" | "connection") {
            head.push_str(&format!("{name}: {value}\r\n"));
        }
    }
    head.push_str(&format!(
        "content-length: {}\r\nconnection: close\r\n\r\n",
        body.len()
    ));
    stream.write_all(head.as_bytes())?;
    stream.write_all(body)?;
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer)?;
    Ok(read(&answer))
}

fn read(answer: &[u8]) -> Answer {
    let end = answer.windows(4).position(|window| window == b"\r\n\r\n");
    let end = end.expect("an answer has a head");
    let head = String::from_utf8_lossy(&answer[..end]).into_owned();
    let status = head.split(' ').nth(1).and_then(|status| status.parse().ok());
    let content_type = head.lines().find_map(|line| line.strip_prefix("content-type: "));
    Answer {
        status: status.expect("an answer has a status"),
        content_type: content_type.unwrap_or_default().to_owned(),
        body: answer[end + 4..].to_vec(),
    }
}
