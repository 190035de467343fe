//! The streams over a connector of the test: each signal at the moment the test wants it.

use std::{
    cell::RefCell,
    rc::Rc,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering::Relaxed},
    },
    task::{Wake, Waker},
};

use super::*;
use crate::{
    callback::Listener,
    close::CloseReason,
    close::CloseRule,
    connection::CloseHandle,
    session::{Connector, Session},
    state::ReconnectCause,
    subscribe::Selection,
    subscription::Subscription,
};

/// Notes what it was asked for.
#[derive(Default)]
struct Wire(RefCell<Vec<String>>);

impl Connector for Wire {
    fn listen(self: Rc<Self>, subscription: &Rc<Subscription>) {
        let listen = format!("listen {}", subscription.name);
        self.0.borrow_mut().push(listen);
    }

    fn unlisten(&self, name: &str) {
        self.0.borrow_mut().push(format!("unlisten {name}"));
    }

    fn shut(&self) {
        self.0.borrow_mut().push("shut".to_owned());
    }
}

/// What a connector would do.
struct Far {
    session: Rc<Session>,
    wire: Rc<Wire>,
}

impl Far {
    fn opened(&self) {
        self.session.opened();
    }

    fn lost(&self) {
        self.session.lost();
    }

    fn message(&self, name: &str, data: &str, id: &str) {
        self.message_of(&self.session.subscription(name), data, id);
    }

    fn message_of(&self, subscription: &Subscription, data: &str, id: &str) {
        let frame = Frame::new(&subscription.name, data).with_last_event_id(id);
        self.session.deliver(subscription, frame);
    }

    fn wire(&self) -> Vec<String> {
        self.wire.0.borrow().clone()
    }
}

fn open(names: &[&str], rule: CloseRule) -> (EventStream, Far) {
    let session = Session::new("/sse".into(), rule).expect("proper names");
    let selection = Selection {
        names: names.iter().map(|&name| Arc::from(name)).collect(),
        ..Selection::default()
    };
    let subscriber = selection.subscribe(&session).expect("proper names");
    let wire = Rc::<Wire>::default();
    session.attach(Rc::<Wire>::clone(&wire));
    let connection = Connection::new(Rc::clone(&session));
    let stream = EventStream::new(connection, subscriber, |frame| Ok(frame.into_owned()));
    (stream, Far { session, wire })
}

fn failure() -> Error {
    Error::Failed {
        url: "/sse".into(),
        was_open: false,
    }
}

#[derive(Default)]
struct Bell(AtomicUsize);

impl Wake for Bell {
    fn wake(self: Arc<Self>) {
        self.0.fetch_add(1, Relaxed);
    }
}

fn poll<S: Stream + Unpin>(stream: &mut S) -> Poll<Option<S::Item>> {
    Pin::new(stream).poll_next(&mut Context::from_waker(Waker::noop()))
}

fn texts(stream: &mut EventStream) -> Vec<String> {
    let mut texts = Vec::new();
    while let Poll::Ready(Some(item)) = poll(stream) {
        texts.push(item.expect("no error").data().to_owned());
    }
    texts
}

const DISCONNECTED: ReconnectCause = ReconnectCause::Disconnected;
const UNREACHABLE: ReconnectCause = ReconnectCause::Unreachable;

#[test]
fn the_session_listens_for_what_was_asked_and_for_its_close_rule() {
    let (stream, far) = open(&["b", "a"], CloseRule::default());
    assert_eq!(far.wire(), ["listen a", "listen b", "listen close"]);
    let listener = stream
        .connection()
        .on_frame("c", |_| {})
        .expect("a proper name");
    drop(
        stream
            .connection()
            .on_frame("a", |_| {})
            .expect("a proper name"),
    );
    drop(listener);
    assert_eq!(far.wire()[3..], ["listen c", "unlisten c"]);
}

#[test]
fn a_close_rule_shuts_the_wire_before_callbacks_see_the_message() {
    let (mut stream, far) = open(&["close"], CloseRule::default());
    let wire = Rc::clone(&far.wire);
    let seen = Rc::new(RefCell::new(Vec::new()));
    let notes = Rc::clone(&seen);
    let _guard = stream.connection().on_frame("close", move |frame| {
        notes
            .borrow_mut()
            .push((frame.data().to_owned(), wire.0.borrow().last().cloned()));
    });
    let notes = Rc::clone(&seen);
    let _state = stream.connection().on_state(move |state| {
        notes.borrow_mut().push((state.to_string(), None));
    });
    far.opened();
    far.message("close", "bye", "");
    let expected = [("open", None), ("bye", Some("shut")), ("closed", None)];
    let expected = expected.map(|(note, wire)| (note.to_owned(), wire.map(str::to_owned)));
    assert_eq!(*seen.borrow(), expected);
    assert_eq!(texts(&mut stream), ["bye"]);
    assert_eq!(poll(&mut stream), Poll::Ready(None));
}

