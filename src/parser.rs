//! [`Parser`] turns the bytes of a `text/event-stream` into events.
//!
//! It implements the [parsing] and the [interpretation] of the standard without a connection, for bodies that
//! do not come from the browser's `EventSource`.
//!
//! ```
//! use wasm_eventsource::parser::{Parser, Step};
//!
//! let mut parser = Parser::new();
//! let mut ticks = Vec::new();
//! for chunk in [&b"event: tick\nid: 7\nda"[..], b"ta: 41.5\n\ndata: unfinished"] {
//!     parser.parse(chunk, |parser, step| {
//!         if step == Step::Event {
//!             ticks.push((parser.event_type().to_owned(), parser.data().into_owned()));
//!         }
//!     });
//! }
//! assert_eq!(ticks, [("tick".to_owned(), "41.5".to_owned())]);
//! assert_eq!(parser.last_event_id(), "7");
//! ```
//!
//! [parsing]: https://html.spec.whatwg.org/multipage/server-sent-events.html#parsing-an-event-stream
//! [interpretation]: https://html.spec.whatwg.org/multipage/server-sent-events.html#event-stream-interpretation

use std::{
    borrow::Cow,
    fmt, mem,
    ops::Range,
    sync::{Arc, OnceLock},
};

#[cfg(all(test, not(target_arch = "wasm32")))]
mod oracle;
#[cfg(all(test, not(target_arch = "wasm32")))]
mod tests;

const BOM: &[u8] = b"\xEF\xBB\xBF";
const CR: u8 = b'\r';
const LF: u8 = b'\n';

/// An incremental parser of `text/event-stream`.
///
/// [`parse`](Self::parse) bytes, split anywhere. Or, to be able to stop between events, [`feed`](Self::feed)
/// it and [`advance`](Self::advance) until it is [`Hungry`](Step::Hungry). The getters lend the result of a
/// step until the parser is fed or advanced again.
///
/// Each byte is copied once, into the parser's buffer, and searched once, for chunks of any size. The data of
/// an event is joined in that buffer and lent from there, without an allocation.
#[derive(Clone)]
pub struct Parser {
    /// The bytes of the stream are in `..end`; the rest is room that was zeroed before.
    buffer: Vec<u8>,
    end: usize,
    /// Where the current line starts.
    line: usize,
    /// The current line does not end before this index.
    searched: usize,
    ahead: Ahead,
    /// The rest of the current line is skipped, because the line is too long.
    skips: bool,
    block: Block,
    found: Step,
    comment: Range<usize>,
    /// The value of the last `event` field. It applies if the block is `named`.
    event_type: String,
    last_event_id: String,
    /// A copy of it that owned messages share, made for the first of them.
    shared_id: OnceLock<Arc<str>>,
    /// The last event ID from the next blank line on, if the block has one.
    next_event_id: String,
    retry: Option<u64>,
    max_event_size: usize,
    last_chunk: usize,
    /// The number of bytes that were searched or moved.
    #[cfg(all(test, not(target_arch = "wasm32")))]
    work: usize,
}

/// The next thing in the stream.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Step {
    /// An event is [dispatched]: see [`event_type`](Parser::event_type), [`data`](Parser::data) and
    /// [`last_event_id`](Parser::last_event_id).
    ///
    /// [dispatched]: https://html.spec.whatwg.org/multipage/server-sent-events.html#dispatchMessage
    Event,
    /// A line was a [`comment`](Parser::comment). Servers send them to keep a connection alive.
    Comment,
    /// The current event is larger than the [limit](Parser::with_max_event_size): it will not be dispatched.
    /// This step comes once, when the limit is exceeded; the next event is parsed as usual.
    TooLarge,
    /// All bytes are consumed, except an incomplete line or event. Feed more.
    Hungry,
}

