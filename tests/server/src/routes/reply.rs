//! A reply streamed token by token, as language models do it, ended by the data `[DONE]`.

use std::time::Duration;

use axum::{
    Extension,
    extract::{Path, Query},
    response::Response,
};
use bytes::{Bytes, BytesMut};
use serde::Deserialize;
use serde_json::json;

use super::volume::CHUNK;
use crate::{client::Client, sse::Event, stream::Ending};

const ABOUT_EVENTS: &str = "\
Server-sent events are the quiet way for a server to keep a page up to date. 🌿 The page asks once, \
with an ordinary HTTP request, and the server simply does not finish its answer: whenever something \
happens, it writes a few lines of text and an empty line, and the browser hands them to your code \
as one event.

There is no new protocol to learn, no handshake and no frame to count. An event may have a name, \
an id and some data – “data: hello” is already enough. If the connection breaks, the browser comes \
back by itself after a while and says which id it saw last, so nothing needs to be lost.

And when there is nothing more to say, a polite server says so. A last event, a clear goodbye, and \
both sides can close the door: à bientôt, またね! 👋🏽";

const ABOUT_RECONNECTING: &str = "\
When a stream breaks, the browser waits and then asks again. 🔁 How long it waits is up to the \
server: one line, “retry: 1000”, and it will be a second. The new request carries the header \
Last-Event-ID, and a good server goes on right after that event.

Only a few answers stop it for good: the status 204, any other status that is not 200, or a body \
that is no event stream. Everything else is just weather. ⛅";

const ABOUT_RUST: &str = "\
In Rust a stream of events is, well, a Stream. 🦀 You await the next one in a loop, each arrives \
as a value of your own type, and when the server says goodbye the loop ends, as loops should.

Dropping the stream closes the connection; there is nothing to forget and nothing to clean up. \
Compiled to WebAssembly, the same few lines run in every browser – naïve, but très joli. ✨";

/// What a language model would be asked with; in the address or in a JSON body.
#[derive(Default, Deserialize)]
pub(super) struct Prompt {
    prompt: Option<String>,
}

#[derive(Deserialize)]
pub(super) struct Pace {
    pace_ms: Option<u64>,
}

pub(super) async fn reply(
    Extension(client): Extension<Client>,
    Query(in_address): Query<Prompt>,
    Query(pace): Query<Pace>,
) -> Response {
    let in_body: Prompt = serde_json::from_slice(&client.body).unwrap_or_default();
    let prompt = in_address.prompt.or(in_body.prompt).unwrap_or_default();
    let text = text_for(&prompt);
    client.stream(move |output| async move {
        for (index, token) in tokens(text).into_iter().enumerate() {
            let pause = pace.pace_ms.unwrap_or_else(|| uneven(index));
            tokio::time::sleep(Duration::from_millis(pause)).await;
            output
                .write(Event::new().json(&json!({ "token": token })))
                .await;
        }
        output.write(Event::new().data("[DONE]")).await;
        Ending::End
    })
}

/// As fast as possible, and each token in as much around it as the large services send.
pub(super) async fn tokens_at_once(
    Extension(client): Extension<Client>,
    Path(n): Path<u64>,
) -> Response {
    client.stream(move |output| async move {
        let texts = [ABOUT_EVENTS, ABOUT_RECONNECTING, ABOUT_RUST];
        let tokens: Vec<&str> = texts.into_iter().flat_map(tokens).collect();
        let mut chunk = BytesMut::new();
        for (n, token) in (1..=n).zip(tokens.into_iter().cycle()) {
            chunk.extend_from_slice(&completion(n, token));
            if chunk.len() >= CHUNK {
                output.write(chunk.split()).await;
            }
        }
        chunk.extend_from_slice(&Event::new().data("[DONE]"));
        output.write(chunk).await;
        Ending::End
    })
}

/// One token as a chunk of a chat completion; `created` is a second later every 50 tokens.
fn completion(n: u64, token: &str) -> Bytes {
    // Not by `json!`, which would sort the names.
    let content = json!(token);
    Event::new().data(&format!(
        "{{\"id\":\"chatcmpl-A7x9\",\"object\":\"chat.completion.chunk\",\"created\":{},\
         \"model\":\"example-1\",\"choices\":[{{\"index\":0,\"delta\":{{\"content\":{content}}},\
         \"finish_reason\":null}}]}}",
        1_700_000_000 + n / 50
    ))
}

fn text_for(prompt: &str) -> &'static str {
    let prompt = prompt.to_lowercase();
    let has = |words: &[&str]| words.iter().any(|word| prompt.contains(word));
    if has(&["rust", "wasm", "webassembly"]) {
        ABOUT_RUST
    } else if has(&["reconnect", "retry", "resume"]) {
        ABOUT_RECONNECTING
    } else {
        ABOUT_EVENTS
    }
}

/// From 15 to 60 milliseconds, without a pattern that the eye would see, the same each time.
fn uneven(index: usize) -> u64 {
    let mixed = (index as u64 + 1).wrapping_mul(0x9E37_79B9_7F4A_7C15) >> 40;
    15 + mixed % 46
}

/// Cuts a text as the models do: a word with the space before it, a long word in two, line ends by
/// themselves. An emoji stays whole, however many characters it is made of.
fn tokens(text: &str) -> Vec<&str> {
    let mut tokens = Vec::new();
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        let end = if first == '\n' {
            rest.find(|c| c != '\n').unwrap_or(rest.len())
        } else {
            let space = if first == ' ' { 1 } else { 0 };
            let word = rest[space..].find([' ', '\n']);
            let end = word.map_or(rest.len(), |word| space + word);
            cut_long_word(&rest[..end]).unwrap_or(end)
        };
        let (token, after) = rest.split_at(end);
        tokens.push(token);
        rest = after;
    }
    tokens
}

/// Where a word is cut that has more than seven characters, all of them letters at the cut.
fn cut_long_word(word: &str) -> Option<usize> {
    let mut letters = word.trim_end().char_indices().skip(5);
    let (cut, before) = letters.next()?;
    let (_, after) = letters.next()?;
    letters.next()?;
    (before.is_alphabetic() && after.is_alphabetic()).then_some(cut)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_tokens_of_a_text_are_the_text() {
        for text in [ABOUT_EVENTS, ABOUT_RECONNECTING, ABOUT_RUST] {
            assert_eq!(tokens(text).concat(), text);
        }
    }

    #[test]
    fn a_long_word_is_two_tokens_and_an_emoji_is_one() {
        let tokens = tokens("abcdefghij now 👋🏽\n\nbye");
        assert_eq!(tokens, ["abcde", "fghij", " now", " 👋🏽", "\n\n", "bye"]);
    }

    #[test]
    fn the_pace_is_from_15_to_60_milliseconds_and_uneven() {
        let paces: std::collections::BTreeSet<u64> = (0..200).map(uneven).collect();
        assert!(paces.iter().all(|pace| (15..=60).contains(pace)));
        assert!(paces.len() > 20);
    }
}