#[test]
fn attempts_count_from_one_and_anew_after_each_success() {
    let (stream, far) = open(&["message"], CloseRule::never());
    let mut stream = stream.with_lifecycle();
    far.lost();
    far.lost();
    far.opened();
    far.message("message", "1", "7");
    far.lost();
    far.lost();
    far.opened();
    let mut items = Vec::new();
    while let Poll::Ready(Some(item)) = poll(&mut stream) {
        match item.expect("no error") {
            Lifecycle::Message(message) => items.push(message.data().to_owned()),
            Lifecycle::Reconnecting { attempt, cause, .. } => {
                items.push(format!("{attempt} {cause:?}"))
            }
            other => items.push(format!("{other:?}")),
        }
    }
    let resumed = |id: &str| {
        format!(
            "{:?}",
            Lifecycle::<Message>::Resumed {
                last_event_id: id.into()
            }
        )
    };
    let expected = [
        format!("1 {UNREACHABLE:?}"),
        format!("2 {UNREACHABLE:?}"),
        "Opened".to_owned(),
        "1".to_owned(),
        format!("1 {DISCONNECTED:?}"),
        format!("2 {UNREACHABLE:?}"),
        resumed("7"),
    ];
    assert_eq!(items, expected);
}

#[test]
fn a_failure_is_one_error_after_what_came_before_and_then_none_for_ever() {
    let (mut stream, far) = open(&["message"], CloseRule::default());
    far.opened();
    far.message("message", "1", "");
    far.session.fail(failure());
    assert!(matches!(poll(&mut stream), Poll::Ready(Some(Ok(_)))));
    assert_eq!(poll(&mut stream), Poll::Ready(Some(Err(failure()))));
    assert!(!stream.is_terminated());
    for _ in 0..3 {
        assert_eq!(poll(&mut stream), Poll::Ready(None));
        assert!(stream.is_terminated());
    }
    assert_eq!(far.wire().last().map(String::as_str), Some("shut"));
}

#[test]
fn whatever_a_connector_reports_after_the_close_changes_nothing() {
    let (mut stream, far) = open(&["message"], CloseRule::default());
    let message = far.session.subscription("message");
    stream.close();
    far.opened();
    far.lost();
    far.session.fail(failure());
    far.message_of(&message, "late", "9");
    assert_eq!(stream.connection().last_event_id(), "");
    assert_eq!(stream.close_reason(), Some(CloseReason::Called));
    assert_eq!(poll(&mut stream), Poll::Ready(None));
    assert_eq!(
        far.wire().iter().filter(|asked| *asked == "shut").count(),
        1
    );
}

#[test]
fn the_waiting_task_is_woken_by_a_message_and_by_the_end_and_once_each() {
    let (mut stream, far) = open(&["message"], CloseRule::default());
    let bell = Arc::new(Bell::default());
    let waker = Waker::from(Arc::clone(&bell));
    let mut cx = Context::from_waker(&waker);
    assert!(Pin::new(&mut stream).poll_next(&mut cx).is_pending());
    far.message("message", "1", "");
    far.message("message", "2", "");
    assert_eq!(bell.0.load(Relaxed), 1);
    assert_eq!(texts(&mut stream), ["1", "2"]);
    assert!(Pin::new(&mut stream).poll_next(&mut cx).is_pending());
    stream.close_handle().close();
    assert_eq!(bell.0.load(Relaxed), 2);
    assert!(Pin::new(&mut stream).poll_next(&mut cx).is_ready());
}