/// Bytes that may precede the current line without being part of it.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Ahead {
    /// A body may start with one byte order mark.
    Bom,
    /// The previous line ended in CR. If LF is next, that line ended in CRLF.
    Lf,
    Nothing,
}

/// The fields of a block of lines, up to the blank line that ends it.
#[derive(Clone, Default)]
struct Block {
    /// The joined data in the buffer; `None` without a `data` field.
    data: Option<Range<usize>>,
    /// The block has an `event` field.
    named: bool,
    /// The block has a new last event ID.
    identified: bool,
    too_large: bool,
}

impl Block {
    fn is_empty(&self) -> bool {
        self.data.is_none() && !self.named && !self.identified && !self.too_large
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Field {
    Data,
    Event,
    Id,
    Retry,
    Comment,
    Unknown,
}

impl Parser {
    /// The maximum event size of a new parser: 64 MiB.
    pub const DEFAULT_MAX_EVENT_SIZE: usize = 64 << 20;

    /// [`parse`](Self::parse) copies pieces of this size, which are still in the processor's cache when they
    /// are read.
    const PIECE: usize = 16 << 10;

    /// Pieces shorter than this are searched byte by byte.
    const SHORT_PIECE: usize = 16;

    /// The capacity that an idle buffer may keep. More is released.
    const MAX_IDLE_CAPACITY: usize = 1 << 20;

    /// A parser at the start of a body.
    pub fn new() -> Self {
        Parser {
            buffer: Vec::new(),
            end: 0,
            line: 0,
            searched: 0,
            ahead: Ahead::Bom,
            skips: false,
            block: Block::default(),
            found: Step::Hungry,
            comment: 0..0,
            event_type: String::new(),
            last_event_id: String::new(),
            shared_id: OnceLock::new(),
            next_event_id: String::new(),
            retry: None,
            max_event_size: Self::DEFAULT_MAX_EVENT_SIZE,
            last_chunk: 0,
            #[cfg(all(test, not(target_arch = "wasm32")))]
            work: 0,
        }
    }

    /// The same parser with a limit, in bytes, on the buffered part of one event: its data so far and the
    /// current line.
    ///
    /// An event that exceeds it is a [`Step::TooLarge`]. Its data is dropped; its other fields apply if their
    /// lines are within the limit. Comments and unknown fields above the limit are skipped.
    #[must_use]
    pub fn with_max_event_size(mut self, bytes: usize) -> Self {
        self.max_event_size = bytes;
        self
    }

    /// The same parser with the last event ID of a resumed stream.
    #[must_use]
    pub fn with_last_event_id(mut self, id: impl Into<String>) -> Self {
        self.set_last_event_id(id.into());
        self
    }

    pub(crate) fn set_last_event_id(&mut self, id: String) {
        self.last_event_id = id;
        self.shared_id.take();
    }

    /// Parses the next bytes of the stream, and calls `found` for each step except [`Step::Hungry`]. The
    /// bytes may end anywhere, also within a character.
    pub fn parse(&mut self, bytes: &[u8], mut found: impl FnMut(&Self, Step)) {
        for piece in bytes.chunks(Self::PIECE) {
            if self.lengthen(piece) {
                continue;
            }
            self.feed(piece);
            loop {
                match self.advance() {
                    Step::Hungry => break,
                    step => found(self, step),
                }
            }
        }
    }

    /// Room for exactly `length` bytes, which the caller fills with the next bytes of the stream.
    ///
    /// Its previous content is unspecified. `Uint8Array::copy_to` can write straight into it, without a
    /// second copy.
    pub fn room(&mut self, length: usize) -> &mut [u8] {
        self.let_go();
        self.last_chunk = length;
        if self.buffer.len() - self.end < length {
            // Moving at most half, after at least half was consumed, is little work for each byte.
            if self.held() <= self.buffer.len() / 2 {
                self.compact();
            }
            let needed = self.end + length;
            if self.buffer.len() < needed {
                self.grow(needed.max(2 * self.buffer.len()));
            }
        }
        let start = self.end;
        self.end += length;
        &mut self.buffer[start..self.end]
    }

    /// Copies in the next bytes of the stream. They may end anywhere, also within a character.
    pub fn feed(&mut self, bytes: &[u8]) {
        let room = self.room(bytes.len());
        match (room, bytes) {
            // Storing a single byte is faster than calling `memcpy`.
            ([room], [byte]) => *room = *byte,
            (room, bytes) => room.copy_from_slice(bytes),
        }
    }

    /// Advances to the next step.
    pub fn advance(&mut self) -> Step {
        self.let_go();
        if let Some(step) = self.only_line() {
            self.found = step;
            return step;
        }
        self.found = loop {
            let Some(line) = self.next_line() else {
                break self.pause();
            };
            if let Some(step) = self.obey(line) {
                break step;
            }
        };
        self.found
    }

    /// The event type: the value of the `event` field, or `message` without one.
    pub fn event_type(&self) -> &str {
        if self.found == Step::Event && self.block.named && !self.event_type.is_empty() {
            &self.event_type
        } else {
            "message"
        }
    }

    /// The data of the event: its `data` lines, joined by LF. Empty if the last step was not an event.
    ///
    /// It is borrowed, unless it has invalid UTF-8, which is replaced by U+FFFD. Each call checks the UTF-8,
    /// so that unread data costs nothing.
    pub fn data(&self) -> Cow<'_, str> {
        match &self.block.data {
            Some(data) if self.found == Step::Event => text(&self.buffer[data.clone()]),
            _ => Cow::Borrowed(""),
        }
    }

    /// The comment: the text after the colon, including a space. Empty if the last step was not a comment.
    pub fn comment(&self) -> Cow<'_, str> {
        match self.found {
            Step::Comment => text(&self.buffer[self.comment.clone()]),
            _ => Cow::Borrowed(""),
        }
    }

