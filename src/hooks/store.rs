//! [`Store`]: the connection of a component, its state, its newest error and its value, for any framework.
//!
//! **Reentrant calls.** The program's code (a closure, a fold, the `Drop` of a value) may call any method of
//! the store at any time. So nothing is borrowed while it runs, and three flags order the calls. `is_wanted`:
//! the component wants a connection; the last call of `reopen` or `close` decides. `is_due`: the connection
//! is not opened yet. `is_busy`: a connection is being ended or opened, or the component has not been
//! rendered yet. While `is_busy` is set, `reopen` only sets the other two flags, because a second opening
//! would leave two connections.
//!
//! **The value** is out of the view while it is changed. Code that reads the view at that time sees a spare
//! value from `init`. Code that changes the value at that time is queued.
//!
//! **A panic** in wasm leaves the stack without running any destructor. So the program's code is run by
//! [`Store::guarded`], which resets the flags after a panic, and closes the connection.

use std::{
    cell::{Cell, RefCell},
    collections::VecDeque,
    future::poll_fn,
    pin::Pin,
    rc::{Rc, Weak},
    task::{Context, Poll, ready},
};

use futures_core::Stream;

use super::source::Source;
use crate::{
    close::CloseReason,
    connection::Connection,
    error::{Error, OpenError},
    lifecycle::Lifecycle,
    state::State,
    sys,
};

/// The framework's side of a store.
pub(crate) trait View: 'static {
    type Value: 'static;

    /// Swaps the shown value with this one. Returns `false` if the shown value is borrowed.
    fn swap(&self, value: &mut Self::Value) -> bool;

    /// Takes in the state and the error, which the next render shows.
    fn show(&self, state: &State, error: &Option<Error>);

    /// Renders. Returns whether to try again in the next frame, because something is borrowed.
    fn render(&self, state: &State, error: &Option<Error>) -> bool;

    /// Asks the framework to call [`Store::open`] soon. Returns `false` if the store has to do it now.
    fn ask_to_open(&self) -> bool {
        false
    }
}

pub(crate) type Fold<S, T> = Rc<dyn Fn(&mut S, Result<T, Error>)>;
type Change<S> = Box<dyn FnOnce(&mut S)>;
type Poller<S> = Box<dyn FnMut(&mut Context<'_>) -> Poll<Option<Arrival<S>>>>;

/// An item of a stream, with the fold's change.
enum Arrival<S> {
    State(State),
    Message(Change<S>),
    Error(Error, Change<S>),
}

impl<S: 'static> Arrival<S> {
    fn new<T: 'static>(item: Result<Lifecycle<T>, Error>, fold: &Fold<S, T>) -> Self {
        match item {
            Ok(Lifecycle::Message(value)) => Arrival::Message(change(fold, Ok(value))),
            Ok(Lifecycle::Opened | Lifecycle::Resumed { .. }) => Arrival::State(State::Open),
            Ok(Lifecycle::Reconnecting {
                attempt,
                cause,
                delay,
            }) => Arrival::State(State::Reconnecting {
                attempt,
                cause,
                delay,
            }),
            Ok(Lifecycle::Closed(reason)) => Arrival::State(State::Closed(reason)),
            Err(error) => Arrival::Error(error.clone(), change(fold, Err(error))),
        }
    }
}

fn change<S: 'static, T: 'static>(fold: &Fold<S, T>, event: Result<T, Error>) -> Change<S> {
    let fold = Rc::clone(fold);
    Box::new(move |value| fold(value, event))
}

/// The result of opening.
pub(crate) struct Opening<S>(Result<Option<Opened<S>>, (Error, Change<S>)>);

type Opened<S> = (Poller<S>, Option<Connection>);

