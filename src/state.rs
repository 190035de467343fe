//! The state of a connection, and its observers.

use std::{
    cell::{Cell, OnceCell, RefCell},
    collections::VecDeque,
    fmt,
    rc::{Rc, Weak},
    time::Duration,
};

use crate::{
    callback::{Callback, Callbacks},
    close::CloseReason,
    error::Number,
};

/// The state of a connection.
///
/// Earlier messages may still wait in a stream's queue. A [`LifecycleStream`](crate::LifecycleStream) yields
/// the changes in order with the messages.
///
/// ```no_run
/// # fn main() -> Result<(), wasm_eventsource::OpenError> {
/// use wasm_eventsource::{EventSource, State};
///
/// let prices = EventSource::new("/prices")
///     .on_state(|state| match state {
///         State::Reconnecting { attempt, cause, .. } => println!("attempt {attempt}: {cause}"),
///         State::Closed(reason) => println!("closed: {reason}"),
///         _ => println!("{state}"),
///     })
///     .stream()?;
/// assert_eq!(prices.state(), State::Connecting);
/// # Ok(()) }
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Default)]
#[non_exhaustive]
pub enum State {
    /// The first request is under way.
    #[default]
    Connecting,
    /// The server answered with an event stream.
    Open,
    /// The connection was lost, or could not be made, and another attempt follows.
    Reconnecting {
        /// The number of the attempt, from 1. Over the browser's `EventSource` a success resets it; over
        /// `fetch()`, a connection that was open for a minute.
        attempt: u32,
        /// The cause of the attempt.
        cause: ReconnectCause,
        /// The time until the attempt; `None` over the browser's `EventSource`, which hides it.
        delay: Option<Duration>,
    },
    /// The connection is closed for good.
    Closed(CloseReason),
}

impl State {
    /// The standard's `readyState` for this state.
    pub fn ready_state(&self) -> ReadyState {
        match self {
            State::Connecting | State::Reconnecting { .. } => ReadyState::Connecting,
            State::Open => ReadyState::Open,
            State::Closed(_) => ReadyState::Closed,
        }
    }

    pub(crate) fn name(&self) -> &'static str {
        match self {
            State::Connecting => "connecting",
            State::Open => "open",
            State::Reconnecting { .. } => "reconnecting",
            State::Closed(_) => "closed",
        }
    }
}

impl fmt::Display for State {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// The cause of a reconnect.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum ReconnectCause {
    /// The response ended. The browser's `EventSource` does not tell this from a broken network: see
    /// [`Disconnected`](Self::Disconnected).
    Ended,
    /// The network broke while the connection was open. Over the browser's `EventSource`, also the end of the
    /// response. (WebKitGTK 2.50 reports a response that is cut off as ended.)
    Disconnected,
    /// No response came.
    Unreachable,
    /// The server answered with this status.
    Status(u16),
    /// The server answered, but does not allow this page to read the response (CORS). A proxy's response for a
    /// server that restarts often looks so.
    Cors,
    /// The server answered with a content type other than `text/event-stream`.
    ContentType,
    /// The browser does not send the request.
    Blocked,
    /// The headers of the attempt could not be computed or set.
    Headers,
}

impl fmt::Display for ReconnectCause {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            ReconnectCause::Ended => "ended",
            ReconnectCause::Disconnected => "disconnected",
            ReconnectCause::Unreachable => "unreachable",
            ReconnectCause::Status(status) => {
                return write!(f, "status {}", Number((*status).into()));
            }
            ReconnectCause::Cors => "not allowed (CORS)",
            ReconnectCause::ContentType => "not an event stream",
            ReconnectCause::Blocked => "blocked",
            ReconnectCause::Headers => "no headers",
        })
    }
}

/// The [`readyState`](https://html.spec.whatwg.org/multipage/server-sent-events.html#dom-eventsource-readystate)
/// of the standard, with its numbers.
///
/// ```
/// use wasm_eventsource::{ReadyState, State};
///
/// assert_eq!(State::Connecting.ready_state(), ReadyState::Connecting);
/// assert_eq!(State::Open.ready_state() as u8, 1);
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
pub enum ReadyState {
    /// Connecting, for the first time or again.
    Connecting = 0,
    /// Open.
    Open = 1,
    /// Closed for good.
    Closed = 2,
}

pub(crate) type StateObserver = dyn FnMut(&State);

/// The current state, and its observers.
#[derive(Default)]
pub(crate) struct StateCell {
    current: RefCell<State>,
    /// Made for the first observer, as a trait object, so that apps without observers do not link it.
    observers: OnceCell<Rc<dyn Observed>>,
}

/// The methods of [`Observers`].
trait Observed {
    fn list(&self) -> &Callbacks<StateObserver>;
    fn add_unseen(&self, state: &State);
    fn notify(&self, cell: &StateCell);
    fn silence(&self);
}

/// An observer may change the state by closing the connection. That state is queued until all observers have
/// returned, so every observer sees every state in order.
#[derive(Default)]
struct Observers {
    list: Callbacks<StateObserver>,
    /// The states that the observers have not seen.
    unseen: RefCell<VecDeque<State>>,
    notifying: Cell<bool>,
    /// The connection was dropped while it was open: observers see nothing any more.
    silenced: Cell<bool>,
}