    /// The [last event ID] of the stream, for a request that resumes it.
    ///
    /// A blank line applies the `id` before it, also in a block without data, which is not an event.
    ///
    /// [last event ID]: https://html.spec.whatwg.org/multipage/server-sent-events.html#concept-event-stream-last-event-id
    pub fn last_event_id(&self) -> &str {
        &self.last_event_id
    }

    /// The cell for the copy of the last event ID that messages share.
    pub(crate) fn shared_id(&self) -> &OnceLock<Arc<str>> {
        &self.shared_id
    }

    /// The [reconnection time] in milliseconds, if the server has set it.
    ///
    /// [reconnection time]: https://html.spec.whatwg.org/multipage/server-sent-events.html#concept-event-stream-reconnection-time
    pub fn retry(&self) -> Option<u64> {
        self.retry
    }

    /// Starts a new body. An unfinished event of the old body is dropped, with its ID; the last event ID and
    /// the reconnection time stay.
    pub fn restart(&mut self) {
        self.block = Block::default();
        self.found = Step::Hungry;
        self.ahead = Ahead::Bom;
        self.skips = false;
        self.start_line(self.end);
        self.tidy();
    }

    /// Takes a short piece if it only extends the current line. Short pieces often follow each other.
    fn lengthen(&mut self, bytes: &[u8]) -> bool {
        let is_longer = bytes.len() < Self::SHORT_PIECE
            && self.searched == self.end
            && !self.skips
            && self.held() + bytes.len() <= self.max_event_size
            && !bytes.iter().any(|byte| matches!(*byte, CR | LF));
        if is_longer {
            self.feed(bytes);
            self.count(bytes.len());
            self.searched = self.end;
        }
        is_longer
    }

    /// Ends the loan of the last step's result.
    fn let_go(&mut self) {
        if self.found == Step::Event {
            self.block = Block::default();
        }
        self.found = Step::Hungry;
    }