#[test]
fn a_callback_may_subscribe_close_and_drop_what_it_belongs_to() {
    let (stream, far) = open(&["message"], CloseRule::default());
    let slot = Rc::new(RefCell::new(Some(stream)));
    let held = Rc::clone(&slot);
    let guards = Rc::new(RefCell::new(Vec::<Listener>::new()));
    let kept = Rc::clone(&guards);
    let stream = slot.borrow();
    let connection = stream.as_ref().expect("just put there").connection();
    let guard = connection.on_frame("message", move |_| {
        let Some(stream) = held.borrow_mut().take() else {
            return;
        };
        kept.borrow_mut()
            .extend(stream.connection().on_frame("other", |_| {}));
        stream.close();
    });
    drop(stream);
    guards.borrow_mut().extend(guard);
    far.message("message", "1", "");
    assert!(slot.borrow().is_none());
    assert_eq!(far.wire()[2..], ["listen other", "shut"]);
    guards.borrow_mut().clear();
    assert_eq!(
        far.wire().len(),
        4,
        "a guard that outlives its connection asks for nothing"
    );
}

#[test]
fn a_sentinel_reaches_neither_stream_nor_callbacks_and_is_kept_as_the_reason() {
    let (mut stream, far) = open(&["message"], CloseRule::data("[DONE]"));
    let seen = Rc::new(RefCell::new(Vec::new()));
    let notes = Rc::clone(&seen);
    let callback = move |frame: &Frame<'_>| notes.borrow_mut().push(frame.data().to_owned());
    let _guard = stream.connection().on_frame("message", callback);
    far.message("message", "a", "");
    far.message("message", "[DONE]", "");
    assert_eq!(texts(&mut stream), ["a"]);
    assert_eq!(*seen.borrow(), ["a"]);
    let reason = stream.close_reason();
    assert!(matches!(reason, Some(CloseReason::Rule(mark)) if mark.data() == "[DONE]"));
}

#[test]
fn a_failure_before_any_success_says_that_it_was_never_open() {
    let (mut stream, far) = open(&["message"], CloseRule::default());
    far.lost();
    far.session.fail(failure());
    let error = Error::Failed {
        url: "/sse".into(),
        was_open: false,
    };
    assert_eq!(poll(&mut stream), Poll::Ready(Some(Err(error))));
}

#[test]
fn a_callback_that_closes_and_polls_finds_its_message_in_the_stream() {
    let (stream, far) = open(&["message"], CloseRule::default());
    let slot = Rc::new(RefCell::new(stream));
    let (held, read) = (Rc::clone(&slot), Rc::new(RefCell::new(Vec::new())));
    let notes = Rc::clone(&read);
    let _guard = slot.borrow().connection().on_frame("message", move |_| {
        held.borrow().close();
        notes.borrow_mut().extend(texts(&mut held.borrow_mut()));
    });
    far.message("message", "1", "");
    assert_eq!(*read.borrow(), ["1"]);
}

#[test]
fn what_reads_the_stream_while_it_ends_finds_the_last_message_in_it() {
    /// Reads what there is when it is dropped.
    struct Reads(Rc<RefCell<EventStream>>, Rc<RefCell<Vec<String>>>);

    impl Drop for Reads {
        fn drop(&mut self) {
            self.1.borrow_mut().extend(texts(&mut self.0.borrow_mut()));
        }
    }

    let (stream, far) = open(&["close"], CloseRule::default());
    let (slot, read) = (Rc::new(RefCell::new(stream)), Rc::default());
    let reads = Reads(Rc::clone(&slot), Rc::clone(&read));
    let _guard = slot.borrow().connection().on_frame("other", move |_| {
        let _owned = &reads;
    });
    far.message("close", "last", "");
    assert_eq!(*read.borrow(), ["last"]);
}

#[test]
fn a_predicate_that_closes_the_connection_hides_its_message_from_nothing() {
    thread_local!(static HANDLE: RefCell<Option<CloseHandle>> = const { RefCell::new(None) });

    let rule = CloseRule::when(|_| {
        HANDLE.take().expect("asked once").close();
        false
    });
    let (mut stream, far) = open(&["message"], rule);
    HANDLE.set(Some(stream.close_handle()));
    let seen = Rc::new(RefCell::new(Vec::new()));
    let notes = Rc::clone(&seen);
    let callback = move |frame: &Frame<'_>| notes.borrow_mut().push(frame.data().to_owned());
    let _guard = stream.connection().on_frame("message", callback);
    far.message("message", "1", "");
    assert_eq!(*seen.borrow(), ["1"]);
    assert_eq!(texts(&mut stream), ["1"]);
    assert_eq!(stream.close_reason(), Some(CloseReason::Called));
}

