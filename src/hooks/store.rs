//! [`Store`]: the connection of a component, its state, its newest error and its value, for any framework.
//!
//! **Calls that come back.** The program's code (the closures, what a fold does, the `Drop` of a value) may
//! call any method of the store at any time. So nothing is borrowed while it runs, and three flags order the
//! calls: `is_wanted` (the last word of `close` and `reopen`), `is_due` (a connection has to be opened), and
//! `is_busy`: an opening is under way, and a further one would leave two connections. While it is busy,
//! `reopen` and `restart` only set the other two.
//!
//! **The value** is taken out of the view while it is changed. Whoever looks at the view meanwhile sees a
//! spare one, as `init` returns it, and whoever changes it is put into the queue of changes.
//!
//! **A panic** in wasm leaves the stack without running any destructor, so every entry from the browser
//! goes through [`Store::guarded`], which resets the flags and closes the connection.

use std::{
    cell::{Cell, RefCell},
    collections::VecDeque,
    future::poll_fn,
    mem,
    pin::Pin,
    rc::{Rc, Weak},
    task::{Context, Poll, ready},
};

use futures_core::Stream;

use super::source::Source;
use crate::{CloseReason, Connection, Error, Lifecycle, OpenError, State, sys};

/// What a framework does for a store.
pub(crate) trait View: 'static {
    type Value: 'static;

    /// Swaps the value that is shown for this one. Returns whether it did: not while the value is borrowed.
    fn swap(&self, value: &mut Self::Value) -> bool;

    /// Takes in the state and the error, which the next render shows.
    fn show(&self, state: &State, error: &Option<Error>);

    /// Renders. Returns whether to try again in the next frame, because something is borrowed.
    fn render(&self, state: &State, error: &Option<Error>) -> bool;

    /// Asks the framework to call [`Store::open`] soon. Returns `false` if the store is to do it.
    fn ask_to_open(&self) -> bool {
        false
    }
}

type Change<S> = Box<dyn FnOnce(&mut S)>;
type Poller<S> = Box<dyn FnMut(&mut Context<'_>) -> Poll<Option<Arrival<S>>>>;

/// An item of a stream, and the change that the fold makes of it.
pub(crate) enum Arrival<S> {
    State(State),
    Message(Change<S>),
    Error(Error, Change<S>),
}

/// What came of opening.
pub(crate) enum Opening<S> {
    Nothing,
    Failed(Error, Change<S>),
    Open(Poller<S>, Option<Connection>),
}

pub(crate) type Fold<S, T> = Rc<dyn Fn(&mut S, Result<T, Error>)>;

impl<S: 'static> Opening<S> {
    pub fn new<T: 'static>(opened: Result<Option<Source<T>>, OpenError>, fold: Fold<S, T>) -> Self {
        match opened {
            Ok(None) => Opening::Nothing,
            Err(error) => {
                let error = Error::Open(error);
                Opening::Failed(error.clone(), change(&fold, Err(error)))
            }
            Ok(Some(Source::Events(events))) => {
                let connection = events.connection().clone();
                let mut events = events.with_lifecycle();
                let poll = move |cx: &mut Context<'_>| Pin::new(&mut events).poll_next(cx);
                Opening::Open(poller(poll, fold), Some(connection))
            }
            Ok(Some(Source::Any(stream))) => Opening::Open(poller(lifecycle(stream), fold), None),
        }
    }
}

fn change<S: 'static, T: 'static>(fold: &Fold<S, T>, event: Result<T, Error>) -> Change<S> {
    let fold = Rc::clone(fold);
    Box::new(move |value| fold(value, event))
}

