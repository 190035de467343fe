//! Typed decoding on the host: the probe over what serde derives, tables of the awkward, and
//! properties over random values.

use std::collections::BTreeMap;

use proptest::prelude::*;
use serde::Serialize;

use super::*;
use crate::Message;

fn decode<T: DeserializeOwned>(event_type: &str, data: &str) -> Result<T, DecodeError> {
    variant(Frame::new(event_type, data))
}

fn read<T: DeserializeOwned>(frame: &Frame<'_>) -> Result<T, DecodeError> {
    variant(frame.clone())
}

mod probing {
    use super::*;

    fn names_of<T: DeserializeOwned>() -> Vec<&'static str> {
        names::<T>().expect("an enum").to_vec()
    }

    #[test]
    fn plain_renamed_and_aliased_variants_are_all_listened_for() {
        #[derive(Deserialize)]
        #[allow(dead_code)]
        enum Feed {
            Plain,
            #[serde(rename = "two words")]
            Renamed(u8),
            #[serde(alias = "was", alias = "before that")]
            Aliased {
                at: u8,
            },
            #[serde(rename(serialize = "out", deserialize = "in"))]
            BothWays(u8, u8),
            #[serde(rename = "время")]
            Script,
        }
        let mut found = names_of::<Feed>();
        found.sort_unstable();
        let mut expected = [
            "Plain",
            "two words",
            "Aliased",
            "was",
            "before that",
            "in",
            "время",
        ];
        expected.sort_unstable();
        assert_eq!(found, expected);
    }

    #[test]
    fn rename_all_changes_every_name_that_is_not_renamed_by_itself() {
        macro_rules! cases {
            ($($rule:literal: $first:literal $second:literal),*) => {$({
                #[derive(Deserialize)]
                #[serde(rename_all = $rule)]
                #[allow(dead_code)]
                enum Feed {
                    CpuLoad,
                    Memory(u8),
                    #[serde(rename = "own")]
                    Renamed,
                }
                assert_eq!(names_of::<Feed>(), [$first, $second, "own"]);
            })*};
        }
        cases!(
            "lowercase": "cpuload" "memory",
            "UPPERCASE": "CPULOAD" "MEMORY",
            "PascalCase": "CpuLoad" "Memory",
            "camelCase": "cpuLoad" "memory",
            "snake_case": "cpu_load" "memory",
            "SCREAMING_SNAKE_CASE": "CPU_LOAD" "MEMORY",
            "kebab-case": "cpu-load" "memory",
            "SCREAMING-KEBAB-CASE": "CPU-LOAD" "MEMORY"
        );
    }

    #[test]
    fn skipped_variants_are_not_listened_for_and_other_is_a_name_too() {
        #[derive(Deserialize)]
        #[allow(dead_code)]
        enum Feed {
            Kept,
            #[serde(skip)]
            Skipped,
            #[serde(skip_deserializing)]
            OnlyOut(u8),
            #[serde(skip_serializing)]
            OnlyIn(u8),
            #[serde(other)]
            Other,
        }
        assert_eq!(names_of::<Feed>(), ["Kept", "OnlyIn", "Other"]);
        assert!(matches!(decode("anything", ""), Ok(Feed::Other)));
        assert!(matches!(decode("Skipped", ""), Ok(Feed::Other)));
    }

    #[test]
    fn wrappers_are_looked_into() {
        #[derive(Deserialize)]
        #[allow(dead_code)]
        enum Feed {
            A,
            B(u8),
        }
        #[derive(Deserialize)]
        #[allow(dead_code)]
        struct Newtype(Feed);
        #[derive(Deserialize)]
        #[serde(transparent)]
        #[allow(dead_code)]
        struct Transparent {
            feed: Feed,
        }
        #[derive(Deserialize)]
        #[serde(from = "Feed")]
        #[allow(dead_code)]
        struct Converted(Feed);
        impl From<Feed> for Converted {
            fn from(feed: Feed) -> Self {
                Converted(feed)
            }
        }
        #[derive(Deserialize)]
        #[allow(dead_code)]
        enum Generic<T> {
            A(T),
            B,
        }
        let expected = ["A", "B"];
        assert_eq!(names_of::<Newtype>(), expected);
        assert_eq!(names_of::<Transparent>(), expected);
        assert_eq!(names_of::<Converted>(), expected);
        assert_eq!(names_of::<Generic<Vec<u8>>>(), expected);
        assert_eq!(names_of::<Option<Feed>>(), expected);
        assert_eq!(names_of::<Box<Feed>>(), expected);
        assert_eq!(names_of::<Envelope<Feed>>(), expected);
        assert_eq!(names_of::<Envelope<Option<Newtype>>>(), expected);
    }

    #[test]
    fn attributes_that_say_nothing_about_names_change_none() {
        fn twice<'de, D: serde::Deserializer<'de>>(from: D) -> Result<u8, D::Error> {
            u8::deserialize(from).map(|n| n * 2)
        }
        #[derive(Debug, PartialEq, Deserialize)]
        #[serde(
            rename = "Another",
            rename_all(serialize = "UPPERCASE", deserialize = "lowercase"),
            rename_all_fields = "camelCase",
            deny_unknown_fields,
            expecting = "a feed",
            bound(deserialize = "T: Deserialize<'de> + Default")
        )]
        enum Feed<T> {
            #[serde(deserialize_with = "twice")]
            Twice(u8),
            Fields {
                #[serde(default)]
                first_field: T,
                #[serde(skip)]
                hidden: u8,
            },
            Split(#[serde(skip)] u8, #[serde(default)] u8, u8),
        }
        assert_eq!(names_of::<Feed<u8>>(), ["twice", "fields", "split"]);
        assert_eq!(decode("twice", "4"), Ok(Feed::<u8>::Twice(8)));
        let fields = Feed::Fields {
            first_field: 3u8,
            hidden: 0,
        };
        assert_eq!(decode("fields", r#"{"firstField":3}"#), Ok(fields));
        assert!(decode::<Feed<u8>>("fields", r#"{"first":3}"#).is_err());
        assert_eq!(decode("split", "[1,2]"), Ok(Feed::<u8>::Split(0, 1, 2)));
    }

    #[test]
    fn conversions_that_may_fail_are_looked_into_and_fail_as_a_decode_error() {
        #[derive(Debug, Deserialize)]
        enum Wire {
            Percent(u8),
        }
        #[derive(Debug, Deserialize)]
        #[serde(try_from = "Wire")]
        struct Percent(#[allow(dead_code)] u8);
        impl TryFrom<Wire> for Percent {
            type Error = String;
            fn try_from(Wire::Percent(n): Wire) -> Result<Self, String> {
                if n <= 100 {
                    Ok(Percent(n))
                } else {
                    Err(format!("{n} % is too much"))
                }
            }
        }
        assert_eq!(names_of::<Percent>(), ["Percent"]);
        assert!(decode::<Percent>("Percent", "100").is_ok());
        let error = decode::<Percent>("Percent", "101").expect_err("too much");
        assert_eq!(error.reason(), "101 % is too much");
    }

    #[test]
    fn a_type_that_wraps_itself_and_a_result_name_no_events() {
        #[derive(Deserialize)]
        struct Chain(#[allow(dead_code)] Option<Box<Chain>>);
        assert!(matches!(names::<Chain>(), Err(OpenError::NotAnEnum { .. })));
        assert!(decode::<Chain>("any", "null").is_err());
        let slip = names::<Result<u8, String>>();
        assert!(matches!(slip, Err(OpenError::NotAnEnum { .. })));
    }

    #[test]
    fn what_names_no_events_is_an_error_that_names_the_type() {
        #[derive(Deserialize)]
        #[allow(dead_code)]
        struct Single {
            at: u8,
        }
        #[derive(Deserialize)]
        #[serde(tag = "type")]
        #[allow(dead_code)]
        enum Internal {
            A { at: u8 },
        }
        #[derive(Deserialize)]
        #[serde(tag = "type", content = "content")]
        #[allow(dead_code)]
        enum Adjacent {
            A(u8),
        }
        #[derive(Deserialize)]
        #[serde(untagged)]
        #[allow(dead_code)]
        enum Untagged {
            A(u8),
        }
        #[derive(Deserialize)]
        #[allow(dead_code)]
        enum PartlyUntagged {
            A(u8),
            #[serde(untagged)]
            Rest(String),
        }
        #[derive(Deserialize)]
        enum Empty {}
        #[derive(Deserialize)]
        #[allow(dead_code)]
        enum AllSkipped {
            #[serde(skip)]
            A,
        }
        fn refused<T: DeserializeOwned>() -> OpenError {
            let error = names::<T>().expect_err("no names");
            assert!(error.to_string().contains(type_name::<T>()), "{error}");
            error
        }
        for error in [
            refused::<Single>(),
            refused::<Internal>(),
            refused::<Adjacent>(),
            refused::<Untagged>(),
            refused::<PartlyUntagged>(),
            refused::<()>(),
            refused::<String>(),
            refused::<Vec<u8>>(),
            refused::<BTreeMap<String, u8>>(),
            refused::<serde_json::Value>(),
            refused::<Text>(),
            refused::<Message>(),
            refused::<Envelope<Single>>(),
        ] {
            assert!(matches!(error, OpenError::NotAnEnum { .. }), "{error:?}");
        }
        assert!(matches!(refused::<Empty>(), OpenError::NoVariants { .. }));
        assert!(matches!(
            refused::<AllSkipped>(),
            OpenError::NoVariants { .. }
        ));
    }
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Feed {
    Unit,
    Number(f64),
    Big(u64),
    Flag(bool),
    Words(String),
    Maybe(Option<i32>),
    List(Vec<i64>),
    Map(BTreeMap<String, String>),
    Pair(i8, String),
    #[serde(alias = "the same")]
    Shape {
        width: u32,
        name: Option<String>,
    },
    Inner(Inner),
    Message(u8),
    Error(String),
    #[serde(rename = "two words")]
    TwoWords,
    #[serde(rename = "время")]
    Time(u64),
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
enum Inner {
    None,
    Some { deep: Vec<Inner> },
}

mod decoding {
    use super::*;

    #[test]
    fn the_event_type_picks_the_variant_and_the_data_is_its_content() {
        let table: [(&str, &str, Feed); 20] = [
            ("unit", "", Feed::Unit),
            ("unit", "null", Feed::Unit),
            ("unit", "not JSON {", Feed::Unit),
            ("number", "1795356447432", Feed::Number(1_795_356_447_432.0)),
            ("number", " -1e3 ", Feed::Number(-1000.0)),
            ("number", "\n1\n", Feed::Number(1.0)),
            ("big", "18446744073709551615", Feed::Big(u64::MAX)),
            ("flag", "true", Feed::Flag(true)),
            (
                "words",
                r#""a\nb \u00e9 🦀""#,
                Feed::Words("a\nb é 🦀".into()),
            ),
            ("maybe", "null", Feed::Maybe(None)),
            ("maybe", " null\n", Feed::Maybe(None)),
            ("maybe", "-7", Feed::Maybe(Some(-7))),
            ("list", "[\n1,\n2\n]", Feed::List(vec![1, 2])),
            ("pair", r#"[-1, "b"]"#, Feed::Pair(-1, "b".into())),
            (
                "shape",
                r#"{"width":3}"#,
                Feed::Shape {
                    width: 3,
                    name: None,
                },
            ),
            (
                "the same",
                r#"{"width":3,"more":[]}"#,
                Feed::Shape {
                    width: 3,
                    name: None,
                },
            ),
            (
                "inner",
                r#"{"Some":{"deep":["None"]}}"#,
                Feed::Inner(Inner::Some {
                    deep: vec![Inner::None],
                }),
            ),
            ("message", "7", Feed::Message(7)),
            (
                "error",
                r#""the server's""#,
                Feed::Error("the server's".into()),
            ),
            ("время", "5", Feed::Time(5)),
        ];
        for (event_type, data, expected) in table {
            assert_eq!(
                decode::<Feed>(event_type, data).as_ref(),
                Ok(&expected),
                "{event_type} {data}"
            );
        }
    }

    #[test]
    fn what_does_not_fit_is_an_error_that_says_where_and_why_and_keeps_the_message() {
        let table = [
            ("number", "", "EOF while parsing a value at line 1 column 0"),
            (
                "number",
                "\"1\"",
                "invalid type: string \"1\", expected f64 at line 1 column 3",
            ),
            ("number", "1 2", "trailing characters at line 1 column 3"),
            (
                "big",
                "-1",
                "invalid value: integer `-1`, expected u64 at line 1 column 2",
            ),
            (
                "big",
                "18446744073709551616",
                "expected u64 at line 1 column 20",
            ),
            ("number", "null", "invalid type: null, expected f64"),
            ("maybe", "\u{c}null", "expected value at line 1 column 1"),
            ("pair", "[1]", "invalid length 1"),
            ("pair", "[1,\"b\",3]", "trailing characters"),
            (
                "shape",
                "{\"width\":\n3,}",
                "trailing comma at line 2 column 3",
            ),
            ("shape", "{}", "missing field `width`"),
            ("words", "plain", "expected value at line 1 column 1"),
            (
                "nobody",
                "1",
                "unknown variant `nobody`, expected one of `unit`",
            ),
        ];
        for (event_type, data, reason) in table {
            let frame = Frame::new(event_type, data).with_last_event_id("42");
            let error = read::<Feed>(&frame).expect_err(data);
            assert!(
                error.reason().contains(reason),
                "{event_type} {data}: {error}"
            );
            assert_eq!(*error.message(), frame);
            let text = error.to_string();
            assert!(
                text.contains(&format!("{event_type:?} with the id \"42\"")),
                "{text}"
            );
            assert_eq!(error.into_message(), frame);
        }
    }

    #[test]
    fn a_text_takes_the_data_as_it_is() {
        #[derive(Debug, PartialEq, Deserialize)]
        struct Log(Text);
        #[derive(Debug, PartialEq, Deserialize)]
        enum Notes {
            Note(Text),
            Wrapped(Log),
            Maybe(Option<Text>),
            In(Envelope<Text>),
        }
        for data in ["", "plain", "\"quoted\"", "{", "a\nb", "null", " 🦀 "] {
            let text = Text(data.to_owned());
            assert_eq!(decode("Note", data), Ok(Notes::Note(text.clone())));
            assert_eq!(
                decode("Wrapped", data),
                Ok(Notes::Wrapped(Log(text.clone())))
            );
            assert_eq!(Frame::new("any", data).json::<Text>().as_ref(), Ok(&text));
            let Ok(Notes::In(envelope)) = decode("In", data) else {
                panic!("{data}")
            };
            assert_eq!((envelope.event_type.as_str(), envelope.value), ("In", text));
        }
        assert_eq!(decode("Maybe", "null"), Ok(Notes::Maybe(None)));
        assert_eq!(
            decode("Maybe", "x"),
            Ok(Notes::Maybe(Some(Text("x".into()))))
        );
        assert_eq!(
            serde_json::from_str::<Text>("\"json\"").unwrap(),
            Text("json".into())
        );
    }

    #[test]
    fn an_envelope_adds_type_and_id_around_the_enum_or_one_content() {
        #[derive(Debug, PartialEq, Deserialize)]
        enum Orders {
            Order(Envelope<u32>),
        }
        let frame = Frame::new("number", "1.5").with_last_event_id("é9");
        let all: Envelope<Feed> = read(&frame).unwrap();
        assert_eq!(
            (all.event_type.as_str(), all.last_event_id.as_str()),
            ("number", "é9")
        );
        assert_eq!(all.value, Feed::Number(1.5));
        let frame = Frame::new("Order", "7").with_last_event_id("1");
        let Orders::Order(one) = read(&frame).unwrap();
        assert_eq!(
            (
                one.event_type.as_str(),
                one.last_event_id.as_str(),
                one.value
            ),
            ("Order", "1", 7)
        );
    }

    #[test]
    fn type_id_and_origin_cannot_be_forged_by_data() {
        #[derive(Debug, Deserialize)]
        #[allow(dead_code)]
        enum Trusting {
            Order { inside: Message },
            Orders(Vec<Envelope<u32>>),
        }
        for data in [
            "7",
            "{}",
            r#"["forged","9",5]"#,
            r#"["forged","d","9","https://bank"]"#,
        ] {
            assert!(
                serde_json::from_str::<Envelope<u32>>(data).is_err(),
                "{data}"
            );
            assert!(serde_json::from_str::<Message>(data).is_err(), "{data}");
            assert!(decode::<Trusting>("Order", &format!("{{\"inside\":{data}}}")).is_err());
            assert!(decode::<Trusting>("Orders", &format!("[{data}]")).is_err());
        }
    }

    #[test]
    fn a_text_may_be_shared_with_a_server_in_rust() {
        let text = Text::from("a \"b\"");
        assert_eq!(serde_json::to_string(&text).unwrap(), r#""a \"b\"""#);
        let again: Text = serde_json::from_str(r#""a \"b\"""#).unwrap();
        assert_eq!((again.as_ref(), &again), ("a \"b\"", &text));
    }

    #[test]
    fn a_message_may_be_a_content_or_the_item_itself() {
        #[derive(Debug, PartialEq, Deserialize)]
        enum Raw {
            Any(Message),
        }
        let frame = Frame::new("Any", "no JSON")
            .with_last_event_id("1")
            .with_origin("http://a");
        assert_eq!(read(&frame), Ok(Raw::Any(frame.clone().into_owned())));
        assert_eq!(frame.json::<Message>(), Ok(frame.clone().into_owned()));
    }

    #[test]
    fn payloads_may_borrow_from_the_frame() {
        #[derive(Deserialize)]
        struct Tick<'a> {
            symbol: &'a str,
            #[serde(borrow)]
            note: std::borrow::Cow<'a, str>,
        }
        let frame = Frame::new("tick", r#"{"symbol":"ABC","note":"plain"}"#);
        let tick: Tick<'_> = frame.json().unwrap();
        let inside = frame.data().as_bytes().as_ptr_range();
        assert!(inside.contains(&tick.symbol.as_ptr()));
        assert!(matches!(tick.note, std::borrow::Cow::Borrowed("plain")));
    }

    #[test]
    fn an_error_prints_as_one_line_of_bounded_length_and_keeps_all() {
        let long = "é".repeat(5000);
        let json = format!("\"{long}\"");
        for (event_type, data) in [("number", &long), ("number", &json), (&long, &json)] {
            let error = decode::<Feed>(event_type, data).unwrap_err();
            assert!(error.to_string().chars().count() < 800, "{error}");
            assert_eq!(
                (error.message().event_type(), error.message().data()),
                (event_type, &**data)
            );
        }
        let error = decode::<Feed>("number", "1\nFATAL: forged").unwrap_err();
        assert!(
            error.to_string().ends_with("its data is 1\\nFATAL: forged"),
            "{error}"
        );
    }

    #[test]
    fn json_that_nests_without_end_is_an_error() {
        let data = "[".repeat(1 << 20);
        assert!(decode::<Feed>("list", &data).is_err());
        let data = "{\"Some\":{\"deep\":[".repeat(1 << 16);
        assert!(decode::<Feed>("inner", &data).is_err());
    }
}

mod properties {
    use super::*;

    fn inner() -> impl Strategy<Value = Inner> {
        Just(Inner::None).prop_recursive(3, 16, 3, |inner| {
            prop::collection::vec(inner, 0..3).prop_map(|deep| Inner::Some { deep })
        })
    }

    fn feed() -> impl Strategy<Value = Feed> {
        prop_oneof![
            Just(Feed::Unit),
            Just(Feed::TwoWords),
            any::<f64>()
                .prop_filter("JSON has no other", |n| n.is_finite())
                .prop_map(Feed::Number),
            any::<u64>().prop_map(Feed::Big),
            any::<bool>().prop_map(Feed::Flag),
            any::<String>().prop_map(Feed::Words),
            any::<Option<i32>>().prop_map(Feed::Maybe),
            any::<Vec<i64>>().prop_map(Feed::List),
            any::<BTreeMap<String, String>>().prop_map(Feed::Map),
            any::<(i8, String)>().prop_map(|(a, b)| Feed::Pair(a, b)),
            any::<(u32, Option<String>)>().prop_map(|(width, name)| Feed::Shape { width, name }),
            inner().prop_map(Feed::Inner),
            any::<u8>().prop_map(Feed::Message),
            any::<String>().prop_map(Feed::Error),
            any::<u64>().prop_map(Feed::Time),
        ]
    }

    /// The value as a server would send it: serde_json's own enum is `"Name"` or `{"Name": content}`.
    fn encode(value: &Feed, pretty: bool) -> String {
        let (name, content) = match serde_json::to_value(value).unwrap() {
            serde_json::Value::String(name) => (name, None),
            serde_json::Value::Object(map) => {
                let (name, content) = map.into_iter().next().unwrap();
                (name, Some(content))
            }
            other => panic!("{other}"),
        };
        let data = match content {
            Some(content) if pretty => serde_json::to_string_pretty(&content).unwrap(),
            Some(content) => content.to_string(),
            None => String::new(),
        };
        let lines: String = data
            .split('\n')
            .map(|line| format!("data: {line}\n"))
            .collect();
        format!("event: {name}\n{lines}\n")
    }

    /// What a browser makes of it, literally: the fields of one event, without a hurry.
    fn dispatch(event: &str) -> (String, String) {
        let (mut event_type, mut data) = (String::new(), String::new());
        for line in event.lines().filter(|line| !line.is_empty()) {
            let (field, value) = line.split_once(':').unwrap_or((line, ""));
            let value = value.strip_prefix(' ').unwrap_or(value);
            match field {
                "event" => event_type = value.to_owned(),
                "data" => {
                    data.push_str(value);
                    data.push('\n');
                }
                _ => {}
            }
        }
        data.pop();
        (event_type, data)
    }

    proptest! {
        #[test]
        fn what_is_encoded_as_an_event_decodes_to_the_same_value(value in feed(), pretty: bool) {
            let (event_type, data) = dispatch(&encode(&value, pretty));
            prop_assert!(names::<Feed>().unwrap().contains(&event_type.as_str()));
            prop_assert_eq!(decode::<Feed>(&event_type, &data), Ok(value));
        }

        #[test]
        fn decoding_agrees_with_serde_json_reading_the_same_enum(
            name in prop::sample::select(names::<Feed>().unwrap()),
            data in "\\PC{0,20}|[0-9\\[\\]{}\", :truenal.-]{0,20}",
        ) {
            let content: Result<serde_json::Value, _> = serde_json::from_str(&data);
            let unit = ["unit", "two words"].contains(&name);
            let oracle: Option<Feed> = match content {
                _ if unit => serde_json::from_value(name.into()).ok(),
                Ok(content) => serde_json::from_value(serde_json::json!({ name: content })).ok(),
                Err(_) => None,
            };
            prop_assert_eq!(decode::<Feed>(name, &data).ok(), oracle);
        }

        #[test]
        fn no_input_makes_the_decoder_panic(
            event_type in prop_oneof![
                3 => prop::sample::select(names::<Feed>().unwrap()).prop_map(str::to_owned),
                1 => any::<String>(),
            ],
            value in feed(),
            (cut, paste, id) in any::<(prop::sample::Index, String, String)>(),
        ) {
            // JSON that was right, with something else in its middle.
            let (_, right) = dispatch(&encode(&value, true));
            let at = (0..=right.len()).rev().skip(cut.index(right.len() + 1));
            let at = at.into_iter().find(|at| right.is_char_boundary(*at)).unwrap_or(0);
            for data in [format!("{}{paste}{}", &right[..at], &right[at..]), right[..at].to_owned(), paste] {
                let frame = Frame::new(&event_type, &*data).with_last_event_id(&*id);
                let _ = read::<Feed>(&frame);
                let _ = read::<Envelope<Option<Feed>>>(&frame);
                let _ = content::<Option<Envelope<Feed>>>(&frame);
                if let Err(error) = content::<Inner>(&frame) {
                    let _ = error.to_string();
                }
                prop_assert_eq!(&content::<Message>(&frame).unwrap(), &frame);
            }
        }
    }
}
