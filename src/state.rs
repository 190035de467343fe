//! The state of a connection, and who is told when it changes.

use std::{
    cell::{Cell, RefCell},
    fmt, mem,
    rc::Weak,
};

use crate::{
    CloseReason,
    callback::{Callback, Callbacks},
};

/// The state of a connection.
///
/// It is the connection's state now. Messages that came before a change may still be waiting in the
/// stream; for changes in their place among the messages see
/// [`LifecycleStream`](crate::LifecycleStream).
///
/// ```no_run
/// # fn main() -> Result<(), wasm_eventsource::OpenError> {
/// use wasm_eventsource::{EventSource, State};
///
/// let prices = EventSource::new("/prices")
///     .on_state(|state| match state {
///         State::Reconnecting { attempt, cause } => println!("attempt {attempt}: {cause}"),
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
    /// The connection is lost, or could not be made, and will be tried again by itself.
    Reconnecting {
        /// Which attempt is awaited or under way, from 1. Each success starts the count anew.
        attempt: u32,
        /// What made the attempt necessary.
        cause: ReconnectCause,
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

/// Why a connection is being made again, or for the first time once more.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum ReconnectCause {
    /// It was open, and the response ended or the network broke.
    Disconnected,
    /// An attempt to connect met no server or was cut before the answer.
    Unreachable,
}

impl fmt::Display for ReconnectCause {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            ReconnectCause::Disconnected => "disconnected",
            ReconnectCause::Unreachable => "unreachable",
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
///
/// An observer may change the state again, by closing the connection. It is then told after it has
/// returned: every observer sees every state, in the order they came.
#[derive(Default)]
pub(crate) struct StateCell {
    current: RefCell<State>,
    /// Whether that is `Closed`: asked for each message.
    closed: Cell<bool>,
    observers: Callbacks<StateObserver>,
    untold: RefCell<Vec<State>>,
    telling: Cell<bool>,
    silent: Cell<bool>,
}

impl StateCell {
    pub fn get(&self) -> State {
        self.current.borrow().clone()
    }

    /// Looks at the state without a copy. The function must not reach back into the connection.
    pub fn with<T>(&self, look: impl FnOnce(&State) -> T) -> T {
        look(&self.current.borrow())
    }

    pub fn is_closed(&self) -> bool {
        self.closed.get()
    }

    /// Changes the state; the observers hear of it at the next [`tell`](Self::tell).
    pub fn change(&self, state: State) {
        if !self.observers.is_empty() {
            self.untold.borrow_mut().push(state.clone());
        }
        self.closed.set(matches!(state, State::Closed(_)));
        self.current.replace(state);
    }

    pub fn observe(&self, observer: Box<StateObserver>) -> Weak<Callback<StateObserver>> {
        self.observers.add(observer)
    }

    pub fn forget(&self, observer: &Weak<Callback<StateObserver>>) {
        self.observers.remove(observer);
    }

    /// Tells nobody anything any more.
    pub fn silence(&self) {
        self.silent.set(true);
        self.observers.clear();
    }

    pub fn is_silent(&self) -> bool {
        self.silent.get()
    }

    /// Tells the observers what they do not know yet. After the end they are let go of.
    pub fn tell(&self) {
        if self.telling.replace(true) {
            return;
        }
        while let Some(state) = self.next_untold() {
            self.observers.each(|observer| {
                if !self.silent.get() {
                    observer(&state);
                }
            });
        }
        self.telling.set(false);
        if self.is_closed() {
            self.observers.clear();
        }
    }

    /// The first of them. Nothing is borrowed while observers run.
    fn next_untold(&self) -> Option<State> {
        let mut untold = self.untold.borrow_mut();
        let mut first = untold.pop()?;
        for earlier in untold.iter_mut().rev() {
            mem::swap(earlier, &mut first);
        }
        Some(first)
    }

    /// Makes good what an observer broke that threw a JavaScript exception: such a one leaves `tell`
    /// without running anything on its way out. To be called where no observer can be running.
    pub fn recover(&self) {
        self.telling.set(false);
    }
}

#[cfg(test)]
mod tests {
    use std::rc::Rc;

    use super::*;

    fn set(cell: &StateCell, state: State) {
        cell.change(state);
        cell.tell();
    }

    #[test]
    fn every_state_has_the_ready_state_of_the_standard() {
        let again = State::Reconnecting {
            attempt: 1,
            cause: ReconnectCause::Disconnected,
        };
        assert_eq!(State::Connecting.ready_state() as u8, 0);
        assert_eq!(again.ready_state() as u8, 0);
        assert_eq!(State::Open.ready_state() as u8, 1);
        assert_eq!(State::Closed(CloseReason::Called).ready_state() as u8, 2);
    }

    #[test]
    fn an_observer_that_changes_the_state_is_told_of_it_after_it_returned() {
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
    fn changes_that_nobody_was_told_of_are_told_in_their_order() {
        let cell = StateCell::default();
        let seen = Rc::new(RefCell::new(Vec::new()));
        let log = Rc::clone(&seen);
        cell.observe(Box::new(move |state| {
            log.borrow_mut().push(state.to_string())
        }));
        cell.change(State::Open);
        cell.change(State::Connecting);
        cell.change(State::Closed(CloseReason::Called));
        cell.tell();
        assert_eq!(*seen.borrow(), ["open", "connecting", "closed"]);
    }

    #[test]
    fn a_forgotten_observer_hears_nothing_more() {
        let cell = StateCell::default();
        let calls = Rc::new(Cell::new(0));
        let counter = Rc::clone(&calls);
        let observer = cell.observe(Box::new(move |_| counter.set(counter.get() + 1)));
        set(&cell, State::Open);
        cell.forget(&observer);
        set(&cell, State::Connecting);
        assert_eq!(calls.get(), 1);
    }
}