    /// The event of a block that is one line of data and ends with LF, as most do, found without
    /// [`obey`](Self::obey). `None` for any other block, and if the block is not complete.
    fn only_line(&mut self) -> Option<Step> {
        const DATA: &[u8] = b"data: ";
        let is_start = self.ahead == Ahead::Nothing && !self.skips && self.block.is_empty();
        if !is_start || !self.buffer[self.line..self.end].starts_with(DATA) {
            return None;
        }
        let end = self.line_end()?;
        let is_whole = self.buffer[end..self.end].starts_with(&[LF, LF]);
        if !is_whole || end - self.line > self.max_event_size {
            return None;
        }
        self.block.data = Some(self.line + DATA.len()..end);
        self.start_line(end + 2);
        Some(Step::Event)
    }

    /// The next line, without its end, if it is complete.
    fn next_line(&mut self) -> Option<Range<usize>> {
        loop {
            if self.ahead != Ahead::Nothing {
                self.pass_ahead()?;
            }
            let line = self.line..self.line_end()?;
            if self.buffer[line.end] == CR {
                self.ahead = Ahead::Lf;
            }
            self.start_line(line.end + 1);
            if !mem::take(&mut self.skips) {
                return Some(line);
            }
        }
    }

    /// Passes a byte order mark, or the LF of a CRLF. `None` if more bytes are needed to decide.
    fn pass_ahead(&mut self) -> Option<()> {
        let mark = match self.ahead {
            Ahead::Bom => BOM,
            Ahead::Lf => &[LF],
            Ahead::Nothing => return Some(()),
        };
        let bytes = &self.buffer[self.line..self.end];
        if bytes.starts_with(mark) {
            self.start_line(self.line + mark.len());
        } else if mark.starts_with(bytes) {
            return None;
        }
        self.ahead = Ahead::Nothing;
        Some(())
    }

    fn start_line(&mut self, at: usize) {
        self.line = at;
        self.searched = at;
    }

    /// The index of the current line's end, if it has arrived.
    fn line_end(&mut self) -> Option<usize> {
        let bytes = &self.buffer[self.searched..self.end];
        let found = line_end(bytes);
        let passed = found.unwrap_or(bytes.len());
        self.count(passed);
        self.searched += passed;
        found.map(|_| self.searched)
    }

    /// Processes the line as the standard says.
    fn obey(&mut self, line: Range<usize>) -> Option<Step> {
        if line.is_empty() {
            return self.end_block();
        }
        let (field, skipped) = recognise(&self.buffer[line.clone()]);
        let mut step = None;
        if self.data_size() + line.len() > self.max_event_size {
            step = self.exceed(field);
            if line.len() > self.max_event_size || field == Field::Comment {
                return step;
            }
        }
        let range = line.start + skipped..line.end;
        let value = &self.buffer[range.clone()];
        match field {
            Field::Data => self.append(range),
            Field::Event => {
                set(&mut self.event_type, value);
                self.block.named = true;
            }
            Field::Id if value.contains(&0) => {}
            Field::Id => {
                self.block.identified = value != self.last_event_id.as_bytes();
                if self.block.identified {
                    set(&mut self.next_event_id, value);
                }
            }
            Field::Retry => self.retry = milliseconds(value).or(self.retry),
            Field::Comment => {
                self.comment = range;
                step = Some(Step::Comment);
            }
            Field::Unknown => {}
        }
        step
    }

    /// Adds a line to the data. The first stays where it is, the others are moved down to it.
    fn append(&mut self, value: Range<usize>) {
        if self.block.too_large {
            return;
        }
        let Some(data) = &mut self.block.data else {
            self.block.data = Some(value);
            return;
        };
        let (length, at) = (value.len(), data.end + 1);
        data.end = at + length;
        // The end of the previous line and the field's name leave room for it.
        self.buffer[at - 1] = LF;
        self.buffer.copy_within(value, at);
        self.count(length);
    }