impl StateCell {
    pub fn get(&self) -> State {
        self.current.borrow().clone()
    }

    /// Looks at the state without a copy. The function must not call back into the connection.
    pub fn with<T>(&self, look: impl FnOnce(&State) -> T) -> T {
        look(&self.current.borrow())
    }

    pub fn is_closed(&self) -> bool {
        matches!(*self.current.borrow(), State::Closed(_))
    }

    /// Changes the state. The observers see it at the next [`notify`](Self::notify).
    pub fn change(&self, state: State) {
        if let Some(observers) = self.observers.get() {
            observers.add_unseen(&state);
        }
        self.current.replace(state);
    }

    pub fn observe(&self, observer: Box<StateObserver>) -> Weak<Callback<StateObserver>> {
        let observers = self.observers.get_or_init(|| Rc::new(Observers::default()));
        observers.list().add(observer)
    }

    pub fn remove(&self, observer: &Weak<Callback<StateObserver>>) {
        if let Some(observers) = self.observers.get() {
            observers.list().remove(observer);
        }
    }

    pub fn has_observers(&self) -> bool {
        let observers = self.observers.get();
        observers.is_some_and(|observers| !observers.list().is_empty())
    }

    /// Notifies the observers of states that they have not seen. Removes them after the end.
    pub fn notify(&self) {
        if let Some(observers) = self.observers.get() {
            observers.notify(self);
        }
    }

    /// Removes the observers, and does not call them for a state that they have not seen either.
    pub fn silence(&self) {
        if let Some(observers) = self.observers.get() {
            observers.silence();
        }
    }
}

impl Observed for Observers {
    fn list(&self) -> &Callbacks<StateObserver> {
        &self.list
    }

    fn add_unseen(&self, state: &State) {
        if !self.list.is_empty() {
            self.unseen.borrow_mut().push_back(state.clone());
        }
    }

    /// Each observer is guarded, so this function always reaches its end and resets its flag.
    fn notify(&self, cell: &StateCell) {
        if self.notifying.replace(true) {
            return;
        }
        while let Some(state) = self.next_unseen() {
            self.list.each(|observer| {
                if !self.silenced.get() {
                    observer(&state);
                }
            });
        }
        self.notifying.set(false);
        if cell.is_closed() {
            self.list.clear();
        }
    }

    fn silence(&self) {
        self.silenced.set(true);
        self.list.clear();
    }
}

impl Observers {
    /// A separate function, so that the queue is not borrowed while observers run.
    fn next_unseen(&self) -> Option<State> {
        self.unseen.borrow_mut().pop_front()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn set(cell: &StateCell, state: State) {
        cell.change(state);
        cell.notify();
    }

    #[test]
    fn every_state_has_the_ready_state_of_the_standard() {
        let again = State::Reconnecting {
            attempt: 1,
            cause: ReconnectCause::Disconnected,
            delay: None,
        };
        assert_eq!(State::Connecting.ready_state() as u8, 0);
        assert_eq!(again.ready_state() as u8, 0);
        assert_eq!(State::Open.ready_state() as u8, 1);
        assert_eq!(State::Closed(CloseReason::Called).ready_state() as u8, 2);
    }

    #[test]
    fn an_observer_that_changes_the_state_sees_it_after_it_returned() {
        let cell = Rc::new(StateCell::default());
        let seen = Rc::new(RefCell::new(Vec::new()));
        let (inside, log) = (Rc::clone(&cell), Rc::clone(&seen));
        cell.observe(Box::new(move |state| {
            if *state == State::Open {
                set(&inside, State::Closed(CloseReason::Called));
            }
            log.borrow_mut().push(format!("first {state}"));
        }));
        let log = Rc::clone(&seen);
        cell.observe(Box::new(move |state| {
            log.borrow_mut().push(format!("second {state}"))
        }));
        set(&cell, State::Open);
        assert_eq!(
            *seen.borrow(),
            ["first open", "second open", "first closed", "second closed"]
        );
    }

    #[test]
    fn changes_that_were_not_shown_yet_are_shown_in_order() {
        let cell = StateCell::default();
        let seen = Rc::new(RefCell::new(Vec::new()));
        let log = Rc::clone(&seen);
        cell.observe(Box::new(move |state| {
            log.borrow_mut().push(state.to_string())
        }));
        cell.change(State::Open);
        cell.change(State::Connecting);
        cell.change(State::Closed(CloseReason::Called));
        cell.notify();
        assert_eq!(*seen.borrow(), ["open", "connecting", "closed"]);
    }

    #[test]
    fn a_removed_observer_sees_nothing_more() {
        let cell = StateCell::default();
        let calls = Rc::new(Cell::new(0));
        let counter = Rc::clone(&calls);
        let observer = cell.observe(Box::new(move |_| counter.set(counter.get() + 1)));
        set(&cell, State::Open);
        cell.remove(&observer);
        set(&cell, State::Connecting);
        assert_eq!(calls.get(), 1);
    }
}
