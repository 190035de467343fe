//! The streams over a transport of the test's own: each signal at the moment the test wants it.

use std::{
    cell::RefCell,
    collections::VecDeque,
    rc::Rc,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering::Relaxed},
    },
    task::{Wake, Waker},
};

use super::*;
use crate::{
    CloseRule, Listener,
    close::Verdict,
    session::{Session, Topic},
    transport::Link,
};

type Items = Rc<RefCell<VecDeque<Lifecycle<Message>>>>;

/// Lends what the test has put into it.
struct Scripted {
    items: Items,
    lent: Option<Message>,
}

impl Transport for Scripted {
    fn poll_next(&mut self, _: &mut Context<'_>) -> Poll<FeedItem<'_>> {
        match self.items.borrow_mut().pop_front() {
            Some(Lifecycle::Message(message)) => {
                let lent = self.lent.insert(message);
                let frame = Frame::new(lent.event_type(), lent.data());
                Poll::Ready(Ok(Lifecycle::Message(
                    frame.with_last_event_id(lent.last_event_id()),
                )))
            }
            Some(other) => Poll::Ready(Ok(other)),
            None => Poll::Pending,
        }
    }
}

/// Notes what it was asked for.
#[derive(Default)]
struct Wire(RefCell<Vec<String>>);

impl Link for Wire {
    fn listen(&self, topic: &Rc<Topic>) {
        self.0.borrow_mut().push(format!("listen {}", topic.name));
    }

    fn unlisten(&self, name: &str) {
        self.0.borrow_mut().push(format!("unlisten {name}"));
    }

    fn shut(&self) {
        self.0.borrow_mut().push("shut".to_owned());
    }
}

/// What a transport would do.
struct Far {
    session: Rc<Session>,
    wire: Rc<Wire>,
    items: Items,
}

impl Far {
    fn opened(&self) {
        self.items.borrow_mut().extend(self.session.opened());
        self.session.wake();
    }

    fn lost(&self) {
        let item = self.session.lost();
        self.items.borrow_mut().extend(item);
        self.session.wake();
    }

    fn message(&self, name: &str, data: &str, id: &str) {
        let Some(topic) = self.session.topic(name) else {
            return;
        };
        let message = Frame::new(name, data).with_last_event_id(id).into_owned();
        let verdict = self.session.received(&topic, &message);
        if topic.streamed && verdict != Verdict::Mark {
            self.items
                .borrow_mut()
                .push_back(Lifecycle::Message(message));
        }
        self.session.wake();
    }

    fn wire(&self) -> Vec<String> {
        self.wire.0.borrow().clone()
    }
}

fn open(names: &[&str], rule: CloseRule) -> (EventStream, Far) {
    let names = names.iter().map(|&name| Arc::from(name));
    let session = Session::new("/sse".into(), rule, names, [], []).expect("proper names");
    let (wire, items) = (Rc::<Wire>::default(), Items::default());
    session.attach(Rc::<Wire>::clone(&wire));
    let transport = Scripted {
        items: Rc::clone(&items),
        lent: None,
    };
    let connection = Connection::new(Rc::clone(&session));
    let stream = EventStream::new(connection, Box::new(transport), |frame| {
        Ok(frame.into_owned())
    });
    (
        stream,
        Far {
            session,
            wire,
            items,
        },
    )
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
    assert_eq!(far.wire(), ["listen b", "listen a", "listen close"]);
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
            Lifecycle::Reconnecting { attempt, cause } => {
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
        resumed(""),
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
    far.session.failed();
    assert!(matches!(poll(&mut stream), Poll::Ready(Some(Ok(_)))));
    let error = Error::Failed {
        url: "/sse".into(),
        reconnecting: true,
    };
    assert_eq!(poll(&mut stream), Poll::Ready(Some(Err(error))));
    assert!(!stream.is_terminated());
    for _ in 0..3 {
        assert_eq!(poll(&mut stream), Poll::Ready(None));
        assert!(stream.is_terminated());
    }
    assert_eq!(far.wire().last().map(String::as_str), Some("shut"));
}

#[test]
fn whatever_a_transport_reports_after_the_close_changes_nothing() {
    let (mut stream, far) = open(&["message"], CloseRule::default());
    stream.close();
    far.opened();
    far.lost();
    far.session.failed();
    far.message("message", "late", "");
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