#[test]
fn no_callback_is_called_after_the_connection_was_dropped_not_even_for_the_same_event() {
    let seen = Rc::new(RefCell::new(Vec::new()));
    let notes = || {
        let notes = Rc::clone(&seen);
        move |note: &'static str| notes.borrow_mut().push(note)
    };
    for closes_before in [false, true] {
        let (stream, far) = open(&["message"], CloseRule::default());
        let slot = Rc::new(RefCell::new(Some(stream)));
        let (held, first, second) = (Rc::clone(&slot), notes(), notes());
        let stream = slot.borrow();
        let connection = stream.as_ref().expect("just put there").connection();
        let _first = connection.on_frame("message", move |_| {
            first("drops it");
            let stream = held.borrow_mut().take().expect("called once");
            if closes_before {
                stream.close();
            }
        });
        let _second = connection.on_frame("message", move |_| second("called back"));
        drop(stream);
        far.message("message", "1", "");
    }
    let (stream, far) = open(&["message"], CloseRule::default());
    let slot = Rc::new(RefCell::new(Some(stream)));
    let (held, first, second) = (Rc::clone(&slot), notes(), notes());
    let stream = slot.borrow();
    let connection = stream.as_ref().expect("just put there").connection();
    let _first = connection.on_state(move |_| {
        first("drops it");
        drop(held.borrow_mut().take());
    });
    let _second = connection.on_state(move |_| second("told"));
    drop(stream);
    far.opened();
    assert_eq!(*seen.borrow(), ["drops it"; 3]);
}

#[test]
fn closing_and_dropping_free_what_callbacks_and_observers_own() {
    let owned = Rc::new(());
    let owner = || {
        let held = Rc::clone(&owned);
        move || drop(Rc::clone(&held))
    };
    for closes in [true, false] {
        let (observer, callback) = (owner(), owner());
        let session = Session::new("/".into(), CloseRule::default()).expect("a proper name");
        let callback = Box::new(move |_: &Frame<'_>| callback());
        session
            .add_callback(Arc::from("message"), callback)
            .expect("a proper name");
        session.add_observer(Box::new(move |_| observer()));
        let connection = Connection::new(session);
        let (observer, callback) = (owner(), owner());
        let _guards = (
            connection
                .on_frame("message", move |_| callback())
                .expect("a proper name"),
            connection.on_state(move |_| observer()),
        );
        assert_eq!(Rc::strong_count(&owned), 5);
        if closes {
            connection.close();
            assert_eq!(Rc::strong_count(&owned), 1, "all guards are still there");
        }
        drop(connection);
        assert_eq!(Rc::strong_count(&owned), 1);
    }
}

#[test]
fn a_guard_kept_by_its_own_callback_is_no_leak_once_the_connection_is_gone() {
    let (stream, _far) = open(&["message"], CloseRule::default());
    let (owned, slot) = (Rc::new(()), Rc::<RefCell<Option<Listener>>>::default());
    let (held, own) = (Rc::clone(&owned), Rc::clone(&slot));
    let guard = stream.connection().on_frame("message", move |_| {
        let _held = &held;
        drop(own.take());
    });
    slot.replace(guard.ok());
    drop((slot, stream));
    assert_eq!(Rc::strong_count(&owned), 1);
}

#[test]
fn a_callback_that_throws_loses_no_message_and_hides_nothing_from_others() {
    let (mut stream, far) = open(&["message", "close"], CloseRule::default());
    let seen = Rc::new(RefCell::new(Vec::new()));
    let note = |note: &'static str| {
        let notes = Rc::clone(&seen);
        move |text: &str| notes.borrow_mut().push(format!("{note} {text}"))
    };
    let connection = stream.connection();
    let (first, second) = (note("callback"), note("state"));
    let _guards = [
        connection.on_state(|_| panic!("on purpose")),
        connection.on_state(move |state| second(&state.to_string())),
    ];
    let _callbacks = ["message", "close"].map(|name| {
        let first = first.clone();
        [
            connection.on_frame(name, |_| panic!("on purpose")),
            connection.on_frame(name, move |frame| first(frame.data())),
        ]
    });
    far.opened();
    far.message("message", "1", "");
    far.message("close", "2", "");
    let expected = ["state open", "callback 1", "callback 2", "state closed"];
    assert_eq!(*seen.borrow(), expected);
    assert_eq!(texts(&mut stream), ["1", "2"]);
}

