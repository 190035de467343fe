//! The parser against the standard, and against floods.

use proptest::{collection::vec, prelude::*};

use super::{
    oracle::{Dispatched, Oracle},
    *,
};

/// All that a parser says, in order.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Said {
    Event(Dispatched),
    Comment(String),
    TooLarge,
}

fn event(event_type: &str, data: &str, last_event_id: &str) -> Said {
    Said::Event(Dispatched {
        event_type: event_type.to_owned(),
        data: data.to_owned(),
        last_event_id: last_event_id.to_owned(),
    })
}

fn comment(text: &str) -> Said {
    Said::Comment(text.to_owned())
}

/// What the parser says with this step, unless that is nothing.
fn said(parser: &Parser, step: Step) -> Option<Said> {
    match step {
        Step::Event => {
            let (event_type, id) = (parser.event_type(), parser.last_event_id());
            Some(event(event_type, &parser.data(), id))
        }
        Step::Comment => Some(comment(&parser.comment())),
        Step::TooLarge => Some(Said::TooLarge),
        Step::Hungry => None,
    }
}

fn hear(parser: &mut Parser, heard: &mut Vec<Said>) {
    loop {
        let step = parser.advance();
        let Some(said) = said(parser, step) else {
            break;
        };
        heard.push(said);
    }
}

fn feed<'a>(parser: &mut Parser, chunks: impl IntoIterator<Item = &'a [u8]>) -> Vec<Said> {
    let mut said = Vec::new();
    for chunk in chunks {
        parser.feed(chunk);
        hear(parser, &mut said);
    }
    said
}

/// The same in one go.
fn parse<'a>(parser: &mut Parser, chunks: impl IntoIterator<Item = &'a [u8]>) -> Vec<Said> {
    let mut heard = Vec::new();
    for chunk in chunks {
        parser.parse(chunk, |parser, step| {
            heard.push(said(parser, step).expect("never hungry"))
        });
    }
    heard
}

/// The bytes in pieces of these lengths, over and over.
fn cut<'a>(mut bytes: &'a [u8], lengths: &[usize]) -> Vec<&'a [u8]> {
    let mut chunks = Vec::new();
    for length in lengths.iter().cycle() {
        if bytes.is_empty() {
            break;
        }
        let (chunk, rest) = bytes.split_at(bytes.len().min(*length));
        chunks.push(chunk);
        bytes = rest;
    }
    chunks
}

fn oracle(streams: &[&[u8]], last_event_id: &str) -> Oracle {
    let mut oracle = Oracle {
        last_event_id: last_event_id.to_owned(),
        ..Oracle::default()
    };
    for stream in streams {
        oracle.interpret(stream);
    }
    oracle
}

/// What the parser said and knows, in the oracle's form.
fn as_oracle(parser: &Parser, said: Vec<Said>) -> Oracle {
    let mut oracle = Oracle {
        last_event_id: parser.last_event_id().to_owned(),
        reconnection_time: parser.retry(),
        ..Oracle::default()
    };
    for said in said {
        match said {
            Said::Event(event) => oracle.dispatched.push(event),
            Said::Comment(text) => oracle.comments.push(text),
            Said::TooLarge => panic!("nothing here is too large"),
        }
    }
    oracle
}

/// Fed whole, byte by byte, and cut in two at every place, the stream makes the parser say this. Gives
/// a parser that heard it all.
#[track_caller]
fn says(stream: impl AsRef<[u8]>, expected: &[Said]) -> Parser {
    says_with(Parser::new, stream.as_ref(), expected)
}

#[track_caller]
fn says_with(new: impl Fn() -> Parser, stream: &[u8], expected: &[Said]) -> Parser {
    let mut parser = new();
    assert_eq!(feed(&mut parser, [stream]), expected, "whole");
    assert_eq!(feed(&mut new(), stream.chunks(1)), expected, "byte by byte");
    for length in 1..20 {
        let said = parse(&mut new(), stream.chunks(length));
        assert_eq!(said, expected, "parsed in chunks of {length}");
    }
    for at in 0..=stream.len() {
        let (one, two) = stream.split_at(at);
        assert_eq!(feed(&mut new(), [one, two]), expected, "cut at {at}");
        assert_eq!(
            feed(&mut new(), [one, &[], two]),
            expected,
            "and nothing between"
        );
    }
    parser
}

/// The same, and the oracle agrees.
#[track_caller]
fn standard_says(stream: impl AsRef<[u8]>, expected: &[Said]) -> Parser {
    let parser = says(&stream, expected);
    assert_eq!(
        as_oracle(&parser, expected.to_vec()),
        oracle(&[stream.as_ref()], ""),
        "the oracle"
    );
    parser
}

mod the_standard {
    use super::*;

    #[test]
    fn its_first_example() {
        standard_says(
            "data: YHOO\ndata: +2\ndata: 10\n\n",
            &[event("message", "YHOO\n+2\n10", "")],
        );
    }

    #[test]
    fn its_example_of_four_blocks() {
        let parser = standard_says(
            ": test stream\n\ndata: first event\nid: 1\n\ndata:second event\nid\n\ndata:  third event\n",
            &[
                comment(" test stream"),
                event("message", "first event", "1"),
                event("message", "second event", ""),
            ],
        );
        assert_eq!(parser.last_event_id(), "");
    }

    #[test]
    fn its_example_of_empty_data() {
        standard_says(
            "data\n\ndata\ndata\n\ndata:",
            &[event("message", "", ""), event("message", "\n", "")],
        );
    }

    #[test]
    fn its_example_of_the_space() {
        standard_says(
            "data:test\n\ndata: test\n\n",
            &[event("message", "test", ""), event("message", "test", "")],
        );
    }

