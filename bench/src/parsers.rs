//! The parsers of the format in Rust, each fed the same bytes in the same pieces; pure, so that they
//! run on the host and in a page.

use std::{
    convert::Infallible,
    hash::{DefaultHasher, Hash, Hasher},
    pin::pin,
    task::{Context, Poll, Waker},
};

use bytes::Bytes;
use eventsource_stream::Eventsource;
use futures_core::Stream;
use futures_util::stream;
use wasm_eventsource::parser::{Parser, Step};

/// What each is called, with the function that runs it.
pub const PARSERS: [(&str, Run); 5] = [
    ("wasm-eventsource", ours),
    ("sse-core", sse_core),
    ("sse-stream", sse_stream),
    ("sseer", sseer),
    ("eventsource-stream", eventsource_stream),
];

/// What the bytes are, and their text.
pub const CORPORA: [(&str, Text); 3] = [
    ("100-byte events", ticks),
    ("tokens", tokens),
    ("everything", everything),
];

/// In how large pieces they come, and what that is called; `usize::MAX` is all at once.
pub const CHUNKINGS: [(&str, usize); 4] = [
    ("1 B", 1),
    ("64 B", 64),
    ("16 KiB", 16 << 10),
    ("whole", usize::MAX),
];

/// As much as is parsed at once. More would be unfair to parsers that move what they have not parsed,
/// and a debug build is not for figures.
const CORPUS: usize = if cfg!(debug_assertions) {
    16 << 10
} else {
    256 << 10
};

type Text = fn() -> String;
type Run = fn(&Bytes, usize, &mut dyn FnMut(&str, &str));

/// Looks at all that was found, so that no parser can leave it away.
pub fn measure(run: Run, bytes: &Bytes, chunk: usize) -> usize {
    let mut length = 0;
    run(bytes, chunk, &mut |event, data| {
        length += event.len() + data.len();
    });
    length
}

/// What was found: how many events, and the hash of their types and data.
pub fn digest(run: Run, bytes: &Bytes, chunk: usize) -> (usize, u64) {
    let mut count = 0;
    let mut hash = DefaultHasher::new();
    run(bytes, chunk, &mut |event, data| {
        count += 1;
        (event, data).hash(&mut hash);
    });
    (count, hash.finish())
}

/// Whether all parsers find the same in each corpus and each chunking; else what is different.
pub fn check() -> Result<(), String> {
    for (corpus, text) in CORPORA {
        let bytes = Bytes::from(text());
        let (_, first) = PARSERS[0];
        let expected = digest(first, &bytes, usize::MAX);
        for (chunking, chunk) in CHUNKINGS {
            for (name, run) in PARSERS {
                let found = digest(run, &bytes, chunk);
                if found != expected {
                    return Err(format!(
                        "{name} finds something else in {corpus}, {chunking}: {} events and not {}",
                        found.0, expected.0
                    ));
                }
            }
        }
    }
    Ok(())
}

fn ours(bytes: &Bytes, chunk: usize, found: &mut dyn FnMut(&str, &str)) {
    let mut parser = Parser::new();
    for chunk in bytes.chunks(chunk) {
        parser.parse(chunk, |parser, step| {
            if step == Step::Event {
                found(parser.event_type(), &parser.data());
            }
        });
    }
}

fn sse_core(bytes: &Bytes, chunk: usize, found: &mut dyn FnMut(&str, &str)) {
    let mut decoder = sse_core::SseDecoder::new();
    for mut chunk in bytes.chunks(chunk) {
        while let Some(event) = decoder.next(&mut chunk) {
            if let Ok(sse_core::SseEvent::Message(message)) = event {
                found(&message.event, &message.data);
            }
        }
    }
}