impl<S: 'static> Opening<S> {
    pub fn new<T: 'static>(opened: Result<Option<Source<T>>, OpenError>, fold: Fold<S, T>) -> Self {
        Opening(match opened {
            Ok(None) => Ok(None),
            Ok(Some(Source::Events(events))) => {
                let connection = events.connection().clone();
                let mut events = events.with_lifecycle();
                let poll: Poller<S> = Box::new(move |cx| {
                    let item = ready!(Pin::new(&mut events).poll_next(cx));
                    Poll::Ready(item.map(|item| Arrival::new(item, &fold)))
                });
                Ok(Some((poll, Some(connection))))
            }
            Ok(Some(Source::Any(mut stream))) => {
                let mut end = Some(CloseReason::Ended);
                let poll: Poller<S> = Box::new(move |cx| {
                    if end.is_none() {
                        return Poll::Ready(None);
                    }
                    let item = ready!(stream.as_mut().poll_next(cx));
                    end = match &item {
                        None => {
                            return Poll::Ready(end.take().map(State::Closed).map(Arrival::State));
                        }
                        Some(Ok(_) | Err(Error::Decode(_) | Error::Lagged { .. })) => {
                            Some(CloseReason::Ended)
                        }
                        Some(Err(error)) => Some(CloseReason::Failed(error.clone())),
                    };
                    let item = item.map(|item| item.map(Lifecycle::Message));
                    Poll::Ready(item.map(|item| Arrival::new(item, &fold)))
                });
                Ok(Some((poll, None)))
            }
            Err(error) => {
                let error = Error::Open(error);
                Err((error.clone(), change(&fold, Err(error))))
            }
        })
    }
}

/// The closures of a component, which each render may replace.
pub(crate) struct Closures<S> {
    pub init: Box<dyn Fn() -> S>,
    pub connect: Box<Connect<S>>,
}

/// Makes the target, and opens it if the flag is still set.
type Connect<S> = dyn Fn(&Cell<bool>) -> Opening<S>;

/// The connection of a component, and the values that it shows. The connection can be opened again.
pub(crate) struct Store<V: View> {
    pub view: V,
    this: Weak<Self>,
    state: RefCell<State>,
    error: RefCell<Option<Error>>,
    /// Counts changes that may affect a render.
    version: Cell<u64>,
    closures: RefCell<Option<Rc<Closures<V::Value>>>>,
    run: RefCell<Option<Rc<Run<V::Value>>>>,
    /// The ID of the previous connection, after which the next one resumes.
    last_event_id: RefCell<String>,
    changes: RefCell<VecDeque<Change<V::Value>>>,
    /// The value while it `is_out`; otherwise the value to show while it is.
    spare: Cell<Option<V::Value>>,
    is_out: Cell<bool>,
    is_changing: Cell<bool>,
    is_wanted: Cell<bool>,
    is_due: Cell<bool>,
    is_busy: Cell<bool>,
    frame: RefCell<Option<sys::NextFrame>>,
    /// Whether the frame has something to render.
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
            is_busy: Cell::new(true),
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

    #[allow(dead_code)] // A framework with signals needs no version.
    pub fn version(&self) -> u64 {
        self.version.get()
    }

    /// The newest response.
    #[cfg(feature = "fetch")]
    pub fn response(&self) -> Option<web_sys::Response> {
        let run = self.run.borrow().clone()?;
        run.is_asked_for.set(true);
        run.connection()?.response()
    }

    /// Takes the closures of the newest render.
    pub fn set_closures(&self, closures: Closures<V::Value>) {
        let before = self.closures.replace(Some(Rc::new(closures)));
        drop(before);
    }

    /// `None` before the first render and after the end.
    fn closures(&self) -> Option<Rc<Closures<V::Value>>> {
        self.closures.borrow().clone()
    }

    /// Shows a closed connection, for the target `None`.
    pub fn show_none(&self) {
        self.set_state(State::Closed(CloseReason::Called));
    }

    /// Closes the connection, if it is not closed. Earlier events still reach the fold.
    pub fn close(&self) {
        self.is_wanted.set(false);
        self.is_due.set(false);
        let run = self.run.borrow().clone();
        let has_ended = self.is_closed() || run.as_ref().is_some_and(|run| run.is_closed());
        if !has_ended && self.closures().is_some() {
            self.show_none();
            self.render_soon();
        }
        // Its observers run last: they may open another connection.
        if let Some(run) = run {
            run.close();
        }
    }

    /// Replaces the connection with a new one, which resumes after the last event.
    pub fn reopen(&self) {
        self.open_again(false);
    }