    #[test]
    fn one_byte_order_mark_is_passed() {
        standard_says("\u{FEFF}data: a\n\n", &[event("message", "a", "")]);
        standard_says("\u{FEFF}\ndata: a\n\n", &[event("message", "a", "")]);
    }

    #[test]
    fn a_second_byte_order_mark_is_of_the_name() {
        standard_says(
            "\u{FEFF}\u{FEFF}data: a\n\ndata: b\n\n",
            &[event("message", "b", "")],
        );
    }

    #[test]
    fn a_byte_order_mark_elsewhere_is_like_any_character() {
        standard_says(
            "data: a\n\n\u{FEFF}data: b\ndata:\u{FEFF}c\n\n",
            &[event("message", "a", ""), event("message", "\u{FEFF}c", "")],
        );
    }

    #[test]
    fn half_a_byte_order_mark_is_of_the_name() {
        standard_says(
            b"\xEF\xBBdata: a\n\ndata: b\n\n",
            &[event("message", "b", "")],
        );
        standard_says(b"\xEF\xBB\n\ndata: b\n\n", &[event("message", "b", "")]);
        standard_says(
            b"\xEFdata\n\xEF\xBB\xBFdata\n\ndata: b\n\n",
            &[event("message", "b", "")],
        );
    }

    #[test]
    fn lines_end_in_lf_in_cr_and_in_both() {
        for end in ["\n", "\r", "\r\n"] {
            let stream = "id: 1{}data: a{}data: b{}{}:c{}data: d{}{}".replace("{}", end);
            standard_says(
                stream,
                &[
                    event("message", "a\nb", "1"),
                    comment("c"),
                    event("message", "d", "1"),
                ],
            );
        }
    }

    #[test]
    fn line_ends_may_be_mixed() {
        standard_says(
            "data: a\r\ndata: b\rdata: c\ndata: d\r\r\ndata: e\n\rdata: f\r\n\n",
            &[
                event("message", "a\nb\nc\nd", ""),
                event("message", "e", ""),
                event("message", "f", ""),
            ],
        );
    }

    #[test]
    fn lf_and_cr_are_two_line_ends_and_cr_and_lf_are_one() {
        standard_says(
            "data: a\n\rdata: b\n\n",
            &[event("message", "a", ""), event("message", "b", "")],
        );
        standard_says("data: a\r\ndata: b\n\n", &[event("message", "a\nb", "")]);
        standard_says(
            "data: a\r\n\r\r\n\ndata\r\n\r",
            &[event("message", "a", ""), event("message", "", "")],
        );
    }

    #[test]
    fn nothing_else_is_a_line_end() {
        standard_says(
            "data: a\u{2028}b\u{2029}c\u{85}d\u{B}e\u{C}f\u{1E}g\n\n",
            &[event(
                "message",
                "a\u{2028}b\u{2029}c\u{85}d\u{B}e\u{C}f\u{1E}g",
                "",
            )],
        );
    }

    #[test]
    fn what_starts_with_a_colon_is_a_comment() {
        standard_says(
            ":\n: a\n:data: b\n:: c\ndata: d\n:e\ndata: f\n\n",
            &[
                comment(""),
                comment(" a"),
                comment("data: b"),
                comment(": c"),
                comment("e"),
                event("message", "d\nf", ""),
            ],
        );
    }

    #[test]
    fn one_space_after_the_colon_is_removed_and_no_more() {
        standard_says(
            "event:  a\nid:  1\ndata:  b \n\nevent:\tc\ndata:\td\ndata: \ndata:  \n\n",
            &[event(" a", " b ", " 1"), event("\tc", "\td\n\n ", " 1")],
        );
    }

    #[test]
    fn the_first_colon_ends_the_name() {
        standard_says(
            "data:a: b:c\n\nid::\ndata::\n\n",
            &[event("message", "a: b:c", ""), event("message", ":", ":")],
        );
    }

    #[test]
    fn a_line_without_a_colon_is_a_field_without_a_value() {
        let parser = standard_says(
            "id: 1\nevent: a\ndata: b\nevent\ndata\nid\nretry\n\n",
            &[event("message", "b\n", "")],
        );
        assert_eq!(parser.retry(), None);
    }

    #[test]
    fn other_fields_are_ignored_and_case_counts() {
        let parser = standard_says(
            "Data: a\nDATA: b\n data: c\ndata : d\ndat: e\ndatas: f\ndatas\ni: 1\nids: 1\nID: 1\nevents: g\n\
             Event: g\neven: g\nretry : 1\nretrys: 1\nRetry: 1\nfoo\nfoo: bar\nd\n\ndata: h\n\n",
            &[event("message", "h", "")],
        );
        assert_eq!(parser.retry(), None);
    }

    #[test]
    fn the_last_event_field_counts_and_an_empty_one_is_none() {
        standard_says(
            "event: a\nevent: b\ndata: 1\n\nevent: a\nevent:\ndata: 2\n\nevent: message\ndata: 3\n\n",
            &[
                event("b", "1", ""),
                event("message", "2", ""),
                event("message", "3", ""),
            ],
        );
    }

    #[test]
    fn the_event_type_is_of_one_event_alone() {
        standard_says(
            "event: a\ndata: 1\n\ndata: 2\n\nevent: a\ndata: 3\n\nevent: b\n\ndata: 4\n\nevent: b\ndata: 5\n\n",
            &[
                event("a", "1", ""),
                event("message", "2", ""),
                event("a", "3", ""),
                event("message", "4", ""),
                event("b", "5", ""),
            ],
        );
    }

    #[test]
    fn the_last_event_id_stays_until_there_is_another() {
        standard_says(
            "id: 1\ndata: a\n\ndata: b\n\nid: 2\nid: 3\ndata: c\n\nid: 4\nid: 3\ndata: d\n\nid:\ndata: e\n\ndata: f\n\n",
            &[
                event("message", "a", "1"),
                event("message", "b", "1"),
                event("message", "c", "3"),
                event("message", "d", "3"),
                event("message", "e", ""),
                event("message", "f", ""),
            ],
        );
    }

