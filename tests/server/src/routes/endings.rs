//! Streams of numbered events that end: with the close event, or so that the browser comes back.

use std::time::Duration;

use axum::{
    Extension,
    extract::{Path, Query},
    response::Response,
};
use bytes::Bytes;
use serde::Deserialize;

use super::{BadRequest, event_name};
use crate::{
    client::Client,
    sse::{self, Event},
    stream::{Ending, Output},
};

#[derive(Deserialize)]
pub(super) struct Numbered {
    event: Option<String>,
    interval_ms: Option<u64>,
}

impl Numbered {
    fn name(&self) -> Result<String, BadRequest> {
        let name = self.event.as_deref().unwrap_or("message");
        event_name(name).map(str::to_owned)
    }

    fn pause(&self) -> Pause {
        Pause(self.interval_ms.map(Duration::from_millis))
    }
}

/// What lies between two events, if anything.
#[derive(Clone, Copy)]
struct Pause(Option<Duration>);

impl Pause {
    async fn rest(self) {
        if let Some(duration) = self.0 {
            tokio::time::sleep(duration).await;
        }
    }
}

pub(super) fn numbered(name: &str, n: u64) -> Bytes {
    Event::new()
        .name(name)
        .id(n)
        .data(&format!("{{\"n\":{n}}}"))
}

async fn write_numbered(
    output: &Output,
    name: &str,
    numbers: std::ops::RangeInclusive<u64>,
    pause: Pause,
) {
    for n in numbers {
        output.write(numbered(name, n)).await;
        pause.rest().await;
    }
}

pub(super) async fn finish(
    Extension(client): Extension<Client>,
    Path(n): Path<u64>,
    Query(parameters): Query<Numbered>,
) -> Result<Response, BadRequest> {
    let name = parameters.name()?;
    Ok(client.stream(move |output| async move {
        write_numbered(&output, &name, 1..=n, parameters.pause()).await;
        output.write(sse::close_event()).await;
        Ending::End
    }))
}

pub(super) async fn end(
    Extension(client): Extension<Client>,
    Path(n): Path<u64>,
    Query(parameters): Query<Numbered>,
) -> Result<Response, BadRequest> {
    let name = parameters.name()?;
    let first = client.next_id();
    let after_last = first.saturating_add(n);
    Ok(client.stream(move |output| async move {
        if n > 0 {
            write_numbered(&output, &name, first..=after_last - 1, parameters.pause()).await;
        }
        Ending::End
    }))
}

/// The events as `/finish` has them, and a comment before each.
pub(super) async fn comments(Extension(client): Extension<Client>, Path(n): Path<u64>) -> Response {
    client.stream(move |output| async move {
        for n in 1..=n {
            output.write(format!(": ping {n}\n")).await;
            output.write(numbered("message", n)).await;
        }
        output.write(sse::close_event()).await;
        Ending::End
    })
}

#[derive(Deserialize)]
pub(super) struct Names {
    names: Option<String>,
}

pub(super) async fn mixed(
    Extension(client): Extension<Client>,
    Path(n): Path<u64>,
    Query(parameters): Query<Names>,
) -> Result<Response, BadRequest> {
    let list = parameters.names.unwrap_or_else(|| "a,b,c".to_owned());
    event_name(&list)?;
    Ok(client.stream(move |output| async move {
        for (n, name) in (1..=n).zip(list.split(',').cycle()) {
            output.write(numbered(name, n)).await;
        }
        output.write(sse::close_event()).await;
        Ending::End
    }))
}

#[derive(Deserialize)]
pub(super) struct CutEvery {
    cut_every: Option<u64>,
}

pub(super) async fn resume(
    Extension(client): Extension<Client>,
    Path(total): Path<u64>,
    Query(parameters): Query<CutEvery>,
) -> Result<Response, BadRequest> {
    let every = parameters.cut_every.unwrap_or(3);
    if every == 0 {
        return Err(BadRequest("cut_every must be at least 1".to_owned()));
    }
    let first = client.next_id();
    let last = total.min(first.saturating_add(every - 1));
    Ok(client.stream(move |output| async move {
        write_numbered(&output, "message", first..=last, Pause(None)).await;
        if last >= total {
            output.write(sse::close_event()).await;
        }
        Ending::End
    }))
}