    /// The blank line: dispatches the event, if the block has data.
    fn end_block(&mut self) -> Option<Step> {
        if self.block.identified {
            mem::swap(&mut self.last_event_id, &mut self.next_event_id);
            self.shared_id.take();
        }
        if self.block.data.is_some() {
            return Some(Step::Event);
        }
        self.block = Block::default();
        None
    }

    /// Waits for more bytes of an incomplete line, unless it exceeds the limit.
    fn pause(&mut self) -> Step {
        let mut step = Step::Hungry;
        if self.held() > self.max_event_size {
            step = self.give_up_line().unwrap_or(step);
        }
        if self.skips {
            self.start_line(self.end);
        }
        self.tidy();
        step
    }

    /// Gives up an incomplete line that exceeds the limit, once its field is known.
    #[cold]
    fn give_up_line(&mut self) -> Option<Step> {
        let line = &self.buffer[self.line..self.end];
        if self.ahead != Ahead::Nothing || may_become_a_name(line) || self.skips {
            return None;
        }
        let (length, (field, _)) = (line.len(), recognise(line));
        self.skips = match field {
            Field::Data | Field::Comment | Field::Unknown => true,
            Field::Event | Field::Id | Field::Retry => length > self.max_event_size,
        };
        self.exceed(field)
    }

    /// The line exceeds the limit. So does its event, unless the line is a comment or an unknown field.
    fn exceed(&mut self, field: Field) -> Option<Step> {
        if self.block.too_large || matches!(field, Field::Comment | Field::Unknown) {
            return None;
        }
        self.block.too_large = true;
        self.block.data = None;
        Some(Step::TooLarge)
    }

    fn data_size(&self) -> usize {
        self.block.data.as_ref().map_or(0, ExactSizeIterator::len)
    }

    /// The number of bytes that must be kept.
    fn held(&self) -> usize {
        self.data_size() + self.end - self.line
    }

    /// Moves to the start of the buffer if all is consumed, and releases the memory of a large event.
    fn tidy(&mut self) {
        if self.held() == 0 {
            self.compact();
        }
        if self.buffer.len() > Self::MAX_IDLE_CAPACITY {
            self.shrink();
        }
    }

    #[cold]
    fn shrink(&mut self) {
        let held = self.held();
        let enough = Self::MAX_IDLE_CAPACITY.max(2 * self.last_chunk);
        if self.buffer.len() <= enough {
            return;
        }
        if held == 0 {
            self.buffer = Vec::new();
        } else if held <= enough / 2 {
            self.compact();
            self.buffer.truncate(enough);
            self.buffer.shrink_to_fit();
            self.count(held);
        }
    }

    fn grow(&mut self, size: usize) {
        self.count(self.end);
        self.buffer.reserve_exact(size - self.buffer.len());
        self.buffer.resize(size, 0);
    }

    /// Moves the bytes that must be kept to the start of the buffer: the data, then the line.
    fn compact(&mut self) {
        let size = self.data_size();
        if let Some(data) = &mut self.block.data {
            self.buffer.copy_within(mem::replace(data, 0..size), 0);
        }
        self.buffer.copy_within(self.line..self.end, size);
        self.count(self.held());
        let freed = self.line - size;
        self.line -= freed;
        self.searched -= freed;
        self.end -= freed;
    }

    /// Counts work for a test: it must not grow faster than the stream.
    #[cfg(all(test, not(target_arch = "wasm32")))]
    fn count(&mut self, bytes: usize) {
        self.work += bytes;
    }

    #[cfg(not(all(test, not(target_arch = "wasm32"))))]
    fn count(&mut self, _: usize) {}
}

impl Default for Parser {
    fn default() -> Self {
        Parser::new()
    }
}

impl fmt::Debug for Parser {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Parser")
            .field("found", &self.found)
            .field("last_event_id", &self.last_event_id)
            .field("retry", &self.retry)
            .finish_non_exhaustive()
    }
}

