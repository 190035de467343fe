//! Streams that break: in the middle of an event, of a character, or before any answer.

use std::time::Duration;

use axum::{Extension, extract::Query, response::Response};
use bytes::Bytes;
use serde::Deserialize;

use super::endings::numbered;
use crate::{
    client::Client,
    sse,
    stream::{Ending, Output},
};

/// How a body is broken off.
#[derive(Clone, Copy, Default, Deserialize)]
#[serde(rename_all = "lowercase")]
enum How {
    /// The TCP connection is closed in the middle of the chunked body.
    #[default]
    Cut,
    /// The body ends properly, only too early.
    End,
}

#[derive(Deserialize)]
pub(super) struct Break {
    #[serde(default)]
    how: How,
    n: Option<u64>,
}

pub(super) async fn cut_event(client: Extension<Client>, Query(at): Query<Break>) -> Response {
    broken(client, at, b"event: test\ndata: {\"n\":")
}

pub(super) async fn cut_utf8(client: Extension<Client>, Query(at): Query<Break>) -> Response {
    // The first two bytes of the four of a crab.
    broken(client, at, b"data: crab \xF0\x9F")
}

/// Some whole events after the last that the client has, and then a piece of one.
fn broken(Extension(client): Extension<Client>, at: Break, piece: &'static [u8]) -> Response {
    let first = client.next_id();
    let whole = at.n.unwrap_or(1);
    client.stream(move |output| async move {
        write_with_a_piece(&output, first, whole, piece).await;
        match at.how {
            How::Cut => Ending::Cut,
            How::End => Ending::End,
        }
    })
}

async fn write_with_a_piece(output: &Output, first: u64, whole: u64, piece: &'static [u8]) {
    for (n, _) in (first..=u64::MAX).zip(0..whole) {
        output.write(numbered("message", n)).await;
    }
    output.write(piece).await;
}

#[derive(Deserialize)]
pub(super) struct Stall {
    n: Option<u64>,
}

/// The connection stays, but nothing more comes: the client alone can tell that it is dead.
pub(super) async fn stall(
    Extension(client): Extension<Client>,
    Query(stall): Query<Stall>,
) -> Response {
    let first = client.next_id();
    client.stream(move |output| async move {
        let whole = stall.n.unwrap_or(3);
        write_with_a_piece(&output, first, whole, b"data: {\"n\":").await;
        std::future::pending().await
    })
}

#[derive(Deserialize)]
pub(super) struct Split {
    pause_ms: Option<u64>,
}

pub(super) async fn split_utf8(
    Extension(client): Extension<Client>,
    Query(split): Query<Split>,
) -> Response {
    let pause = Duration::from_millis(split.pause_ms.unwrap_or(50));
    client.stream(move |output| async move {
        let pieces: [&[u8]; 3] = [
            b"id: 1\ndata: caf\xC3",
            b"\xA9 \xF0\x9F",
            b"\xA6\x80 au lait\n\n",
        ];
        write_apart(&output, &pieces, pause).await;
        output.write(sse::close_event()).await;
        Ending::End
    })
}

/// Writes each piece by itself. The connection is flushed while the pause lasts, so they leave in
/// packets of their own.
async fn write_apart(output: &Output, pieces: &[&'static [u8]], pause: Duration) {
    for piece in pieces {
        output.write(Bytes::from_static(piece)).await;
        tokio::time::sleep(pause).await;
    }
}

pub(super) async fn refuse(Extension(client): Extension<Client>) -> Response {
    client.connection.refuse().await
}