#[test]
fn an_observer_that_throws_while_the_program_closes_hides_the_end_from_no_other() {
    let (stream, far) = open(&["message"], CloseRule::default());
    let seen = Rc::new(RefCell::new(Vec::new()));
    let notes = Rc::clone(&seen);
    let _guards = [
        stream.on_state(|_| panic!("on purpose")),
        stream.on_state(move |state| notes.borrow_mut().push(state.to_string())),
    ];
    far.opened();
    stream.close();
    assert_eq!(*seen.borrow(), ["open", "closed"]);
}

#[test]
fn a_waker_that_closes_the_stream_when_it_is_replaced_does_no_harm() {
    thread_local!(static HANDLE: RefCell<Option<CloseHandle>> = const { RefCell::new(None) });

    /// As wakers do, it owns its task; this one's task closes the stream on its way out.
    struct OwnsATask;

    impl Wake for OwnsATask {
        fn wake(self: Arc<Self>) {
            drop(self);
        }
    }

    impl Drop for OwnsATask {
        fn drop(&mut self) {
            HANDLE.take().expect("dropped once").close();
        }
    }

    let (mut stream, _far) = open(&["message"], CloseRule::default());
    HANDLE.set(Some(stream.close_handle()));
    let waker = Waker::from(Arc::new(OwnsATask));
    assert!(
        Pin::new(&mut stream)
            .poll_next(&mut Context::from_waker(&waker))
            .is_pending()
    );
    drop(waker);
    let bell = Arc::new(Bell::default());
    let waker = Waker::from(Arc::clone(&bell));
    let polled = Pin::new(&mut stream).poll_next(&mut Context::from_waker(&waker));
    assert!(
        polled.is_ready() || bell.0.load(Relaxed) == 1,
        "the end is not slept through"
    );
    assert_eq!(poll(&mut stream), Poll::Ready(None));
}

#[test]
fn a_stream_that_moves_to_another_task_wakes_that_one() {
    let (mut stream, far) = open(&["message"], CloseRule::default());
    let bells = [Arc::new(Bell::default()), Arc::new(Bell::default())];
    for bell in &bells {
        let waker = Waker::from(Arc::clone(bell));
        assert!(
            Pin::new(&mut stream)
                .poll_next(&mut Context::from_waker(&waker))
                .is_pending()
        );
    }
    far.message("message", "1", "");
    assert_eq!(bells.map(|bell| bell.0.load(Relaxed)), [0, 1]);
}

fn subscribed<T>(stream: &EventStream, open: impl FnOnce(crate::Subscribe) -> T) -> T {
    open(stream.subscribe())
}

#[test]
fn streams_of_one_connection_have_names_types_and_buffers_of_their_own() {
    let (mut all, far) = open(&["a", "b"], CloseRule::default());
    let mut numbers = subscribed(&all, |one| one.typed_event::<u32>("a")).expect("a name");
    let newest = subscribed(&all, |one| {
        one.event("b").buffer(crate::Buffer::latest()).stream()
    });
    let mut newest = newest.expect("a name");
    for (name, data) in [("a", "1"), ("b", "2"), ("b", "3"), ("a", "x")] {
        far.message(name, data, "");
    }
    assert_eq!(texts(&mut all), ["1", "2", "3", "x"]);
    assert_eq!(poll(&mut numbers), Poll::Ready(Some(Ok(1))));
    assert!(matches!(
        poll(&mut numbers),
        Poll::Ready(Some(Err(Error::Decode(_))))
    ));
    let lagged = Error::Lagged { dropped: 1 };
    assert_eq!(poll(&mut newest), Poll::Ready(Some(Err(lagged))));
    assert_eq!(texts(&mut newest), ["3"]);
}

#[test]
fn a_late_stream_gets_what_comes_from_then_on_and_listens_for_its_names() {
    let (mut early, far) = open(&["a"], CloseRule::default());
    far.message("a", "1", "");
    let mut late = subscribed(&early, |one| one.events(["a", "b"]).stream()).expect("names");
    far.message("a", "2", "");
    far.message("b", "3", "");
    assert_eq!(texts(&mut early), ["1", "2"]);
    assert_eq!(texts(&mut late), ["2", "3"]);
    assert_eq!(far.wire(), ["listen a", "listen close", "listen b"]);
}