/// The index of the first CR or LF.
///
/// With SIMD, which an app must enable, `memchr` is fastest. Without it, for events of 100 bytes, the parser
/// took a quarter less time with 64-bit words than with `memchr`.
fn line_end(bytes: &[u8]) -> Option<usize> {
    if cfg!(target_feature = "simd128") {
        return memchr::memchr2(CR, LF, bytes);
    }
    let is_quiet = |pair: &&[u8; 16]| {
        let pair = u128::from_le_bytes(**pair);
        controls(pair as u64) | controls((pair >> 64) as u64) == 0
    };
    let (pairs, _) = bytes.as_chunks();
    let mut at = 16 * pairs.iter().take_while(is_quiet).count();
    while let Some(word) = bytes[at..].first_chunk() {
        let controls = controls(u64::from_le_bytes(*word));
        if controls == 0 {
            at += 8;
            continue;
        }
        at += controls.trailing_zeros() as usize / 8;
        if matches!(bytes[at], CR | LF) {
            return Some(at);
        }
        at += 1;
    }
    let rest = bytes[at..].iter();
    let found = rest.copied().position(|byte| matches!(byte, CR | LF))?;
    Some(at + found)
}

/// Zero if all eight bytes are above CR. Otherwise the lowest set bit is the highest bit of the first byte up
/// to CR: a CR, an LF or a rare control character. Higher bits have no meaning.
fn controls(word: u64) -> u64 {
    const EACH: u64 = u64::MAX / 0xFF;
    word.wrapping_sub((CR as u64 + 1) * EACH) & !word & (0x80 * EACH)
}

/// The field of a line that is not blank, and the number of bytes before its value.
fn recognise(line: &[u8]) -> (Field, usize) {
    let (field, name) = if line.starts_with(b"data") {
        (Field::Data, 4)
    } else if line.starts_with(b"id") {
        (Field::Id, 2)
    } else if line.starts_with(b"event") {
        (Field::Event, 5)
    } else if line.starts_with(b":") {
        return (Field::Comment, 1);
    } else if line.starts_with(b"retry") {
        (Field::Retry, 5)
    } else {
        return (Field::Unknown, 0);
    };
    match &line[name..] {
        [] => (field, name),
        [b':', b' ', ..] => (field, name + 2),
        [b':', ..] => (field, name + 1),
        _ => (Field::Unknown, 0),
    }
}

/// Whether the line so far is the start of a field name.
fn may_become_a_name(line: &[u8]) -> bool {
    [&b"data"[..], b"event", b"id", b"retry"]
        .iter()
        .any(|name| name.starts_with(line))
}

/// The number, if the value is all digits. A number that is too large saturates.
fn milliseconds(digits: &[u8]) -> Option<u64> {
    if digits.is_empty() {
        return None;
    }
    digits.iter().try_fold(0_u64, |number, digit| {
        let digit = digit.is_ascii_digit().then(|| digit - b'0')?;
        Some(number.saturating_mul(10).saturating_add(digit.into()))
    })
}

/// Sets the text to the value of a field, which is often the same as before. The memory of a huge text is
/// released.
fn set(to: &mut String, value: &[u8]) {
    if to.as_bytes() != value {
        if to.capacity() > Parser::MAX_IDLE_CAPACITY {
            *to = String::new();
        }
        to.clear();
        to.push_str(&text(value));
    }
}

/// The bytes, [decoded]. A stream may be decoded in pieces that are split at ASCII characters, because no
/// character and no replacement extends over one.
///
/// [decoded]: https://encoding.spec.whatwg.org/#utf-8-decode
fn text(bytes: &[u8]) -> Cow<'_, str> {
    // Faster for valid UTF-8 than `from_utf8_lossy`.
    match str::from_utf8(bytes) {
        Ok(text) => Cow::Borrowed(text),
        Err(_) => String::from_utf8_lossy(bytes),
    }
}
