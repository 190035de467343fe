//! Streams that say what the request said.

use std::time::Duration;

use axum::{
    Extension,
    extract::Query,
    http::{HeaderMap, Method, Uri},
    response::Response,
};
use serde::Deserialize;
use serde_json::json;

use super::{BadRequest, now_ms};
use crate::{
    client::Client,
    counts::Asked,
    sse::{self, Event},
    stream::Ending,
};

#[derive(Deserialize)]
pub(super) struct Pieces {
    chunk: Option<usize>,
    pause_ms: Option<u64>,
}

pub(super) async fn verbatim(
    Extension(client): Extension<Client>,
    Query(pieces): Query<Pieces>,
) -> Result<Response, BadRequest> {
    if pieces.chunk == Some(0) {
        return Err(BadRequest("chunk must be at least 1".to_owned()));
    }
    let mut left = client.body.clone();
    Ok(client.stream(move |output| async move {
        while !left.is_empty() {
            let length = pieces.chunk.unwrap_or(left.len()).min(left.len());
            output.write(left.split_to(length)).await;
            if let (Some(pause), false) = (pieces.pause_ms, left.is_empty()) {
                tokio::time::sleep(Duration::from_millis(pause)).await;
            }
        }
        Ending::End
    }))
}

pub(super) async fn headers(
    Extension(client): Extension<Client>,
    method: Method,
    uri: Uri,
    headers: HeaderMap,
) -> Response {
    let asked = Asked::new(now_ms(), &method, &uri, &headers, &client.body);
    client.stream(move |output| async move {
        output.write(Event::new().json(&json!(asked))).await;
        output.write(sse::close_event()).await;
        Ending::End
    })
}