    /// Replaces the connection with a new one, and starts again from the first value.
    pub fn restart(&self) {
        self.open_again(true);
    }

    fn open_again(&self, anew: bool) {
        self.begin(anew);
        self.render_soon();
        let is_ready = !self.is_busy.get() && self.is_due.get();
        if is_ready && !self.view.ask_to_open() {
            self.open();
        }
    }

    /// Ends the connection. The next one is due, and already shown as connecting.
    pub fn begin(&self, anew: bool) {
        let Some(closures) = self.closures() else {
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
                self.change(Box::new(move |value| *value = (closures.init)()));
            }
            drop(before);
            self.is_busy.set(was_busy);
        });
    }

    /// Opens, unless `close` was called last.
    #[allow(dead_code)] // A framework that tracks the signals of `connect` calls `open`.
    pub fn open_if_due(&self) {
        if self.is_due.get() {
            self.open();
        }
        self.is_busy.set(false);
    }

    /// Opens. The closure is called even if `close` was called last, because the framework may track the
    /// signals that it reads.
    pub fn open(&self) {
        let Some(closures) = self.closures() else {
            return;
        };
        self.is_busy.set(false);
        self.guarded(|| {
            self.is_busy.set(true);
            let run = self.run.take();
            if let Some(run) = run {
                run.cut();
            }
            let Opening(opening) = (closures.connect)(&self.is_wanted);
            self.is_due.set(false);
            self.is_busy.set(false);
            if !self.is_wanted.get() || self.closures().is_none() {
                return;
            }
            match opening {
                Ok(Some((poll, connection))) => self.start(poll, connection),
                Ok(None) if self.is_closed() => return,
                Ok(None) => {
                    self.show_none();
                    // At once, so that no frame shows a connection that does not exist.
                    return self.render();
                }
                Err((error, change)) => {
                    self.set_error(Some(error.clone()));
                    self.set_state(State::Closed(CloseReason::Failed(error)));
                    // The fold runs last: it may open another connection.
                    self.change(change);
                }
            }
            self.render_soon();
        });
    }

    fn start(&self, poll: Poller<V::Value>, connection: Option<Connection>) {
        let id = self.last_event_id.borrow().clone();
        if let (Some(connection), false) = (&connection, id.is_empty()) {
            connection.resume_after(&id);
        }
        self.set_state(
            connection
                .as_ref()
                .map_or(State::Connecting, Connection::state),
        );
        let run = Rc::new(Run {
            poll: Cell::new(Some(poll)),
            connection: RefCell::new(connection),
            is_cut: Cell::default(),
            is_over: Cell::default(),
            is_end_shown: Cell::default(),
            is_asked_for: Cell::default(),
        });
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

    /// Reads the items that have arrived.
    fn read(&self, run: &Run<V::Value>, cx: &mut Context<'_>) -> Poll<()> {
        // The stream is taken out while it is polled, because polling may run the program's code.
        while let Some(mut poll) = run.poll.take() {
            let item = poll(cx);
            if run.is_cut.get() {
                break;
            }
            if let Poll::Ready(None) = item {
                drop(poll);
                run.is_over.set(true);
                self.render_soon();
                break;
            }
            run.poll.set(Some(poll));
            let Poll::Ready(Some(item)) = item else {
                return Poll::Pending;
            };
            self.take_in(item);
        }
        Poll::Ready(())
    }

    fn take_in(&self, item: Arrival<V::Value>) {
        match item {
            Arrival::Message(change) => {
                // A stream without a connection shows only by its first value that it is open.
                if *self.state.borrow() == State::Connecting {
                    self.set_state(State::Open);
                }
                self.change(change);
            }
            Arrival::Error(error, change) => {
                self.set_error(Some(error));
                self.change(change);
            }
            // A `close()` is shown at once; earlier states that arrive after it are ignored.
            Arrival::State(state) => {
                if matches!(state, State::Closed(_)) || !self.is_closed() {
                    self.set_state(state);
                }
            }
        }
        self.render_soon();
    }

    /// Changes the value: now, or when it is free.
    pub fn update(&self, change: Change<V::Value>) {
        self.guarded(|| self.change(change));
        self.render_soon();
    }

    fn change(&self, change: Change<V::Value>) {
        if self.closures().is_some() {
            self.changes.borrow_mut().push_back(change);
            self.apply_changes();
        }
    }

    /// Applies the queued changes, unless the value is borrowed. Changes that are queued in the meantime wait
    /// for the next change or frame, so that a fold that keeps reopening a failing target does not block the
    /// page.
    fn apply_changes(&self) {
        let count = self.changes.borrow().len();
        let Some(closures) = self.closures().filter(|_| count > 0 || self.is_out.get()) else {
            return;
        };
        if self.is_changing.replace(true) {
            return;
        }
        let mut value = self.spare.take().unwrap_or_else(|| (closures.init)());
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
        self.is_changing.set(false);
    }

    fn render_soon(&self) {
        self.is_new.set(true);
        self.request_frame();
    }

    fn request_frame(&self) {
        if self.closures().is_none() || self.frame.borrow().is_some() {
            return;
        }
        let store = Weak::clone(&self.this);
        let frame = sys::NextFrame::request(move || {
            if let Some(store) = store.upgrade() {
                store.in_frame();
            }
        });
        self.frame.replace(frame);
    }

    /// Renders the changes since the last frame.
    fn in_frame(&self) {
        let past = self.frame.take();
        drop(past);
        self.guarded(|| self.apply_changes());
        if self.is_new.get() {
            self.render();
        }
        let run = self.run.borrow().clone();
        let holds_answer = run.is_some_and(|run| run.holds_answer());
        let has_changes = self.is_out.get() || !self.changes.borrow().is_empty();
        if self.is_new.get() || has_changes || holds_answer {
            self.request_frame();
        }
    }

    pub fn render(&self) {
        self.version.set(self.version.get() + 1);
        let is_held = self.view.render(&self.state(), &self.error());
        self.is_new.set(is_held);
    }

    /// The component is destroyed.
    pub fn unmount(&self) {
        let owned = (self.closures.take(), self.take(), self.frame.take());
        drop(owned);
    }

    /// Takes out the connection and the changes, which the caller drops while nothing is borrowed.
    fn take(&self) -> Cut<V::Value> {
        let run = self.run.take();
        if let Some(connection) = run.as_ref().and_then(|run| run.connection()) {
            self.last_event_id.replace(connection.last_event_id());
        }
        let _changes = self.changes.take();
        Cut { run, _changes }
    }

    fn is_closed(&self) -> bool {
        matches!(*self.state.borrow(), State::Closed(_))
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
        self.close();
        drop(self.take());
        // The value that was being changed is lost, and the spare value stays in the view.
        self.render_soon();
    }
}