    #[test]
    fn a_block_without_data_is_no_event_but_its_id_counts() {
        let parser = standard_says("id: 1\nevent: a\n\n\n\nretry: 5\n\n", &[]);
        assert_eq!((parser.last_event_id(), parser.retry()), ("1", Some(5)));
        standard_says("id: 1\n\ndata: a\n\n", &[event("message", "a", "1")]);
    }

    #[test]
    fn an_id_counts_from_the_blank_line_on() {
        let mut parser = Parser::new();
        assert_eq!(
            feed(&mut parser, [&b"id: 1\n\nid: 2\n: hello\ndata: a\n"[..]]),
            [comment(" hello")]
        );
        assert_eq!(parser.last_event_id(), "1");
        assert_eq!(
            feed(&mut parser, [&b"\n"[..]]),
            [event("message", "a", "2")]
        );
    }

    #[test]
    fn an_id_with_a_nul_is_ignored() {
        standard_says(
            "id: 1\nid: 2\0\nid: \0\nid:\0 3\ndata: a\0b\n\nevent: c\0\ndata:\n\n",
            &[event("message", "a\0b", "1"), event("c\0", "", "1")],
        );
    }

    #[test]
    fn a_retry_is_all_digits() {
        let retry = |stream: &str| standard_says(stream, &[]).retry();
        assert_eq!(retry("retry: 1500\n"), Some(1500));
        assert_eq!(retry("retry:0\n"), Some(0));
        assert_eq!(retry("retry: 007\nretry: 8\n"), Some(8));
        for wrong in [
            "", " ", "  1", "1 ", "+1", "-1", "1.5", "1e3", "0x1", "\u{661}", "1\0", "/", ":",
        ] {
            assert_eq!(retry(&format!("retry:{wrong}\n")), None, "{wrong:?}");
            assert_eq!(
                retry(&format!("retry: 7\nretry:{wrong}\n")),
                Some(7),
                "{wrong:?}"
            );
        }
    }

    #[test]
    fn a_retry_that_is_too_large_is_as_large_as_can_be() {
        let retry = |stream: &str| standard_says(stream, &[]).retry();
        assert_eq!(retry("retry: 18446744073709551615\n"), Some(u64::MAX));
        assert_eq!(retry("retry: 18446744073709551616\n"), Some(u64::MAX));
        assert_eq!(
            retry("retry: 99999999999999999999999999999999999990\n"),
            Some(u64::MAX)
        );
        assert_eq!(
            retry("retry: 00000000000000000000000000000000000009\n"),
            Some(9)
        );
    }

    #[test]
    fn what_is_no_utf_8_is_replaced_as_in_a_stream_that_is_decoded_whole() {
        standard_says(
            b"id: \xFF1\nevent: a\xC3\ndata: \xE2\x82\ndata:\xF0\x9F\x98 \xED\xA0\x80\xC0\xAF\ndata: \xF0\x9F\xA6\x80\n\n",
            &[event(
                "a\u{FFFD}",
                "\u{FFFD}\n\u{FFFD} \u{FFFD}\u{FFFD}\u{FFFD}\u{FFFD}\u{FFFD}\n\u{1F980}",
                "\u{FFFD}1",
            )],
        );
        standard_says(
            b":\xE2\x82\r\n:\x80\r:\xEF\xBB\xBF\n",
            &[
                comment("\u{FFFD}"),
                comment("\u{FFFD}"),
                comment("\u{FEFF}"),
            ],
        );
        standard_says(
            b"data\xC3: a\ndata\xFF\ndata: b\n\n",
            &[event("message", "b", "")],
        );
    }

    #[test]
    fn an_unfinished_event_is_dropped() {
        for stream in [
            "data: a",
            "data: a\n",
            "id: 1\ndata: a\n",
            "id: 1\n",
            "data: a\ndata: b\n:c\nd",
        ] {
            let parser = says(
                stream,
                &if stream.contains(":c") {
                    vec![comment("c")]
                } else {
                    vec![]
                },
            );
            assert_eq!(parser.last_event_id(), "");
        }
    }
}

#[test]
fn an_event_that_ends_in_cr_is_due_at_once() {
    let mut parser = Parser::new();
    let mut next = |chunk: &str| feed(&mut parser, [chunk.as_bytes()]);
    assert_eq!(next("data: a\r\r"), [event("message", "a", "")]);
    assert_eq!(next("\ndata: b\r"), [], "that LF was no line of its own");
    assert_eq!(next("\n"), []);
    assert_eq!(next("\r"), [event("message", "b", "")]);
    assert_eq!(next("\n:c\r"), [comment("c")]);
    assert_eq!(next("data: d\r"), [], "that CR was a line end of its own");
    assert_eq!(next("\r"), [event("message", "d", "")]);
}

#[test]
fn data_is_lent_from_the_buffer() {
    let mut parser = Parser::new();
    let stream = b"data: a\ndata: \xF0\x9F\xA6\x80\n\n:\xFF\n";
    parser.feed(stream);
    let buffer = parser.buffer.as_ptr_range();
    assert_eq!(parser.advance(), Step::Event);
    let Cow::Borrowed(data) = parser.data() else {
        panic!("nothing in it has to be replaced");
    };
    assert!(buffer.contains(&data.as_ptr()));
    assert_eq!(parser.advance(), Step::Comment);
    assert!(matches!(parser.comment(), Cow::Owned(_)));
}

