//! What the standard says, word by word, slowly: the whole stream at once, a step a sentence.
//!
//! - [Encoding], "UTF-8 decoder" and "UTF-8 decode";
//! - [HTML], "Parsing an event stream" and "Interpreting an event stream".
//!
//! [Encoding]: https://encoding.spec.whatwg.org/
//! [HTML]: https://html.spec.whatwg.org/multipage/server-sent-events.html

/// What is dispatched.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Dispatched {
    pub event_type: String,
    pub data: String,
    pub last_event_id: String,
}

/// The event source that the stream is interpreted for.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Oracle {
    pub dispatched: Vec<Dispatched>,
    pub comments: Vec<String>,
    /// The event source's last event ID string.
    pub last_event_id: String,
    /// The event source's reconnection time, if the stream ever set it.
    pub reconnection_time: Option<u64>,
}

impl Oracle {
    pub fn interpret(&mut self, stream: &[u8]) {
        // "Streams must be decoded using the UTF-8 decode algorithm."
        let stream = utf_8_decode(stream);

        // "When a stream is parsed, a data buffer, an event type buffer, and a last event ID buffer
        // must be associated with it. They must be initialized to the empty string." The last: but to
        // what the event source has. The sentence about the Last-Event-ID header would make no sense
        // otherwise, and browsers agree.
        let mut buffers = Buffers {
            last_event_id: self.last_event_id.clone(),
            ..Buffers::default()
        };

        // "The stream must then be parsed by reading everything line by line, with a U+000D CARRIAGE
        // RETURN U+000A LINE FEED (CRLF) character pair, a single U+000A LINE FEED (LF) character not
        // preceded by a U+000D CARRIAGE RETURN (CR) character, and a single U+000D CARRIAGE RETURN
        // (CR) character not followed by a U+000A LINE FEED (LF) character being the ways in which a
        // line can end."
        let stream = stream.replace("\r\n", "\n").replace('\r', "\n");
        let mut lines: Vec<&str> = stream.split('\n').collect();
        // "Once the end of the file is reached, any pending data must be discarded. (If the file ends
        // in the middle of an event, before the final empty line, the incomplete event is not
        // dispatched.)" What no line end follows is no line, and may be anything.
        lines.pop();

        // "Lines must be processed, in the order they are received, as follows:"
        for line in lines {
            if line.is_empty() {
                // "If the line is empty (a blank line): Dispatch the event, as defined below."
                self.dispatch(&mut buffers);
            } else if let Some(comment) = line.strip_prefix(':') {
                // "If the line starts with a U+003A COLON character (:): Ignore the line."
                self.comments.push(comment.to_owned());
            } else if let Some((field, value)) = line.split_once(':') {
                // "If the line contains a U+003A COLON character (:): Collect the characters on the
                // line before the first U+003A COLON character (:), and let field be that string.
                // Collect the characters on the line after the first U+003A COLON character (:), and
                // let value be that string. If value starts with a U+0020 SPACE character, remove it
                // from value. Process the field using the steps described below, using field as the
                // field name and value as the field value."
                let value = value.strip_prefix(' ').unwrap_or(value);
                self.process(&mut buffers, field, value);
            } else {
                // "Otherwise, the string is not empty but does not contain a U+003A COLON character
                // (:): Process the field using the steps described below, using the whole line as the
                // field name, and the empty string as the field value."
                self.process(&mut buffers, line, "");
            }
        }
    }

    /// "The steps to process the field given a field name and a field value depend on the field name,
    /// as given in the following list. Field names must be compared literally, with no case folding
    /// performed."
    fn process(&mut self, buffers: &mut Buffers, name: &str, value: &str) {
        match name {
            // "Set the event type buffer to the field value."
            "event" => buffers.event_type = value.to_owned(),
            // "Append the field value to the data buffer, then append a single U+000A LINE FEED (LF)
            // character to the data buffer."
            "data" => {
                buffers.data.push_str(value);
                buffers.data.push('\n');
            }
            // "If the field value does not contain U+0000 NULL, then set the last event ID buffer to
            // the field value. Otherwise, ignore the field."
            "id" if value.contains('\0') => {}
            "id" => buffers.last_event_id = value.to_owned(),
            // "If the field value consists of only ASCII digits, then interpret the field value as an
            // integer in base ten, and set the event stream's reconnection time to that integer.
            // Otherwise, ignore the field." Nothing is no integer.
            "retry"
                if value.is_empty() || value.contains(|digit: char| !digit.is_ascii_digit()) => {}
            "retry" => self.reconnection_time = Some(value.parse().unwrap_or(u64::MAX)),
            // "The field is ignored."
            _ => {}
        }
    }

