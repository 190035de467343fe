//! The facts under a key, and what is said to its open streams. None of these requests is counted.

use std::time::Duration;

use axum::{
    Json,
    extract::{FromRef, FromRequestParts, Path, Query, rejection::PathRejection},
    http::{StatusCode, request::Parts},
};
use bytes::Bytes;
use serde::{Deserialize, Serialize};

use super::BadRequest;
use crate::counts::{Asked, Counts, Key, Refusals, Registry};

/// How long `/counts/{key}/wait` waits when it is not told.
const DEFAULT_WAIT_MS: u64 = 10_000;

/// The key is named in the path.
impl<S: Send + Sync> FromRequestParts<S> for Key
where
    Registry: FromRef<S>,
{
    type Rejection = PathRejection;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, PathRejection> {
        let Path(name) = Path::<String>::from_request_parts(parts, state).await?;
        Ok(Registry::from_ref(state).key(&name))
    }
}

pub(super) async fn counts(key: Key) -> Json<Counts> {
    Json(key.counts())
}

/// What to wait for; all that is named must hold.
///
/// A misspelt name is refused: it would make a test wait for nothing.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Awaited {
    /// At least so many.
    opened: Option<u64>,
    /// Exactly so many.
    open: Option<u64>,
    /// At least so many.
    requests: Option<u64>,
    /// At least so many, and noticed at every MiB and whenever a stream opens or closes.
    written: Option<u64>,
    /// Exactly so many.
    held: Option<u64>,
    /// At least so many.
    aborted: Option<u64>,
    timeout_ms: Option<u64>,
}

pub(super) async fn wait(
    key: Key,
    Query(awaited): Query<Awaited>,
) -> Result<(StatusCode, Json<Counts>), BadRequest> {
    let named = [
        awaited.opened,
        awaited.open,
        awaited.requests,
        awaited.written,
        awaited.held,
        awaited.aborted,
    ];
    if named == [None; 6] {
        let message = "name what to wait for: opened, open, requests, written, held or aborted";
        return Err(BadRequest(message.to_owned()));
    }
    let timeout = Duration::from_millis(awaited.timeout_ms.unwrap_or(DEFAULT_WAIT_MS));
    let condition = |counts: &Counts| {
        awaited.opened.is_none_or(|opened| counts.opened >= opened)
            && awaited.open.is_none_or(|open| counts.open == open)
            && awaited.requests.is_none_or(|n| counts.requests >= n)
            && awaited.written.is_none_or(|n| counts.written >= n)
            && awaited.held.is_none_or(|held| counts.held == held)
            && awaited.aborted.is_none_or(|n| counts.aborted >= n)
    };
    Ok(match key.wait(condition, timeout).await {
        Ok(counts) => (StatusCode::OK, Json(counts)),
        Err(counts) => (StatusCode::CONFLICT, Json(counts)),
    })
}

pub(super) async fn requests(key: Key) -> Json<Vec<Asked>> {
    Json(key.asked())
}

/// The answer of the control routes.
#[derive(Serialize)]
pub(super) struct Reached {
    streams: usize,
}

fn reached(streams: usize) -> Json<Reached> {
    Json(Reached { streams })
}

pub(super) async fn send(key: Key, bytes: Bytes) -> Json<Reached> {
    reached(key.send(&bytes))
}

pub(super) async fn end(key: Key) -> Json<Reached> {
    reached(key.end())
}

pub(super) async fn close(key: Key) -> Json<Reached> {
    reached(key.close())
}

pub(super) async fn cut(key: Key) -> Json<Reached> {
    reached(key.cut().await)
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Refuse {
    times: Option<u64>,
}

pub(super) async fn refuse(key: Key, Query(refuse): Query<Refuse>) -> Json<Reached> {
    key.refuse(refuse.times.map_or(Refusals::UntilLifted, Refusals::Times));
    // It reaches no open stream, only the requests to come.
    reached(0)
}