#[test]
fn nothing_is_lent_but_what_was_found() {
    let nothing = |parser: &Parser| {
        assert_eq!(
            (parser.event_type(), &*parser.data(), &*parser.comment()),
            ("message", "", "")
        );
    };
    let mut parser = Parser::new();
    nothing(&parser);
    parser.feed(b"event: a\ndata: b\n\n:c\nevent: d\ndata: e\n");
    nothing(&parser);
    assert_eq!(parser.advance(), Step::Event);
    assert_eq!(
        (parser.event_type(), &*parser.data(), &*parser.comment()),
        ("a", "b", "")
    );
    assert_eq!(parser.advance(), Step::Comment);
    assert_eq!(
        (parser.event_type(), &*parser.data(), &*parser.comment()),
        ("message", "", "c")
    );
    assert_eq!(parser.advance(), Step::Hungry);
    nothing(&parser);
    assert_eq!(parser.advance(), Step::Hungry, "and stays so");
    parser.feed(b"\n");
    assert_eq!(parser.advance(), Step::Event);
    parser.feed(b"");
    nothing(&parser);
}

#[test]
fn room_may_be_made_several_times_before_the_next_step() {
    let mut parser = Parser::new();
    parser.feed(b"data: a\n\ndata: b\n");
    assert_eq!(parser.advance(), Step::Event);
    for chunk in [&b"data"[..], b"", b": c", b"\n\n"] {
        let room = parser.room(chunk.len());
        assert_eq!(room.len(), chunk.len());
        room.copy_from_slice(chunk);
    }
    let mut said = Vec::new();
    hear(&mut parser, &mut said);
    assert_eq!(said, [event("message", "b\nc", "")]);
}

#[test]
fn to_parse_is_to_feed_and_advance_however_much_comes_at_once() {
    let mut stream = b"data: unfin".to_vec();
    for n in 0..5_000 {
        let data = "long ".repeat(n % 40);
        stream.extend(format!("ished {n}\nid: {n}\n: {n}\ndata: {data}\n\ndata: unfin").bytes());
    }
    assert!(stream.len() > 10 * Parser::PIECE);
    let mut heard = Vec::new();
    let mut parser = Parser::new();
    for chunk in cut(&stream, &[Parser::PIECE - 1, 1, 0, 3 * Parser::PIECE, 7]) {
        parser.parse(chunk, |parser, step| {
            heard.push(said(parser, step).expect("never hungry"))
        });
    }
    assert_eq!(heard, feed(&mut Parser::new(), [&stream[..]]));
    assert_eq!(heard.len(), 10_000);
    assert!(
        parser.buffer.len() <= 2 * Parser::PIECE,
        "it holds a piece, not all"
    );
}

#[test]
fn to_parse_is_to_advance_over_what_was_fed_before_too() {
    let mut parser = Parser::new();
    parser.feed(b"data: a\n\nda");
    assert_eq!(
        parse(&mut parser, [&b"ta"[..]]),
        [event("message", "a", "")]
    );
    parser.feed(b":b\n\n");
    assert_eq!(
        parse(&mut parser, [&b": c\n"[..]]),
        [event("message", "b", ""), comment(" c")]
    );
}

#[test]
fn a_stream_may_be_fed_far_ahead_of_its_steps() {
    let mut parser = Parser::new();
    let (mut sent, mut seen) = (0, 0);
    while seen < 10_000 {
        for _ in 0..3 {
            parser.feed(format!("data: {sent}\ndata\n\n").as_bytes());
            sent += 1;
        }
        for _ in 0..2 {
            assert_eq!(parser.advance(), Step::Event);
            assert_eq!(parser.data(), format!("{seen}\n"));
            seen += 1;
        }
    }
}

mod restarts {
    use super::*;

    #[test]
    fn what_was_unfinished_is_dropped_and_what_is_known_stays() {
        let mut parser = Parser::new();
        for unfinished in [
            "event: x\ndata: x\nid: 2\n",
            "id: 2",
            "id: 2\n",
            "data: x\n:\r",
            "data: x\nda",
            "\u{FEFF}",
            "\r",
        ] {
            feed(&mut parser, [b"retry: 9\nid: 1\n\n", unfinished.as_bytes()]);
            parser.restart();
            assert_eq!(
                (parser.last_event_id(), parser.retry()),
                ("1", Some(9)),
                "{unfinished:?}"
            );
            assert_eq!(
                feed(&mut parser, [&b"ta\ndata: a\n\n"[..]]),
                [event("message", "a", "1")],
                "{unfinished:?}"
            );
        }
    }

    #[test]
    fn an_unfinished_id_is_not_taken_up_again() {
        let mut parser = Parser::new().with_last_event_id("1");
        assert_eq!(feed(&mut parser, [&b"id: 2\ndata: a\n"[..]]), []);
        parser.restart();
        assert_eq!(
            feed(&mut parser, [&b"data: b\n\n"[..]]),
            [event("message", "b", "1")]
        );
    }

    #[test]
    fn a_new_body_may_start_with_a_byte_order_mark_again() {
        let mut parser = Parser::new();
        for data in ["a", "b"] {
            let body = format!("\u{FEFF}data: {data}\n\n");
            assert_eq!(
                feed(&mut parser, body.as_bytes().chunks(1)),
                [event("message", data, "")]
            );
            parser.restart();
        }
    }

    #[test]
    fn a_cr_at_the_end_of_the_old_body_is_forgotten() {
        let mut parser = Parser::new();
        assert_eq!(feed(&mut parser, [&b"data: a\r"[..]]), []);
        parser.restart();
        let body = "\u{FEFF}data: b\n\n".as_bytes();
        assert_eq!(feed(&mut parser, [body]), [event("message", "b", "")]);
    }