#[test]
fn a_stream_that_is_dropped_leaves_the_others_open_and_the_last_one_closes_the_connection() {
    let (first, far) = open(&["a"], CloseRule::default());
    let mut second = subscribed(&first, |one| one.event("b").stream()).expect("a name");
    drop(first);
    far.message("b", "1", "");
    assert_eq!(texts(&mut second), ["1"]);
    assert_eq!(far.wire().last().map(String::as_str), Some("unlisten a"));
    drop(second);
    assert_eq!(far.wire().last().map(String::as_str), Some("shut"));
}

#[test]
fn all_streams_end_with_the_connection_and_one_of_a_closed_connection_ends_at_once() {
    let (mut first, far) = open(&["a"], CloseRule::default());
    let mut second = subscribed(&first, |one| one.event("b").stream()).expect("a name");
    let bell = Arc::new(Bell::default());
    let waker = Waker::from(Arc::clone(&bell));
    let mut cx = Context::from_waker(&waker);
    assert!(Pin::new(&mut second).poll_next(&mut cx).is_pending());
    far.message("close", "", "");
    assert_eq!(bell.0.load(Relaxed), 1);
    let mut third = subscribed(&first, |one| one.stream()).expect("a name");
    for stream in [&mut first, &mut second, &mut third] {
        assert_eq!(poll(stream), Poll::Ready(None));
    }
}

#[test]
fn a_clone_of_the_connection_keeps_it_open_for_its_listeners() {
    let (stream, far) = open(&["a"], CloseRule::default());
    let connection = stream.connection().clone();
    let seen = Rc::new(RefCell::new(Vec::new()));
    let notes = Rc::clone(&seen);
    let callback = move |frame: &Frame<'_>| notes.borrow_mut().push(frame.data().to_owned());
    let _guard = connection.on_frame("a", callback);
    drop(stream);
    far.message("a", "1", "");
    assert_eq!(*seen.borrow(), ["1"]);
    drop(connection);
    assert_eq!(far.wire().last().map(String::as_str), Some("shut"));
}

#[test]
fn frames_are_lent_one_after_the_other_and_the_end_follows() {
    let (mut stream, far) = open(&["a"], CloseRule::default());
    far.message("a", "1", "7");
    far.session.fail(failure());
    let mut cx = Context::from_waker(Waker::noop());
    let mut next = || {
        let look = |frame: Frame<'_>| format!("{} {}", frame.data(), frame.last_event_id());
        stream.poll_next_with(&mut cx, look)
    };
    assert_eq!(next(), Poll::Ready(Some(Ok("1 7".to_owned()))));
    assert_eq!(next(), Poll::Ready(Some(Err(failure()))));
    assert_eq!(next(), Poll::Ready(None));
}

#[test]
fn observers_see_an_end_although_one_of_them_closes_and_drops_the_connection() {
    let (stream, far) = open(&["message"], CloseRule::default());
    let (slot, seen) = (Rc::new(RefCell::new(Some(stream))), Rc::default());
    let (held, notes) = (Rc::clone(&slot), Rc::clone(&seen));
    let notes: Rc<RefCell<Vec<String>>> = notes;
    let guards = {
        let stream = slot.borrow();
        let stream = stream.as_ref().expect("just put there");
        [
            stream.on_state(move |_| {
                if let Some(stream) = held.borrow_mut().take() {
                    stream.close();
                }
            }),
            stream.on_state(move |state| notes.borrow_mut().push(state.to_string())),
        ]
    };
    far.opened();
    drop(guards);
    assert_eq!(*seen.borrow(), ["open", "closed"]);
}

#[test]
fn a_value_that_throws_when_it_is_dropped_with_its_callback_stops_no_delivery() {
    struct Throws;

    impl Drop for Throws {
        fn drop(&mut self) {
            panic!("on purpose");
        }
    }

    let (mut stream, far) = open(&["message"], CloseRule::default());
    let (owned, slot) = (Throws, Rc::<RefCell<Option<Listener>>>::default());
    let own = Rc::clone(&slot);
    let guard = stream.on_frame("message", move |_| {
        let _held = &owned;
        drop(own.take());
    });
    slot.replace(guard.ok());
    let bell = Arc::new(Bell::default());
    let waker = Waker::from(Arc::clone(&bell));
    let mut cx = Context::from_waker(&waker);
    assert!(Pin::new(&mut stream).poll_next(&mut cx).is_pending());
    far.message("message", "1", "");
    assert_eq!(bell.0.load(Relaxed), 1);
    far.message("message", "2", "");
    assert_eq!(texts(&mut stream), ["1", "2"]);
}