    /// "When the user agent is required to dispatch the event, the user agent must process the event
    /// using the following steps:"
    fn dispatch(&mut self, buffers: &mut Buffers) {
        // "1. Set the last event ID string of the event source to the value of the last event ID
        // buffer. The buffer does not get reset, so the last event ID string of the event source
        // remains set to this value until the next time it is set by the server."
        self.last_event_id = buffers.last_event_id.clone();
        // "2. If the data buffer is an empty string, set the data buffer and the event type buffer to
        // the empty string and return."
        if buffers.data.is_empty() {
            buffers.event_type = String::new();
            return;
        }
        // "3. If the data buffer's last character is a U+000A LINE FEED (LF) character, then remove
        // the last character from the data buffer."
        if buffers.data.ends_with('\n') {
            buffers.data.pop();
        }
        // "4. Let event be the result of creating an event using MessageEvent [...]. 5. Initialize
        // event's type attribute to "message", its data attribute to data, [...] and its lastEventId
        // attribute to the last event ID string of the event source."
        let mut event = Dispatched {
            event_type: "message".to_owned(),
            data: buffers.data.clone(),
            last_event_id: self.last_event_id.clone(),
        };
        // "6. If the event type buffer has a value other than the empty string, change the type of
        // the newly created event to equal the value of the event type buffer."
        if !buffers.event_type.is_empty() {
            event.event_type.clone_from(&buffers.event_type);
        }
        // "7. Set the data buffer and the event type buffer to the empty string."
        buffers.data = String::new();
        buffers.event_type = String::new();
        // "8. Queue a task which [...] dispatches the newly created event at the EventSource object."
        self.dispatched.push(event);
    }
}

#[derive(Default)]
struct Buffers {
    data: String,
    event_type: String,
    last_event_id: String,
}

/// "To UTF-8 decode an I/O queue of bytes":
fn utf_8_decode(mut bytes: &[u8]) -> String {
    // "Let buffer be the result of peeking three bytes from ioQueue, converted to a byte sequence. If
    // buffer is 0xEF 0xBB 0xBF, then read three bytes from ioQueue. (Do nothing with those bytes.)"
    if bytes.starts_with(&[0xEF, 0xBB, 0xBF]) {
        bytes = &bytes[3..];
    }
    // "Process a queue with an instance of UTF-8's decoder, ioQueue, output, and "replacement"."
    let mut output = String::new();
    let (mut code_point, mut seen, mut needed) = (0, 0, 0);
    let (mut lower, mut upper) = (0x80, 0xBF);
    let mut at = 0;
    loop {
        let Some(&byte) = bytes.get(at) else {
            // "If byte is end-of-queue and UTF-8 bytes needed is not 0, then set UTF-8 bytes needed to
            // 0 and return error. If byte is end-of-queue, then return finished."
            if needed != 0 {
                output.push('\u{FFFD}');
            }
            return output;
        };
        at += 1;
        if needed == 0 {
            // "If UTF-8 bytes needed is 0, then, based on byte:"
            match byte {
                // "Return a code point whose value is byte."
                0x00..=0x7F => output.push(char::from(byte)),
                // "Set UTF-8 bytes needed to 1. Set UTF-8 code point to byte & 0x1F."
                0xC2..=0xDF => (needed, code_point) = (1, u32::from(byte & 0x1F)),
                0xE0..=0xEF => {
                    // "If byte is 0xE0, then set UTF-8 lower boundary to 0xA0. If byte is 0xED, then
                    // set UTF-8 upper boundary to 0x9F. Set UTF-8 bytes needed to 2. Set UTF-8 code
                    // point to byte & 0xF."
                    match byte {
                        0xE0 => lower = 0xA0,
                        0xED => upper = 0x9F,
                        _ => {}
                    }
                    (needed, code_point) = (2, u32::from(byte & 0xF));
                }
                0xF0..=0xF4 => {
                    // "If byte is 0xF0, then set UTF-8 lower boundary to 0x90. If byte is 0xF4, then
                    // set UTF-8 upper boundary to 0x8F. Set UTF-8 bytes needed to 3. Set UTF-8 code
                    // point to byte & 0x7."
                    match byte {
                        0xF0 => lower = 0x90,
                        0xF4 => upper = 0x8F,
                        _ => {}
                    }
                    (needed, code_point) = (3, u32::from(byte & 0x7));
                }
                // "Otherwise: Return error."
                _ => output.push('\u{FFFD}'),
            }
            // "Return continue."
            continue;
        }
        if !(lower..=upper).contains(&byte) {
            // "If byte is not in the range UTF-8 lower boundary to UTF-8 upper boundary, inclusive:
            // Set UTF-8 code point, UTF-8 bytes needed, and UTF-8 bytes seen to 0, set UTF-8 lower
            // boundary to 0x80, and set UTF-8 upper boundary to 0xBF. Restore byte to ioQueue. Return
            // error."
            (code_point, needed, seen, lower, upper) = (0, 0, 0, 0x80, 0xBF);
            at -= 1;
            output.push('\u{FFFD}');
            continue;
        }
        // "Set UTF-8 lower boundary to 0x80 and UTF-8 upper boundary to 0xBF. Set UTF-8 code point to
        // (UTF-8 code point << 6) | (byte & 0x3F). Increase UTF-8 bytes seen by 1. If UTF-8 bytes seen
        // is not equal to UTF-8 bytes needed, then return continue."
        (lower, upper) = (0x80, 0xBF);
        code_point = (code_point << 6) | u32::from(byte & 0x3F);
        seen += 1;
        if seen != needed {
            continue;
        }
        // "Let codePoint be UTF-8 code point. Set UTF-8 code point, UTF-8 bytes needed, and UTF-8
        // bytes seen to 0. Return a code point whose value is codePoint."
        output.push(char::from_u32(code_point).expect("the boundaries leave no other"));
        (code_point, needed, seen) = (0, 0, 0);
    }
}