    #[test]
    fn what_was_not_looked_at_yet_is_dropped_too() {
        let mut parser = Parser::new();
        parser.feed(b"data: a\n\ndata: b\n\n");
        assert_eq!(parser.advance(), Step::Event);
        parser.restart();
        assert_eq!(parser.data(), "");
        assert_eq!(parser.advance(), Step::Hungry);
        assert_eq!(
            feed(&mut parser, [&b"data: c\n\n"[..]]),
            [event("message", "c", "")]
        );
    }

    #[test]
    fn a_line_and_an_event_that_were_too_large_are_forgotten() {
        let mut parser = Parser::new().with_max_event_size(10);
        assert_eq!(feed(&mut parser, [&b"data: 123456"[..]]), [Said::TooLarge]);
        parser.restart();
        assert_eq!(
            feed(&mut parser, [&b"data: a\n\n"[..]]),
            [event("message", "a", "")]
        );
    }

    #[test]
    fn a_stream_is_resumed_with_the_last_event_id_it_had() {
        let resumed = || Parser::new().with_last_event_id("é1");
        let events = [event("message", "a", "é1"), event("message", "b", "")];
        says_with(resumed, b"data: a\n\nid\ndata: b\n\n", &events);
        says_with(
            resumed,
            "id: 2\nid: é1\ndata: a\n\n".as_bytes(),
            &events[..1],
        );
    }
}

mod limits {
    use super::*;

    #[track_caller]
    fn within(max: usize, stream: impl AsRef<[u8]>, expected: &[Said]) -> Parser {
        says_with(
            || Parser::new().with_max_event_size(max),
            stream.as_ref(),
            expected,
        )
    }

    #[test]
    fn an_event_of_just_the_limit_is_dispatched() {
        within(
            7,
            "data: a\n\ndata: bc\n\ndata: d\n\n",
            &[
                event("message", "a", ""),
                Said::TooLarge,
                event("message", "d", ""),
            ],
        );
    }

    #[test]
    fn the_data_so_far_counts_with_the_line() {
        within(
            10,
            "data: a\ndata:bcde\n\n",
            &[event("message", "a\nbcde", "")],
        );
        within(
            10,
            "data: ab\ndata:bcde\n\ndata: f\n\n",
            &[Said::TooLarge, event("message", "f", "")],
        );
    }

    #[test]
    fn it_is_told_at_once_and_once() {
        let mut parser = Parser::new().with_max_event_size(10);
        let mut next = |chunk: &str| feed(&mut parser, [chunk.as_bytes()]);
        assert_eq!(next("data: 1234"), []);
        assert_eq!(next("5"), [Said::TooLarge]);
        assert_eq!(next("678901234567890"), []);
        assert_eq!(next("\ndata: 123456789\ndata: a\n\n"), []);
        assert_eq!(next("data: b\n\n"), [event("message", "b", "")]);
        assert_eq!(next("data: 123456789\n"), [Said::TooLarge]);
        assert_eq!(next("\ndata: 123\ndata: 1"), []);
        assert_eq!(next("2"), [Said::TooLarge], "with the data so far");
    }

    #[test]
    fn its_other_fields_are_obeyed_where_they_fit() {
        let parser = within(
            12,
            "id: 1\ndata: 1234567\nid: 2\nretry: 5\nid: 123456789\n\ndata: a\n\n",
            &[Said::TooLarge, event("message", "a", "2")],
        );
        assert_eq!(parser.retry(), Some(5));
        within(
            12,
            "data: 123456\nid: 3456\n\ndata: a\n\n",
            &[Said::TooLarge, event("message", "a", "3456")],
        );
        within(
            12,
            "data: 123456\nid: 34567890\n\ndata: a\n\n",
            &[Said::TooLarge, event("message", "a", "34567890")],
        );
    }

    #[test]
    fn its_event_type_is_of_no_other() {
        within(
            12,
            "event: a\ndata: 1234567\n\ndata: b\n\n",
            &[Said::TooLarge, event("message", "b", "")],
        );
    }

    #[test]
    fn an_event_whose_type_or_id_does_not_fit_is_too_large() {
        for field in ["event", "id", "retry"] {
            let stream = format!("data: a\n{field}: 123456789012\ndata: b\n\ndata: c\n\n");
            within(12, stream, &[Said::TooLarge, event("message", "c", "")]);
        }
    }

    #[test]
    fn a_comment_or_an_unknown_field_that_does_not_fit_is_passed_over() {
        within(
            12,
            "data: a\n: 123456789012\n:b\nfoo: 123456789\nevents: 12345\n12345678901234\n\ndata:\n:1234567890\n:123456789012\n\n",
            &[
                comment("b"),
                event("message", "a", ""),
                comment("1234567890"),
                event("message", "", ""),
            ],
        );
    }

    #[test]
    fn a_comment_that_does_not_fit_beside_the_data_is_passed_over() {
        let stream = "data: abcd\n:234567890\n:2345678\ndata: e\n\n";
        let said = [comment("2345678"), event("message", "abcd\ne", "")];
        within(12, stream, &said);
    }

    #[test]
    fn the_rest_of_a_line_that_does_not_fit_is_no_line() {
        within(
            8,
            "foo: 12345data: a\n\n:123456789:b\n\ndata: c\n\n",
            &[event("message", "c", "")],
        );
        within(
            8,
            "foo: 123456\rdata: c\r\r\nfoo: 123456\r\ndata\r\n\r\n",
            &[event("message", "c", ""), event("message", "", "")],
        );
    }

    #[test]
    fn with_no_room_there_are_no_events_and_ids_are_out_of_reach() {
        for max in [0, 1] {
            let parser = within(
                max,
                "\u{FEFF}:\ndata: a\nid: 1\n\ni\nid\n\ndata\n\nfoo\n\n",
                &[comment("")][max ^ 1..]
                    .iter()
                    .cloned()
                    .chain([Said::TooLarge, Said::TooLarge, Said::TooLarge])
                    .collect::<Vec<_>>(),
            );
            assert_eq!(parser.last_event_id(), "");
        }
    }