fn sse_stream(bytes: &Bytes, chunk: usize, found: &mut dyn FnMut(&str, &str)) {
    let chunks = stream::iter(bytes.chunks(chunk).map(Ok::<_, Infallible>));
    drain(sse_stream::SseByteStream::new(chunks), |event| {
        // It also gives what the standard does not dispatch.
        if let Ok(event) = event
            && let Some(data) = &event.data
        {
            found(event.event.as_deref().unwrap_or("message"), data);
        }
    });
}

fn sseer(bytes: &Bytes, chunk: usize, found: &mut dyn FnMut(&str, &str)) {
    // It takes over what it is given, so it gets parts of the whole instead of copies.
    let starts = (0..bytes.len()).step_by(chunk);
    let chunks =
        starts.map(|start| bytes.slice(start..bytes.len().min(start.saturating_add(chunk))));
    let chunks = stream::iter(chunks.map(Ok::<_, Infallible>));
    drain(sseer::event_stream::EventStream::new(chunks), |event| {
        if let Ok(event) = event {
            found(&event.event, &event.data);
        }
    });
}

fn eventsource_stream(bytes: &Bytes, chunk: usize, found: &mut dyn FnMut(&str, &str)) {
    let chunks = stream::iter(bytes.chunks(chunk).map(Ok::<_, Infallible>));
    drain(chunks.eventsource(), |event| {
        if let Ok(event) = event {
            found(&event.event, &event.data);
        }
    });
}

/// All items of a stream that never has to wait.
fn drain<T>(stream: impl Stream<Item = T>, mut each: impl FnMut(T)) {
    let mut stream = pin!(stream);
    let mut context = Context::from_waker(Waker::noop());
    while let Poll::Ready(Some(item)) = stream.as_mut().poll_next(&mut context) {
        each(item);
    }
}

/// As `/burst` sends them.
fn ticks() -> String {
    fill(|n, text| {
        let padding = "abcdefghijklmnopqrstuvwxyz".repeat(4);
        let written = format!("{{\"n\":{n},\"text\":\"\"}}").len();
        *text += &format!(
            "data: {{\"n\":{n},\"text\":\"{}\"}}\n\n",
            &padding[..100 - written]
        );
    })
}

/// As `/tokens` sends them.
fn tokens() -> String {
    const TOKENS: [&str; 8] = ["The", " quick", " brown", " fox", ",", " naï", "ve", " 🦀"];
    fill(|n, text| {
        let token = TOKENS[n % TOKENS.len()];
        *text += &format!(
            "data: {{\"id\":\"chatcmpl-A7x9\",\"object\":\"chat.completion.chunk\",\"created\":1700000000,\
             \"model\":\"example-1\",\"choices\":[{{\"index\":0,\"delta\":{{\"content\":\"{token}\"}},\
             \"finish_reason\":null}}]}}\n\n"
        );
    })
}

/// All that the format has.
fn everything() -> String {
    fill(|n, text| {
        *text += &match n % 4 {
            0 => format!(": ping {n}\nevent: tick\nid: {n}\ndata: {{\"n\":{n}}}\n\n"),
            1 => format!("data: café 🦀 {n}\ndata:\ndata: au lait\n\n"),
            2 => format!("retry: 1000\nunknown: {n}\ndata:{n}\nevent: note\n\n"),
            _ => format!("event: tick\ndata: {}\n\n", "long ".repeat(n % 300)),
        };
    })
}

fn fill(mut event: impl FnMut(usize, &mut String)) -> String {
    let mut text = String::new();
    let mut n = 0;
    while text.len() < CORPUS {
        n += 1;
        event(n, &mut text);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_parsers_find_the_same_in_each_corpus_and_each_chunking() {
        check().unwrap();
    }

    #[test]
    fn what_is_not_found_is_noticed() {
        let bytes = Bytes::from_static(b"data: a\n\ndata: b\n\n");
        let less = bytes.slice(..9);
        assert_eq!(digest(ours, &bytes, 1).0, 2);
        assert_ne!(digest(ours, &bytes, 1), digest(ours, &less, 1));
    }
}
