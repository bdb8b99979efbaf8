//! The sandbox on a port: HTTP/1.1 requests come in, are read, run and answered.

use std::io;
use std::time::Duration;

use http_body_util::{BodyExt, Full, Limited};
use hyper::body::{Bytes, Incoming as Body};
use hyper::header::{CONTENT_TYPE, HeaderName, HeaderValue};
use hyper::service::service_fn;
use hyper::{Request, Response, StatusCode};
use hyper_util::rt::{TokioIo, TokioTimer};
use sha2::{Digest, Sha256};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::{JoinHandle, JoinSet};
use tokio_util::sync::CancellationToken;

use crate::auth;
use crate::control;
use crate::protocol::{self, Outgoing};
use crate::sandbox::Sandbox;

/// Larger than any request AWS takes.
const LARGEST_BODY: usize = 8 * 1024 * 1024;

/// A sandbox that listens.
#[derive(Debug)]
pub struct Server {
    endpoint: String,
    stop: CancellationToken,
    task: JoinHandle<()>,
}

impl Server {
    /// The URL to give to an SDK.
    pub fn endpoint(&self) -> &str {
        &self.endpoint
    }

    /// Stops listening, and returns when the requests in flight are answered.
    pub async fn shutdown(self) {
        self.stop.cancel();
        // The task fails only when it was cancelled, and then it has ended too.
        let _ = self.task.await;
    }
}

impl Sandbox {
    /// Serves requests on a listener until the server is shut down. Must run inside a tokio runtime.
    ///
    /// # Errors
    /// When the listener has no address.
    pub fn serve(&self, listener: TcpListener) -> io::Result<Server> {
        let endpoint = format!("http://{}", listener.local_addr()?);
        let stop = CancellationToken::new();
        let task = tokio::spawn(accept(self.clone(), listener, stop.clone()));
        Ok(Server { endpoint, stop, task })
    }
}

async fn accept(sandbox: Sandbox, listener: TcpListener, stop: CancellationToken) {
    let mut connections = JoinSet::new();
    loop {
        tokio::select! {
            () = stop.cancelled() => break,
            accepted = listener.accept() => match accepted {
                Ok((stream, _)) => {
                    connections.spawn(connection(sandbox.clone(), stream, stop.clone()));
                }
                Err(error) => {
                    tracing::warn!(%error, "failed to accept a connection");
                    pause(Duration::from_millis(20)).await;
                }
            },
            Some(_) = connections.join_next() => {}
        }
    }
    drop(listener);
    while connections.join_next().await.is_some() {}
}

async fn connection(sandbox: Sandbox, stream: TcpStream, stop: CancellationToken) {
    let _ = stream.set_nodelay(true);
    let service = service_fn(move |request| {
        let sandbox = sandbox.clone();
        async move { respond(&sandbox, request).await }
    });
    let mut builder = hyper::server::conn::http1::Builder::new();
    let serving = builder
        .timer(TokioTimer::new())
        .serve_connection(TokioIo::new(stream), service);
    let mut serving = std::pin::pin!(serving);
    let ended = tokio::select! {
        ended = serving.as_mut() => ended,
        () = stop.cancelled() => {
            serving.as_mut().graceful_shutdown();
            serving.await
        }
    };
    if let Err(error) = ended {
        tracing::debug!(%error, "a connection ended early");
    }
}

/// A request that shall not be answered; hyper then closes the connection.
#[derive(Debug, thiserror::Error)]
#[error("the answer is dropped on purpose")]
struct Dropped;

async fn respond(sandbox: &Sandbox, request: Request<Body>) -> Result<Response<Full<Bytes>>, Dropped> {
    let (head, body) = request.into_parts();
    let Ok(body) = Limited::new(body, LARGEST_BODY).collect().await else {
        return Ok(plain(StatusCode::PAYLOAD_TOO_LARGE));
    };
    let body = body.to_bytes();
    let query = head.uri.query().unwrap_or_default();
    if let Some(reply) = control::answer(sandbox, &head.method, head.uri.path(), query, &body) {
        return Ok(of_json(reply));
    }
    let request_id = request_id(sandbox, &body);
    let request = protocol::Request {
        method: &head.method,
        uri: &head.uri,
        headers: &head.headers,
        body: &body,
    };
    let outgoing = answer(sandbox, &request, &request_id).await.ok_or(Dropped)?;
    Ok(response(outgoing, &request_id))
}

async fn answer(sandbox: &Sandbox, request: &protocol::Request<'_>, request_id: &str) -> Option<Outgoing> {
    let incoming = match protocol::read(request) {
        Ok(incoming) => incoming,
        Err(unreadable) => {
            sandbox.note_unreadable(&unreadable);
            let (service, error) = (unreadable.service, &unreadable.error);
            return Some(protocol::write_error(
                unreadable.protocol,
                service,
                error,
                request_id,
            ));
        }
    };
    let (service, operation) = (incoming.service, incoming.operation.clone());
    let caller = auth::caller(request.headers, service, &operation);
    // Who hangs up on the way may or may not have had its effect, as on AWS.
    let half = sandbox.latency(service.name(), &operation) / 2;
    pause(half).await;
    let answer = sandbox.serve_call(caller, incoming);
    pause(half).await;
    let answer = answer?;
    Some(protocol::write(service, &operation, &answer, request_id))
}

async fn pause(time: Duration) {
    if !time.is_zero() {
        tokio::time::sleep(time).await;
    }
}

fn response(outgoing: Outgoing, request_id: &str) -> Response<Full<Bytes>> {
    const REQUEST_ID: HeaderName = HeaderName::from_static("x-amzn-requestid");
    const ERROR_TYPE: HeaderName = HeaderName::from_static("x-amzn-errortype");
    let mut builder = Response::builder()
        .status(outgoing.status)
        .header(CONTENT_TYPE, outgoing.content_type)
        .header(REQUEST_ID, request_id);
    if let Some(code) = outgoing.error_type {
        builder = builder.header(ERROR_TYPE, code);
    }
    builder
        .body(Full::from(outgoing.body))
        .unwrap_or_else(|_| plain(StatusCode::INTERNAL_SERVER_ERROR))
}

fn of_json((status, body): control::Reply) -> Response<Full<Bytes>> {
    let mut response = Response::new(Full::from(format!("{body}\n")));
    *response.status_mut() = StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    response
        .headers_mut()
        .insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    response
}

fn plain(status: StatusCode) -> Response<Full<Bytes>> {
    let mut response = Response::new(Full::default());
    *response.status_mut() = status;
    response
}

fn request_id(sandbox: &Sandbox, body: &[u8]) -> String {
    let number = sandbox.next_request();
    let digest = Sha256::new()
        .chain_update(number.to_be_bytes())
        .chain_update(body)
        .finalize();
    let digits = data_encoding::HEXLOWER.encode(&digest[..16]);
    format!(
        "{}-{}-{}-{}-{}",
        &digits[..8],
        &digits[8..12],
        &digits[12..16],
        &digits[16..20],
        &digits[20..]
    )
}

#[cfg(test)]
mod tests;