    /// By whole lines, in bytes: what a limit is, without a thought of how the bytes come.
    fn limited(stream: &[u8], max: usize) -> Vec<Said> {
        let text = String::from_utf8(stream.to_vec()).unwrap();
        let text = text.strip_prefix('\u{FEFF}').unwrap_or(&text);
        let text = text.replace("\r\n", "\n").replace('\r', "\n");
        let (mut said, mut kept, mut held, mut too_large) =
            (Vec::new(), String::new(), None, false);
        let mut id = String::new();
        let mut lines: Vec<&str> = text.split('\n').collect();
        let unfinished = lines.pop().unwrap();
        for (line, whole) in lines
            .into_iter()
            .map(|line| (line, true))
            .chain([(unfinished, false)])
        {
            let name = line.split(':').next().unwrap();
            let known =
                ["data", "event", "id", "retry"].contains(&name) && (whole || line.contains(':'));
            let value = line.strip_prefix(name).unwrap();
            let value = value.strip_prefix(':').unwrap_or(value);
            let value = value.strip_prefix(' ').unwrap_or(value);
            let over = held.unwrap_or(0) + line.len() > max;
            if over && known && !too_large {
                said.push(Said::TooLarge);
                (held, too_large) = (None, true);
            }
            if !whole {
                break;
            }
            if line.is_empty() {
                // The events of what was kept are left to the oracle.
                let mut oracle = oracle(&[], &id);
                oracle.interpret(format!("\n{kept}\n").as_bytes());
                said.extend(oracle.dispatched.into_iter().map(Said::Event));
                id = oracle.last_event_id;
                (kept, held, too_large) = (String::new(), None, false);
            } else if name.is_empty() {
                if !over {
                    said.push(comment(&line[1..]));
                }
            } else if name == "data" {
                if too_large {
                    kept = kept
                        .split_inclusive('\n')
                        .filter(|line| !line.starts_with("data"))
                        .collect();
                } else {
                    held = Some(held.map_or(0, |held| held + 1) + value.len());
                    kept += &format!("{line}\n");
                }
            } else if line.len() <= max && known {
                kept += &format!("{line}\n");
            }
            if too_large {
                kept = kept
                    .split_inclusive('\n')
                    .filter(|line| !line.starts_with("data"))
                    .collect();
            }
        }
        said
    }

    proptest! {
        #[test]
        fn a_limit_means_the_same_however_the_stream_is_cut(
            stream in vec(text_piece(), 0..40), max in 0_usize..30, lengths in vec(1_usize..9, 1..6),
        ) {
            let stream = stream.concat();
            let mut parser = Parser::new().with_max_event_size(max);
            let said = feed(&mut parser, cut(stream.as_bytes(), &lengths));
            prop_assert_eq!(said, limited(stream.as_bytes(), max));
            let mut parser = Parser::new().with_max_event_size(max);
            let said = parse(&mut parser, cut(stream.as_bytes(), &lengths));
            prop_assert_eq!(said, limited(stream.as_bytes(), max));
        }
    }
}

mod line_ends {
    use super::*;

    fn plainly(bytes: &[u8]) -> Option<usize> {
        bytes.iter().position(|byte| [CR, LF].contains(byte))
    }

    #[test]
    fn one_is_found_at_every_place_after_every_byte() {
        for length in 0..40 {
            for at in 0..length {
                for byte in 0..=u8::MAX {
                    for end in [CR, LF] {
                        let mut bytes = vec![b'x'; length];
                        bytes[at] = end;
                        bytes[at / 2] = byte;
                        assert_eq!(line_end(&bytes), plainly(&bytes), "{bytes:?}");
                    }
                }
            }
        }
    }

    #[test]
    fn only_controls_make_a_word_worth_a_look() {
        for byte in 0..=u8::MAX {
            let word = u64::from_le_bytes([byte; 8]);
            assert_eq!(controls(word) != 0, byte <= CR, "{byte}");
        }
    }

    proptest! {
        #[test]
        fn none_is_missed(bytes in vec(prop_oneof![any::<u8>(), 0x08_u8..0x10, 0x7E_u8..0x90, Just(b'\t')], 0..60)) {
            prop_assert_eq!(line_end(&bytes), plainly(&bytes));
        }

        #[test]
        fn none_is_seen_where_there_is_none(bytes in vec(prop_oneof![0_u8..0x0A, Just(0x0C), 0x0E_u8..=u8::MAX], 0..60)) {
            prop_assert_eq!(line_end(&bytes), None);
        }
    }
}

mod work {
    use super::*;

    /// A parser that is watched while it is fed.
    #[derive(Default)]
    struct Watched {
        parser: Parser,
        fed: usize,
        most_memory: usize,
    }

    impl Watched {
        fn with_max_event_size(bytes: usize) -> Self {
            Watched {
                parser: Parser::new().with_max_event_size(bytes),
                ..Watched::default()
            }
        }

        /// Feeds the chunk so often, and counts events.
        fn flood(&mut self, chunk: impl AsRef<[u8]>, times: usize) -> usize {
            let (mut events, chunk) = (0, chunk.as_ref());
            for _ in 0..times {
                self.parser.feed(chunk);
                self.fed += chunk.len();
                while let step @ (Step::Event | Step::Comment | Step::TooLarge) =
                    self.parser.advance()
                {
                    events += usize::from(step == Step::Event);
                }
                let (work, fed) = (self.parser.work, self.fed);
                assert!(work <= 5 * fed, "{work} for {fed} bytes");
                assert_eq!(self.parser.buffer.capacity(), self.parser.buffer.len());
                self.most_memory = self.most_memory.max(self.parser.buffer.capacity());
            }
            events
        }
    }