/// A stream that a task reads, and others may drop.
struct Run<S> {
    /// `None` while it is polled, and after it was dropped.
    poll: Cell<Option<Poller<S>>>,
    /// It holds the waker of the task that owns this `Run`. [`cut`](Self::cut) breaks this cycle at the end.
    connection: RefCell<Option<Connection>>,
    is_cut: Cell<bool>,
    is_over: Cell<bool>,
    /// Whether a frame has run since the end.
    is_end_shown: Cell<bool>,
    /// Whether the program has called `response`.
    is_asked_for: Cell<bool>,
}

impl<S> Run<S> {
    fn connection(&self) -> Option<Connection> {
        self.connection.borrow().clone()
    }

    fn is_closed(&self) -> bool {
        match self.connection() {
            Some(connection) => connection.close_reason().is_some(),
            None => self.is_over.get(),
        }
    }

    /// Closes the connection. A stream without a connection is dropped.
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

    /// After the end, the program can read the body of a response if it calls `response` before the second
    /// frame: the first frame shows the end. Otherwise the response is released, because it may be endless.
    /// Returns whether the program may still call `response`.
    fn holds_answer(&self) -> bool {
        let may_ask = self.is_over.get() && !self.is_asked_for.get();
        let is_late = may_ask && self.is_end_shown.replace(true);
        if is_late && let Some(connection) = self.connection() {
            self.is_asked_for.set(true);
            connection.close();
        }
        may_ask && !is_late
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