fn poller<S: 'static, T: 'static>(
    mut poll: impl FnMut(&mut Context<'_>) -> Poll<Option<Result<Lifecycle<T>, Error>>> + 'static,
    fold: Fold<S, T>,
) -> Poller<S> {
    Box::new(move |cx| {
        let item = ready!(poll(cx));
        Poll::Ready(item.map(|item| match item {
            Ok(Lifecycle::Message(value)) => Arrival::Message(change(&fold, Ok(value))),
            Ok(Lifecycle::Opened | Lifecycle::Resumed { .. }) => Arrival::State(State::Open),
            Ok(Lifecycle::Reconnecting { attempt, cause }) => {
                Arrival::State(State::Reconnecting { attempt, cause })
            }
            Ok(Lifecycle::Closed(reason)) => Arrival::State(State::Closed(reason)),
            Err(error) => Arrival::Error(error.clone(), change(&fold, Err(error))),
        }))
    })
}

/// The items of any stream, and the states that they stand for.
fn lifecycle<T>(
    mut stream: Pin<Box<dyn Stream<Item = Result<T, Error>>>>,
) -> impl FnMut(&mut Context<'_>) -> Poll<Option<Result<Lifecycle<T>, Error>>> {
    let (mut is_open, mut is_over) = (false, false);
    let (mut held, mut end) = (None, CloseReason::Ended);
    move |cx| {
        if held.is_some() || is_over {
            return Poll::Ready(held.take());
        }
        let Some(item) = ready!(stream.as_mut().poll_next(cx)) else {
            is_over = true;
            let end = mem::replace(&mut end, CloseReason::Ended);
            return Poll::Ready(Some(Ok(Lifecycle::Closed(end))));
        };
        end = match &item {
            Ok(_) | Err(Error::Decode(_) | Error::Lagged { .. }) => CloseReason::Ended,
            Err(error) => CloseReason::Failed(error.clone()),
        };
        let item = item.map(Lifecycle::Message);
        Poll::Ready(Some(if mem::replace(&mut is_open, true) {
            item
        } else {
            held = Some(item);
            Ok(Lifecycle::Opened)
        }))
    }
}

/// What a component gives to its store, with each render if it likes.
pub(crate) struct Closures<S> {
    pub init: Rc<dyn Fn() -> S>,
    /// Opens, if it is wanted.
    pub connect: Rc<dyn Fn(&Cell<bool>) -> Opening<S>>,
}

impl<S> Clone for Closures<S> {
    fn clone(&self) -> Self {
        Closures {
            init: Rc::clone(&self.init),
            connect: Rc::clone(&self.connect),
        }
    }
}

/// The connection of a component, and what it shows of it. It may be opened again and again.
pub(crate) struct Store<V: View> {
    pub view: V,
    this: Weak<Self>,
    state: RefCell<State>,
    error: RefCell<Option<Error>>,
    /// Counts the renders that showed something new.
    version: Cell<u64>,
    /// `None` before the first render and after the end.
    closures: RefCell<Option<Closures<V::Value>>>,
    run: RefCell<Option<Rc<Run<V::Value>>>>,
    /// Of the last connection, for the next to go on behind it.
    last_event_id: RefCell<String>,
    changes: RefCell<VecDeque<Change<V::Value>>>,
    /// The value while it `is_out`; otherwise one to show while it is.
    spare: Cell<Option<V::Value>>,
    is_out: Cell<bool>,
    is_changing: Cell<bool>,
    is_wanted: Cell<bool>,
    is_due: Cell<bool>,
    is_busy: Cell<bool>,
    is_mounted: Cell<bool>,
    frame: RefCell<Option<sys::NextFrame>>,
    /// Whether the next frame has something to render.
    is_new: Cell<bool>,
}

impl<V: View> Store<V> {
    pub fn new(view: V) -> Rc<Self> {
        Rc::new_cyclic(|this| Store {
            view,
            this: Weak::clone(this),
            state: RefCell::default(),
            error: RefCell::default(),
            version: Cell::default(),
            closures: RefCell::default(),
            run: RefCell::default(),
            last_event_id: RefCell::default(),
            changes: RefCell::default(),
            spare: Cell::default(),
            is_out: Cell::default(),
            is_changing: Cell::default(),
            is_wanted: Cell::new(true),
            is_due: Cell::new(true),
            is_busy: Cell::default(),
            is_mounted: Cell::default(),
            frame: RefCell::default(),
            is_new: Cell::default(),
        })
    }

    pub fn state(&self) -> State {
        self.state.borrow().clone()
    }

    pub fn error(&self) -> Option<Error> {
        self.error.borrow().clone()
    }

    pub fn version(&self) -> u64 {
        self.version.get()
    }

    /// Takes the closures of the newest render.
    pub fn set_closures(&self, closures: Closures<V::Value>) {
        let before = self.closures.replace(Some(closures));
        drop(before);
    }

    /// Closes the connection, if it is not closed. What came before still reaches the fold.
    pub fn close(&self) {
        self.is_wanted.set(false);
        self.is_due.set(false);
        let run = self.run.borrow().clone();
        if !run.as_ref().is_some_and(|run| run.is_closed()) {
            self.set_closed();
        }
        // Its observers come last: they may open another.
        if let Some(run) = run {
            run.close();
        }
    }

    /// Opens a connection in the place of the one before, and goes on behind its last event.
    pub fn reopen(&self) {
        self.begin(false);
        self.render_soon();
        self.open_if_mounted();
    }

    /// Opens a connection in the place of the one before, and begins anew with the first value.
    pub fn restart(&self) {
        self.begin(true);
        self.render_soon();
        self.open_if_mounted();
    }

    /// Ends the connection. The next one is due, and already shown as connecting.
    pub fn begin(&self, anew: bool) {
        let Some(Closures { init, .. }) = self.closures.borrow().clone() else {
            return;
        };
        self.guarded(|| {
            let was_busy = self.is_busy.replace(true);
            let before = self.take();
            self.version.set(self.version.get() + 1);
            self.is_wanted.set(true);
            self.is_due.set(true);
            self.set_error(None);
            self.set_state(State::Connecting);
            if anew {
                self.last_event_id.take();
                self.change(Box::new(move |value| *value = init()));
            }
            drop(before);
            self.is_busy.set(was_busy);
        });
    }

    /// Shows that there is nothing to open.
    pub fn show_none(&self) {
        self.set_state(State::Closed(CloseReason::Called));
    }

    fn open_if_mounted(&self) {
        if self.is_mounted.get()
            && !self.is_busy.get()
            && self.is_due.get()
            && !self.view.ask_to_open()
        {
            self.open();
        }
    }

    /// Opens, unless `close` was the last word. Yew calls this after each render.
    #[cfg(feature = "yew")]
    pub fn open_if_due(&self) {
        self.is_mounted.set(true);
        if self.is_due.get() {
            self.open();
        }
    }

    /// Opens; [`begin`](Self::begin) has ended the connection before. If `close` was the last word, the closure is called all the same, because a framework may track
    /// what it reads.
    pub fn open(&self) {
        self.is_mounted.set(true);
        let closures = self.closures.borrow().clone();
        let (Some(closures), false) = (closures, self.is_busy.get()) else {
            return;
        };
        self.guarded(|| {
            self.is_busy.set(true);
            let opening = (closures.connect)(&self.is_wanted);
            self.is_due.set(false);
            self.is_busy.set(false);
            let is_gone = self.closures.borrow().is_none();
            if self.is_wanted.get() && !is_gone {
                self.start(opening);
            }
        });
    }

    fn start(&self, opening: Opening<V::Value>) {
        match opening {
            Opening::Nothing => self.show_none(),
            Opening::Failed(error, change) => {
                self.set_error(Some(error.clone()));
                self.set_state(State::Closed(CloseReason::Failed(error)));
                // The fold comes last: it may open another.
                self.change(change);
            }
            Opening::Open(poll, connection) => {
                let id = self.last_event_id.borrow().clone();
                if let (Some(connection), false) = (&connection, id.is_empty()) {
                    connection.resume_after(&id);
                }
                self.set_state(
                    connection
                        .as_ref()
                        .map_or(State::Connecting, Connection::state),
                );
                let run = Rc::new(Run::new(poll, connection));
                self.run.replace(Some(Rc::clone(&run)));
                let store = Weak::clone(&self.this);
                wasm_bindgen_futures::spawn_local(poll_fn(move |cx| {
                    let mut polled = Poll::Ready(());
                    if let Some(store) = store.upgrade() {
                        store.guarded(|| polled = store.read(&run, cx));
                    }
                    polled
                }));
            }
        }
        self.render_soon();
    }

    /// Reads what has come.
    fn read(&self, run: &Run<V::Value>, cx: &mut Context<'_>) -> Poll<()> {
        // The stream is out of its place while it is polled, for that may run the program's code.
        while let Some(mut poll) = run.poll.take() {
            let item = poll(cx);
            if run.is_cut.get() {
                break;
            }
            match item {
                Poll::Ready(Some(item)) => {
                    run.poll.set(Some(poll));
                    self.take_in(item);
                }
                Poll::Ready(None) => {
                    if let Some(id) = run.last_event_id() {
                        self.last_event_id.replace(id);
                    }
                    drop(poll);
                    run.is_over.set(true);
                    self.render_soon();
                }
                Poll::Pending => {
                    run.poll.set(Some(poll));
                    return Poll::Pending;
                }
            }
        }
        Poll::Ready(())
    }

    fn take_in(&self, item: Arrival<V::Value>) {
        match item {
            Arrival::Message(change) => self.change(change),
            Arrival::Error(error, change) => {
                self.set_error(Some(error));
                self.change(change);
            }
            // A `close()` shows at once, before what had happened until then.
            Arrival::State(state) => {
                if matches!(state, State::Closed(_)) || !self.is_closed() {
                    self.set_state(state);
                }
            }
        }
        self.render_soon();
    }

    /// Changes the value: now, or as soon as it is free.
    pub fn update(&self, change: Change<V::Value>) {
        self.guarded(|| self.change(change));
        self.render_soon();
    }

    fn change(&self, change: Change<V::Value>) {
        self.changes.borrow_mut().push_back(change);
        self.apply_changes();
    }

    /// Changes the value, if it is not borrowed, by what is in the queue. What comes meanwhile waits for the
    /// next change or frame: a fold that opens again what cannot be opened must not stop the page.
    fn apply_changes(&self) {
        let count = self.changes.borrow().len();
        let closures = self.closures.borrow().clone();
        let (Some(Closures { init, .. }), false) = (closures, self.is_changing.replace(true))
        else {
            return;
        };
        if count > 0 || self.is_out.get() {
            let mut value = self.spare.take().unwrap_or_else(|| init());
            if self.is_out.take() || self.view.swap(&mut value) {
                for _ in 0..count {
                    let change = self.changes.borrow_mut().pop_front();
                    if let Some(change) = change {
                        change(&mut value);
                    }
                }
                self.is_out.set(!self.view.swap(&mut value));
                self.is_new.set(true);
            }
            self.spare.set(Some(value));
        }
        self.is_changing.set(false);
    }

    fn render_soon(&self) {
        self.is_new.set(true);
        self.request_frame();
    }

    fn request_frame(&self) {
        if self.closures.borrow().is_none() || self.frame.borrow().is_some() {
            return;
        }
        let store = Weak::clone(&self.this);
        let frame = sys::NextFrame::request(move || {
            if let Some(store) = store.upgrade() {
                store.render();
            }
        });
        self.frame.replace(frame);
    }

    /// Renders once for all that has happened since the last frame.
    fn render(&self) {
        let past = self.frame.take();
        drop(past);
        self.guarded(|| self.apply_changes());
        if self.is_new.get() {
            self.render_now();
        }
        let run = self.run.borrow().clone();
        let holds_answer = run.is_some_and(|run| run.holds_answer());
        let is_waiting = self.is_out.get() || !self.changes.borrow().is_empty();
        if self.is_new.get() || is_waiting || holds_answer {
            self.request_frame();
        }
    }

    pub fn render_now(&self) {
        self.version.set(self.version.get() + 1);
        let (state, error) = (self.state(), self.error());
        self.is_new.set(self.view.render(&state, &error));
    }

    /// The newest response.
    #[cfg(feature = "fetch")]
    pub fn response(&self) -> Option<web_sys::Response> {
        self.run.borrow().as_ref()?.response()
    }

    /// The component is gone, for good.
    pub fn unmount(&self) {
        let owned = (self.closures.take(), self.take(), self.frame.take());
        drop(owned);
    }

    /// Takes out the connection and the changes. To drop them ends the connection, and may run the program's
    /// code.
    fn take(&self) -> Cut<V::Value> {
        let run = self.run.take();
        if let Some(id) = run.as_ref().and_then(|run| run.last_event_id()) {
            self.last_event_id.replace(id);
        }
        Cut {
            run,
            _changes: self.changes.take(),
        }
    }

    fn is_closed(&self) -> bool {
        matches!(*self.state.borrow(), State::Closed(_))
    }

    fn set_closed(&self) {
        if !self.is_closed() && self.closures.borrow().is_some() {
            self.set_state(State::Closed(CloseReason::Called));
            self.render_soon();
        }
    }

    fn set_state(&self, state: State) {
        self.state.replace(state);
        self.view.show(&self.state.borrow(), &self.error.borrow());
    }

    fn set_error(&self, error: Option<Error>) {
        self.error.replace(error);
        self.view.show(&self.state.borrow(), &self.error.borrow());
    }

    /// Runs code of the program's. If it panics or throws, that is reported, and the connection is closed.
    fn guarded(&self, run: impl FnOnce()) {
        let flags = [&self.is_busy, &self.is_changing];
        let before = flags.map(Cell::get);
        let mut is_done = false;
        sys::guarded(|| {
            run();
            is_done = true;
        });
        if is_done {
            return;
        }
        for (flag, before) in flags.into_iter().zip(before) {
            flag.set(before);
        }
        self.is_wanted.set(false);
        self.is_due.set(false);
        self.set_closed();
        let run = self.run.borrow().clone();
        if let Some(run) = run {
            run.close();
        }
        drop(self.take());
        self.render_soon();
    }
}

/// A stream that a task reads, and others may drop.
struct Run<S> {
    /// `None` while it is polled, and after it was dropped.
    poll: Cell<Option<Poller<S>>>,
    /// Outlives the stream, if somebody has asked for the response: its body may still be read.
    connection: RefCell<Option<Connection>>,
    is_over: Cell<bool>,
    is_cut: Cell<bool>,
    /// Whether a frame has come since then.
    is_end_shown: Cell<bool>,
    /// Whether somebody has asked for the response.
    is_asked_for: Cell<bool>,
    #[cfg(feature = "fetch")]
    response: RefCell<Option<web_sys::Response>>,
}

impl<S> Run<S> {
    fn new(poll: Poller<S>, connection: Option<Connection>) -> Self {
        Run {
            poll: Cell::new(Some(poll)),
            connection: RefCell::new(connection),
            is_over: Cell::default(),
            is_cut: Cell::default(),
            is_end_shown: Cell::default(),
            is_asked_for: Cell::default(),
            #[cfg(feature = "fetch")]
            response: RefCell::default(),
        }
    }

    fn connection(&self) -> Option<Connection> {
        self.connection.borrow().clone()
    }

    fn last_event_id(&self) -> Option<String> {
        Some(self.connection()?.last_event_id())
    }

    fn is_closed(&self) -> bool {
        match self.connection() {
            Some(connection) => connection.close_reason().is_some(),
            None => self.is_over.get(),
        }
    }

    /// Closes the connection. A stream that has none is dropped.
    fn close(&self) {
        match self.connection() {
            Some(connection) => connection.close(),
            None => self.cut(),
        }
    }

    /// Drops stream and connection, which ends the task.
    fn cut(&self) {
        self.is_cut.set(true);
        let owned = (self.poll.take(), self.connection.take());
        drop(owned);
    }

    #[cfg(feature = "fetch")]
    fn response(&self) -> Option<web_sys::Response> {
        let Some(connection) = self.connection() else {
            return self.response.borrow().clone();
        };
        let response = connection.response();
        self.is_asked_for.set(response.is_some());
        response
    }

    /// After the end, the body of an answer can be read by whoever asks for the response by the render that
    /// shows the end, or in an effect of that. Otherwise it is given up, because it may be endless. Returns
    /// whether that is still open.
    fn holds_answer(&self) -> bool {
        if !self.is_over.get() || self.is_asked_for.get() {
            return false;
        }
        if !self.is_end_shown.replace(true) {
            return true;
        }
        if let Some(_connection) = self.connection.take() {
            #[cfg(feature = "fetch")]
            self.response.replace(_connection.response());
        }
        false
    }
}

/// Ends a connection when it is dropped.
struct Cut<S> {
    run: Option<Rc<Run<S>>>,
    _changes: VecDeque<Change<S>>,
}

impl<S> Drop for Cut<S> {
    fn drop(&mut self) {
        if let Some(run) = self.run.take() {
            run.cut();
        }
    }
}
