//! The media type of a response, as the Fetch standard [extracts] it.
//!
//! [extracts]: https://fetch.spec.whatwg.org/#concept-header-extract-mime-type

/// The media type of an event stream.
pub(super) const EVENT_STREAM: &str = "text/event-stream";

/// Whether the last media type in the value of the header `Content-Type` is that of an event stream. Invalid
/// media types and `*/*` are skipped. Case and parameters are ignored.
pub(super) fn is_event_stream(content_type: &str) -> bool {
    let last = split(content_type.as_bytes())
        .into_iter()
        .filter_map(essence)
        .rfind(|essence| *essence != b"*/*");
    last.is_some_and(|essence| essence.eq_ignore_ascii_case(EVENT_STREAM.as_bytes()))
}

/// The parts between commas that are not inside of a quoted string: "[get, decode, and split]".
///
/// [get, decode, and split]: https://fetch.spec.whatwg.org/#header-value-get-decode-and-split
fn split(value: &[u8]) -> Vec<&[u8]> {
    let (mut quoted, mut escaped) = (false, false);
    let parts = value.split(|byte| {
        let literal = std::mem::take(&mut escaped);
        match byte {
            b'\\' if quoted && !literal => escaped = true,
            b'"' if !literal => quoted = !quoted,
            b',' => return !quoted,
            _ => {}
        }
        false
    });
    parts.collect()
}

/// Type and subtype, if they are valid: the start of "[parse a MIME type]", which no parameter can make fail.
///
/// [parse a MIME type]: https://mimesniff.spec.whatwg.org/#parse-a-mime-type
fn essence(media_type: &[u8]) -> Option<&[u8]> {
    let essence = media_type.split(|byte| *byte == b';').next()?;
    let essence = trim_end(trim_start(essence));
    let slash = essence.iter().position(|byte| *byte == b'/')?;
    let (kind, subtype) = (&essence[..slash], &essence[slash + 1..]);
    let is_token = |text: &[u8]| !text.is_empty() && text.iter().all(is_token_byte);
    (is_token(kind) && is_token(subtype)).then_some(essence)
}

/// [HTTP's white space], which is less than ASCII's.
///
/// [HTTP's white space]: https://fetch.spec.whatwg.org/#http-whitespace
const SPACE: [u8; 4] = *b" \t\n\r";

fn trim_start(mut bytes: &[u8]) -> &[u8] {
    while let [first, rest @ ..] = bytes
        && SPACE.contains(first)
    {
        bytes = rest;
    }
    bytes
}

fn trim_end(mut bytes: &[u8]) -> &[u8] {
    while let [rest @ .., last] = bytes
        && SPACE.contains(last)
    {
        bytes = rest;
    }
    bytes
}

fn is_token_byte(byte: &u8) -> bool {
    byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(byte)
}

#[cfg(all(test, not(target_arch = "wasm32")))]
mod tests {
    use super::*;

    /// The essence of the value, as text.
    fn extract(content_type: &str) -> Option<String> {
        split(content_type.as_bytes())
            .into_iter()
            .filter_map(essence)
            .rfind(|essence| *essence != b"*/*")
            .map(|essence| String::from_utf8_lossy(essence).to_ascii_lowercase())
    }

    #[test]
    fn the_examples_of_the_fetch_standard_give_what_it_says() {
        for (headers, essence) in [
            ("text/plain;charset=gbk, text/html", "text/html"),
            ("text/html;charset=gbk;a=b, text/html;x=y", "text/html"),
            ("text/html;charset=gbk;a=b,text/html;x=y", "text/html"),
            ("text/html;charset=gbk, x/x, text/html;x=y", "text/html"),
            ("text/html, cannot-parse", "text/html"),
            ("text/html, */*", "text/html"),
            ("text/html, ", "text/html"),
        ] {
            assert_eq!(extract(headers).as_deref(), Some(essence), "{headers:?}");
        }
    }

    #[test]
    fn the_examples_of_get_decode_and_split_are_split_as_the_standard_says() {
        let split = |value: &'static str| -> Vec<&'static str> {
            let parts = split(value.as_bytes());
            let trimmed = parts.into_iter().map(|part| trim_end(trim_start(part)));
            trimmed
                .map(|part| std::str::from_utf8(part).expect("a text"))
                .collect()
        };
        assert_eq!(split("nosniff,"), ["nosniff", ""]);
        assert_eq!(split(""), [""]);
        assert_eq!(
            split("text/html;\", x/x"),
            ["text/html;\", x/x"],
            "an open quote goes on to the end"
        );
        assert_eq!(
            split("\"\\\",\", x/x"),
            ["\"\\\",\"", "x/x"],
            "an escaped quote ends nothing"
        );
        assert_eq!(split("x/x;test=\"hi\",y/y"), ["x/x;test=\"hi\"", "y/y"]);
        assert_eq!(split("x / x,,,1"), ["x / x", "", "", "1"]);
    }

    #[test]
    fn the_essence_of_a_media_type_counts_in_any_case_and_with_any_parameters() {
        for right in [
            "text/event-stream",
            "Text/Event-Stream",
            " text/event-stream ;charset=utf-8",
            "text/event-stream; charset=\"x;y\"",
            "text/event-stream;",
            "text/event-stream; a=\"b,c\"",
            "text/event-stream; a=\"b,text/plain\"",
            "text/html, text/event-stream",
            "text/event-stream, */*",
            "text/event-stream, text/a b",
        ] {
            assert!(is_event_stream(right), "{right:?}");
        }
        for wrong in [
            "",
            "*/*",
            "text/plain",
            "text/event-streams",
            "x; text/event-stream",
            "text/event-stream, text/plain",
            "text/plain; a=\"b, text/event-stream",
            "event-stream",
            "text /event-stream",
            // No white space of HTTP's.
            "text/event-stream\u{c}",
        ] {
            assert!(!is_event_stream(wrong), "{wrong:?}");
        }
    }
}
