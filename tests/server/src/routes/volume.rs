//! Much at once: floods of small events, and one event of any size.

use std::fmt::Write;

use axum::{
    Extension,
    extract::{Path, Query},
    response::Response,
};
use bytes::{BufMut, Bytes, BytesMut};
use serde::Deserialize;

use super::{BadRequest, event_name};
use crate::{client::Client, sse, stream::Ending};

/// How much is written at once: enough to make the cost of a write small.
pub(super) const CHUNK: usize = 64 * 1024;

/// The most that `size` may ask for, since each event is made in memory.
const LARGEST_EVENT: usize = 1 << 20;

/// The most that `names` may ask for.
const MOST_NAMES: usize = 10_000;

#[derive(Deserialize)]
pub(super) struct Burst {
    size: Option<usize>,
    event: Option<String>,
    names: Option<usize>,
}

pub(super) async fn burst(
    Extension(client): Extension<Client>,
    Path(n): Path<u64>,
    Query(parameters): Query<Burst>,
) -> Result<Response, BadRequest> {
    let size = event_size(parameters.size.unwrap_or(100))?;
    let prefixes = prefixes(parameters.event.as_deref(), parameters.names)?;
    let padding: String = alphabet().take(size).collect();
    Ok(client.stream(move |output| async move {
        let mut chunk = BytesMut::with_capacity(CHUNK + size + 64);
        for (n, prefix) in (1..=n).zip(prefixes.iter().cycle()) {
            put_numbered(&mut chunk, prefix, n, size, &padding);
            if chunk.len() >= CHUNK {
                output.write(chunk.split()).await;
                chunk.reserve(CHUNK + size + 64);
            }
        }
        chunk.put(sse::close_event());
        output.write(chunk).await;
        Ending::End
    }))
}

/// What comes before the data of each event, in turns.
fn prefixes(event: Option<&str>, names: Option<usize>) -> Result<Vec<String>, BadRequest> {
    let named = |name: &str| format!("event: {name}\ndata: ");
    match (event.map(event_name).transpose()?, names) {
        (Some(_), Some(_)) => Err(BadRequest(
            "event is one name and names a number of them: give one of the two".to_owned(),
        )),
        (None, Some(names)) if (1..=MOST_NAMES).contains(&names) => {
            Ok((0..names).map(|name| named(&format!("e{name}"))).collect())
        }
        (None, Some(_)) => Err(BadRequest(format!("names must be from 1 to {MOST_NAMES}"))),
        (None | Some("message"), None) => Ok(vec!["data: ".to_owned()]),
        (Some(name), None) => Ok(vec![named(name)]),
    }
}

#[derive(Deserialize)]
pub(super) struct Flood {
    size: Option<usize>,
}

pub(super) async fn flood(
    Extension(client): Extension<Client>,
    Path(megabytes): Path<u64>,
    Query(parameters): Query<Flood>,
) -> Result<Response, BadRequest> {
    let size = event_size(parameters.size.unwrap_or(CHUNK))?;
    let padding: String = alphabet().take(size).collect();
    Ok(client.stream(move |output| async move {
        let mut left = megabytes.saturating_mul(1 << 20);
        let mut n = 0;
        while left > 0 {
            let mut chunk = BytesMut::with_capacity(CHUNK + size + 64);
            while chunk.len() < CHUNK && (chunk.len() as u64) < left {
                n += 1;
                put_numbered(&mut chunk, "data: ", n, size, &padding);
            }
            left = left.saturating_sub(chunk.len() as u64);
            output.write(chunk).await;
        }
        output.write(sse::close_event()).await;
        Ending::End
    }))
}

fn event_size(size: usize) -> Result<usize, BadRequest> {
    if size > LARGEST_EVENT {
        let message = format!("size must be at most {LARGEST_EVENT}; see /huge for more");
        return Err(BadRequest(message));
    }
    Ok(size)
}

/// Appends an event whose data has just `size` bytes, or as few as the number needs.
fn put_numbered(chunk: &mut BytesMut, prefix: &str, n: u64, size: usize, padding: &str) {
    chunk.put_slice(prefix.as_bytes());
    let start = chunk.len();
    // Writing to a `BytesMut` fails only at the end of memory.
    let _ = write!(chunk, "{{\"n\":{n},\"text\":\"");
    let written = chunk.len() - start + "\"}".len();
    chunk.put_slice(&padding.as_bytes()[..size.saturating_sub(written)]);
    chunk.put_slice(b"\"}\n\n");
}

fn alphabet() -> impl Iterator<Item = char> {
    ('a'..='z').cycle()
}

pub(super) async fn huge(Extension(client): Extension<Client>, Path(bytes): Path<u64>) -> Response {
    client.stream(move |output| async move {
        // A whole number of alphabets, so that the pattern goes on from chunk to chunk.
        let pattern: Bytes = alphabet().take(CHUNK / 26 * 26).collect::<String>().into();
        output.write("data: ").await;
        let mut left = bytes;
        while left > 0 {
            let length = pattern
                .len()
                .min(usize::try_from(left).unwrap_or(usize::MAX));
            output.write(pattern.slice(..length)).await;
            left -= length as u64;
        }
        output.write("\n\n").await;
        output.write(sse::close_event()).await;
        Ending::End
    })
}
