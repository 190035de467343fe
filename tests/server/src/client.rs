//! What every stream route knows of the request it answers.
//!
//! The middleware here runs before the stream routes. It counts the request under its key, whatever
//! the route will answer, and carries out the refusals that were asked for.

use axum::{
    extract::{Query, Request, State},
    http::{HeaderValue, Method, StatusCode, header::CONTENT_TYPE},
    middleware::Next,
    response::{IntoResponse, Response},
};
use bytes::Bytes;
use serde::Deserialize;

use crate::{
    counts::{Asked, Key, OpenGuard, Registry},
    routes::{BadRequest, now_ms},
    server::Connection,
    sse,
    stream::{Ending, EventStream, Output},
};

/// The key of the requests that name none.
const DEFAULT_KEY: &str = "default";

/// As much as `/verbatim` and `/kept` may be asked to say.
const MAX_REQUEST_BODY: usize = 64 << 20;

/// The parameters of every stream route. The numbers are texts here, because a request with a bad
/// one is counted too.
#[derive(Deserialize)]
struct Common {
    key: Option<String>,
    retry: Option<String>,
}

impl Common {
    fn key_name(&self) -> String {
        self.key.as_deref().unwrap_or(DEFAULT_KEY).to_owned()
    }
}

/// The client that is to be answered.
#[derive(Clone, Debug)]
pub(crate) struct Client {
    /// The name of its key.
    pub(crate) key_name: String,
    /// The number of this request under its key, from 1.
    pub(crate) number: u64,
    /// The `Last-Event-ID` header, empty if there is none.
    pub(crate) last_event_id: String,
    /// The request's body.
    pub(crate) body: Bytes,
    /// Its connection, to be cut.
    pub(crate) connection: Connection,
    key: Key,
    retry: Option<u64>,
}

impl Client {
    /// The number after the last event's ID, where IDs are numbers from 1.
    pub(crate) fn next_id(&self) -> u64 {
        let last: u64 = self.last_event_id.parse().unwrap_or(0);
        last.saturating_add(1)
    }

    /// Answers with an event stream.
    pub(crate) fn stream<F>(self, script: impl FnOnce(Output) -> F + Send + 'static) -> Response
    where
        F: Future<Output = Ending> + Send + 'static,
    {
        let content_type = HeaderValue::from_static(sse::MEDIA_TYPE);
        self.stream_as(StatusCode::OK, content_type, script)
    }

    /// Answers with a streamed body under any status and content type.
    pub(crate) fn stream_as<F>(
        self,
        status: StatusCode,
        content_type: HeaderValue,
        script: impl FnOnce(Output) -> F + Send + 'static,
    ) -> Response
    where
        F: Future<Output = Ending> + Send + 'static,
    {
        let event_stream = status == StatusCode::OK && is_event_stream(&content_type);
        let (open, commands) = self.key.open(self.connection, event_stream);
        let retry = self.retry;
        let body = EventStream::new(open, commands, |output| async move {
            if let Some(milliseconds) = retry {
                output.write(sse::retry(milliseconds)).await;
            }
            script(output).await
        });
        let body = axum::body::Body::new(body);
        (status, [(CONTENT_TYPE, content_type)], body).into_response()
    }

    /// Counts the request as open while it is not answered.
    pub(crate) fn hold(&self) -> OpenGuard {
        self.key.hold(self.connection.clone())
    }
}

fn is_event_stream(content_type: &HeaderValue) -> bool {
    let essence = content_type.as_bytes().split(|byte| *byte == b';').next();
    essence.is_some_and(|essence| {
        essence
            .trim_ascii()
            .eq_ignore_ascii_case(sse::MEDIA_TYPE.as_bytes())
    })
}

/// The middleware outside of all CORS, which answers preflights itself.
pub(crate) async fn count_preflight(
    State(registry): State<Registry>,
    request: Request,
    next: Next,
) -> Response {
    // A query that cannot be read is left to those who answer.
    if request.method() == Method::OPTIONS
        && let Ok(Query(common)) = Query::<Common>::try_from_uri(request.uri())
    {
        registry.key(&common.key_name()).count_preflight();
    }
    next.run(request).await
}

/// The middleware that refuses preflights, for routes that do not allow what needs one.
pub(crate) async fn refuse_preflight(request: Request, next: Next) -> Response {
    if request.method() == Method::OPTIONS {
        return (StatusCode::FORBIDDEN, "no preflight is allowed here\n").into_response();
    }
    next.run(request).await
}

/// The middleware of the stream routes.
pub(crate) async fn count(
    State(registry): State<Registry>,
    request: Request,
    next: Next,
) -> Response {
    let (mut parts, body) = request.into_parts();
    let common = match Query::<Common>::try_from_uri(&parts.uri) {
        Ok(Query(common)) => common,
        Err(rejection) => return rejection.into_response(),
    };
    let key_name = common.key_name();
    let key = registry.key(&key_name);
    // It is read even where nobody looks at it: a socket closed with unread bytes is reset, and
    // the client might lose what was written before.
    let body = match axum::body::to_bytes(body, MAX_REQUEST_BODY).await {
        Ok(body) => body,
        Err(error) => return BadRequest(format!("request body: {error}")).into_response(),
    };
    let last_event_id = match parts.headers.get("last-event-id") {
        Some(id) => String::from_utf8_lossy(id.as_bytes()).into_owned(),
        None => String::new(),
    };
    let asked = Asked::new(now_ms(), &parts.method, &parts.uri, &parts.headers, &body);
    let number = key.count_request(last_event_id.clone(), asked);
    let connection = parts.extensions.get::<Connection>().cloned();
    let connection = connection.unwrap_or_default();
    if key.take_refusal() {
        return connection.refuse().await;
    }
    let retry = match common.retry.map(|text| text.parse()).transpose() {
        Ok(retry) => retry,
        Err(error) => return BadRequest(format!("retry: {error}")).into_response(),
    };
    parts.extensions.insert(Client {
        key_name,
        number,
        last_event_id,
        body: body.clone(),
        connection,
        key,
        retry,
    });
    next.run(Request::from_parts(parts, body.into())).await
}