    #[test]
    fn chunks_of_one_byte_are_no_more_work_than_others() {
        for line in [
            "data: 0123456789 0123456789\n\n",
            "data: a\r\ndata: b\r\ndata: c\r\n\r\n",
            ":\r",
            "\r",
            "\n",
            "data\n",
            "id: 1\ndata\r\rfoo\n",
        ] {
            let stream = line.repeat(100_000 / line.len());
            for length in [1, 2, 1000, stream.len()] {
                let mut watched = Watched::default();
                for chunk in stream.as_bytes().chunks(length) {
                    watched.flood(chunk, 1);
                }
            }
        }
    }

    #[test]
    fn a_long_line_in_small_chunks_is_no_more_work_than_others() {
        const SIZE: usize = 64 << 20;
        const CHUNK: usize = 16 << 10;
        let mut watched = Watched::with_max_event_size(2 * SIZE);
        watched.flood("data: ", 1);
        watched.flood([b'x'; CHUNK], SIZE / CHUNK);
        watched.parser.feed(b"\n\n");
        assert_eq!(watched.parser.advance(), Step::Event);
        assert_eq!(watched.parser.data().len(), SIZE);
        assert!(watched.most_memory <= 2 * SIZE + 2 * CHUNK);
        assert_eq!(watched.parser.advance(), Step::Hungry);
        assert_eq!(watched.parser.buffer.capacity(), 0, "given back");
    }

    #[test]
    fn what_a_large_event_took_is_given_back_though_no_chunk_ends_where_an_event_does() {
        let mut watched = Watched::default();
        watched.flood("data: ", 1);
        watched.flood([b'x'; 16 << 10], 1000);
        assert_eq!(watched.flood("\n\ndata: fi", 1), 1);
        assert!(watched.parser.buffer.capacity() <= 1 << 20);
        assert_eq!(watched.flood("rst\n\ndata: se", 1), 1);
        watched.parser.feed(b"cond\n\n");
        assert_eq!(watched.parser.advance(), Step::Event);
        assert_eq!(watched.parser.data(), "second");
    }

    #[test]
    fn a_long_event_of_many_lines_is_no_more_work_than_others() {
        let event = "data: 0123456789\nfoo: 0123456789\n".repeat(5_000) + "\n";
        for length in [1, 7, 1000] {
            let mut watched = Watched::default();
            for chunk in event.as_bytes().chunks(length) {
                watched.flood(chunk, 1);
            }
        }
    }

    #[test]
    fn a_flood_without_an_end_does_not_fill_the_memory() {
        const MAX: usize = 20_000;
        for (start, chunk) in [
            ("", "x"),
            ("", ":"),
            ("data: ", "x"),
            ("event:", "x"),
            ("id: ", "x"),
            ("retry:", "0"),
            ("foo: ", "x"),
            ("", "data\n"),
            ("", "data:\n:\n"),
            ("data: a\n", "id: 1\n"),
            ("data: a\n", "foo\n"),
            ("", "data: a\ndata\r\n"),
            ("", "\n"),
            ("", "data: 0123456789\n\nid: 12\n"),
        ] {
            for repeat in [1, 500] {
                let mut watched = Watched::with_max_event_size(MAX);
                let chunk = chunk.repeat(repeat);
                watched.flood(start, 1);
                watched.flood(&chunk, 10 * MAX / chunk.len());
                assert!(
                    watched.most_memory <= 4 * MAX + 2 * chunk.len(),
                    "{start:?} {chunk:.9?}: {}",
                    watched.most_memory
                );
                let parser = watched.parser;
                let texts = [
                    parser.event_type,
                    parser.last_event_id,
                    parser.next_event_id,
                ];
                assert!(texts.iter().all(|text| text.capacity() <= MAX));
            }
        }
    }

    #[test]
    fn a_steady_stream_needs_no_more_than_its_chunks() {
        let mut watched = Watched::default();
        let chunk = "data: 0123456789 0123456789\n\n".repeat(1000);
        assert_eq!(watched.flood(&chunk, 100), 100_000);
        assert_eq!(watched.most_memory, chunk.len());
        // Neither does one whose chunks end anywhere.
        let mut watched = Watched::default();
        let chunk = &chunk[..chunk.len() - 7];
        watched.flood(chunk, 100);
        assert!(watched.most_memory <= 2 * chunk.len());
    }

    #[test]
    fn what_is_said_over_and_over_is_not_copied_over_and_over() {
        let mut watched = Watched::default();
        let chunk = b"event: tick\nid: 1\ndata: a\n\n";
        assert_eq!(watched.flood(chunk, 1), 1);
        let texts = |parser: &Parser| (parser.event_type.as_ptr(), parser.last_event_id.as_ptr());
        let before = texts(&watched.parser);
        assert_eq!(watched.flood(chunk, 9), 9);
        assert_eq!(texts(&watched.parser), before);
    }

    #[test]
    fn the_rest_of_a_line_that_was_given_up_is_not_kept_though_it_comes_in_few_bytes() {
        let mut parser = Parser::new().with_max_event_size(1_000);
        let mut said = parse(&mut parser, [&b"data: "[..], &[b'x'; 2_000]]);
        for _ in 0..1_000 {
            said.extend(parse(&mut parser, [&b"xxxxx"[..]]));
            assert_eq!(parser.held(), 0);
        }
        said.extend(parse(&mut parser, [&b"\n\ndata: a\n\n"[..]]));
        assert_eq!(said, [Said::TooLarge, event("message", "a", "")]);
    }

    #[test]
    fn what_a_huge_name_or_id_took_is_given_back() {
        let huge = "x".repeat(2 * Parser::MAX_IDLE_CAPACITY);
        let mut parser = Parser::new();
        for field in ["event", "id"] {
            feed(
                &mut parser,
                [format!("{field}: {huge}\ndata\n\n").as_bytes()],
            );
            for n in 0..3 {
                feed(&mut parser, [format!("{field}: {n}\ndata\n\n").as_bytes()]);
            }
        }
        for text in [
            &parser.event_type,
            &parser.last_event_id,
            &parser.next_event_id,
        ] {
            assert!(text.capacity() <= Parser::MAX_IDLE_CAPACITY);
        }
    }

    #[test]
    fn a_large_buffer_is_kept_as_long_as_the_chunks_are_large() {
        let mut watched = Watched::default();
        let chunk = [
            &b"data: "[..],
            &[b'x'; 2 * Parser::MAX_IDLE_CAPACITY],
            b"\n\n",
        ]
        .concat();
        assert_eq!(watched.flood(&chunk, 1), 1);
        assert_eq!(watched.parser.buffer.len(), chunk.len());
        assert_eq!(watched.flood("data\n\n", 1), 1);
        assert_eq!(watched.parser.buffer.len(), 0);
        assert_eq!(watched.flood("data\n\n", 9), 9, "and made anew");
    }
}

/// Pieces that a stream of UTF-8 may be made of.
fn text_piece() -> impl Strategy<Value = String> {
    prop_oneof![
        6 => prop::sample::select(vec!["\n", "\r", "\r\n", "\n\n", "\r\r", "\r\n\r\n"]),
        6 => prop::sample::select(vec!["data", "data:", "data: ", "\ndata: a\n", "id", "id:", "id: 1", "\nid: 2\n", "event: ", "event:a", "retry:", "retry: 1"]),
        4 => prop::sample::select(vec![":", " ", "\0", "a", "1", "23", "d", "dat", "i", "é", "🦀", "\u{FEFF}", "\u{2028}"]),
    ]
    .prop_map(str::to_owned)
}

/// Pieces that a stream may be made of, UTF-8 or not.
fn piece() -> impl Strategy<Value = Vec<u8>> {
    prop_oneof![
        12 => text_piece().prop_map(String::into_bytes),
        3 => prop::sample::select(vec![&b"\xEF"[..], b"\xBB", b"\xBF", b"\xEF\xBB", b"\xFF", b"\xC3", b"\xF0\x9F", b"\xA6\x80", b"\xED\xA0\x80", b"\xE2\x80"]).prop_map(<[u8]>::to_vec),
        1 => any::<u8>().prop_map(|byte| vec![byte]),
    ]
}

fn stream() -> impl Strategy<Value = Vec<u8>> {
    prop_oneof![
        9 => (any::<bool>(), vec(piece(), 0..60)).prop_map(|(bom, pieces)| {
            let start = if bom { BOM } else { b"" };
            [start, &pieces.concat()].concat()
        }),
        1 => vec(any::<u8>(), 0..200),
    ]
}

proptest! {
    #[test]
    fn it_says_what_the_standard_says(stream in stream(), lengths in vec(1_usize..20, 1..6)) {
        let mut parser = Parser::new();
        let said = feed(&mut parser, cut(&stream, &lengths));
        prop_assert_eq!(as_oracle(&parser, said), oracle(&[&stream], ""));
        let mut parser = Parser::new();
        let said = parse(&mut parser, cut(&stream, &lengths));
        prop_assert_eq!(as_oracle(&parser, said), oracle(&[&stream], ""));
    }

    #[test]
    fn it_says_what_the_standard_says_over_several_bodies(
        bodies in vec(stream(), 1..4), lengths in vec(1_usize..20, 1..6), id in "[a-c]{0,2}",
    ) {
        let mut parser = Parser::new().with_last_event_id(&*id);
        let mut said = Vec::new();
        for body in &bodies {
            said.extend(feed(&mut parser, cut(body, &lengths)));
            parser.restart();
        }
        let bodies: Vec<&[u8]> = bodies.iter().map(Vec::as_slice).collect();
        prop_assert_eq!(as_oracle(&parser, said), oracle(&bodies, &id));
    }

    /// Fed before it is hungry, too.
    #[test]
    fn it_never_panics_and_its_limit_holds(
        bodies in vec(stream(), 1..3),
        steps in vec((0_usize..20, 0_usize..4), 1..9),
        max in prop_oneof![Just(0), Just(1), 2_usize..40, Just(usize::MAX)],
    ) {
        let mut parser = Parser::new().with_max_event_size(max);
        for body in &bodies {
            let mut rest = &body[..];
            for (length, advances) in steps.iter().cycle().take(100) {
                let (chunk, later) = rest.split_at(rest.len().min(*length));
                rest = later;
                parser.feed(chunk);
                for _ in 0..*advances {
                    if parser.advance() == Step::Event {
                        prop_assert!(parser.block.data.clone().unwrap().len() <= max);
                    }
                    let _ = (parser.event_type(), parser.data(), parser.comment());
                    let _ = format!("{parser:?}");
                }
            }
            parser.restart();
        }
    }

    /// The events do not depend on when they are asked for.
    #[test]
    fn it_may_be_fed_before_it_is_hungry(stream in stream(), steps in vec((0_usize..20, 0_usize..4), 1..9)) {
        let mut parser = Parser::new();
        let (mut said, mut rest) = (Vec::new(), &stream[..]);
        for (length, advances) in steps.iter().cycle().take(400) {
            let (chunk, later) = rest.split_at(rest.len().min(*length));
            rest = later;
            parser.feed(chunk);
            for _ in 0..*advances {
                match parser.advance() {
                    Step::Event => said.push(event(parser.event_type(), &parser.data(), parser.last_event_id())),
                    Step::Comment => said.push(comment(&parser.comment())),
                    _ => {}
                }
            }
        }
        parser.feed(rest);
        hear(&mut parser, &mut said);
        prop_assert_eq!(as_oracle(&parser, said), oracle(&[&stream], ""));
    }
}
