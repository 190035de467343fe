//! Signals for [Leptos](https://docs.rs/leptos): one line in a component, and it has live, typed data.
//!
//! ```
//! use leptos::prelude::*;
//! use serde::Deserialize;
//! use wasm_eventsource::leptos::use_event_source;
//!
//! #[derive(Deserialize)]
//! #[serde(rename_all = "lowercase")]
//! enum Feed {
//!     Price(f64), // event: price, data: 41.5
//! }
//!
//! #[component]
//! fn Price() -> impl IntoView {
//!     let feed = use_event_source::<Feed, _>(|| "/prices");
//!     let price = move || {
//!         feed.latest.with(|latest| latest.as_ref().map(|Feed::Price(price)| price.to_string()))
//!     };
//!     view! { <p>{move || feed.state.get().to_string()} " " {price}</p> }
//! }
//! ```
//!
//! - [`use_event_source`] has the newest event;
//! - [`use_event_source_fold`] has a value that every event is folded into.
//!
//! A closure returns the target: a URL, or anything else that [can be opened](IntoSource), any stream too. It
//! is called in an effect, which tracks the signals that it reads: when one changes, the connection is closed
//! at once, and the closure called again. (A signal that is set to the value it has changes too; a
//! [`Memo`](reactive_graph::computed::Memo) of it does not.) A change resets state, error, latest event and
//! folded value. The connection is closed with the [owner](reactive_graph::owner::Owner) under which the
//! function was called.
//!
//! The handle closes the connection, [reopens](UseEventSourceFoldReturn::reopen) it after the last event, or
//! [restarts](UseEventSourceFoldReturn::restart) it from the beginning. A fold that panics closes the
//! connection and resets the value; the panic is reported like any uncaught exception.
//!
//! **Renders.** The fold gets every event when it arrives. The signals notify once in the browser's next
//! frame; in a hidden page, which has no frames, after a second. The signals always have the newest state,
//! error and value, also in an event handler.
//!
//! **On a server** (Leptos' `ssr`) nothing is opened. The state is `Connecting`, or `Closed` for `None`. The
//! browser opens the connection after hydration. An app chooses how it renders by the features of its
//! dependency on `leptos`.
//!
//! The signals are those of `reactive_graph` 0.2, which Leptos 0.8 is built on. A server may move them
//! between threads, so their values must be `Send + Sync`; they need not be `Clone`.

use std::{
    cell::Cell,
    fmt, mem,
    ops::Deref,
    rc::Rc,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering::Relaxed},
    },
};

use reactive_graph::{
    effect::{Effect, ImmediateEffect},
    graph::untrack,
    owner::{StoredValue, on_cleanup},
    prelude::*,
    signal::{ArcRwSignal, ArcTrigger, ReadSignal, RwSignal},
};
use send_wrapper::SendWrapper;

pub use super::source::{Connect, IntoSource};
use super::{
    source::{self, Source},
    store::{Closures, Fold, Opening, Store, View},
};
use crate::{
    close::CloseReason,
    error::{Error, OpenError},
    state::State,
};

/// The newest event of the target of `connect`. A URL has the typed events of `T`, an enum that names them:
/// see [`EventSource::typed`](crate::EventSource::typed).
///
/// Only the last event before a frame is seen; for every event, see [`use_event_source_fold`].
///
/// ```
/// use leptos::prelude::*;
/// use wasm_eventsource::{EventSource, leptos::use_event_source};
///
/// #[component]
/// fn Time() -> impl IntoView {
///     // `None` opens nothing. The events of one name need no enum.
///     let (interval, set_interval) = signal(None::<u32>);
///     let time = use_event_source(move || {
///         interval.get().map(|ms| {
///             EventSource::new(format!("/time?interval_ms={ms}")).typed_event::<u64>("test")
///         })
///     });
///     view! {
///         <button on:click=move |_| set_interval.set(Some(500))>{move || time.latest.get()}</button>
///     }
/// }
/// ```
#[track_caller]
pub fn use_event_source<T, M>(connect: impl Connector<T, M> + 'static) -> UseEventSourceReturn<T>
where
    T: Send + Sync + 'static,
    M: 'static,
{
    let latest = |latest: &mut Option<T>, event| {
        if let Ok(event) = event {
            *latest = Some(event);
        }
    };
    let fold = use_event_source_fold(connect, || None, latest);
    UseEventSourceReturn {
        state: fold.state,
        latest: fold.value.read_only(),
        error: fold.error,
        fold,
    }
}

/// A value that every event of the target of `connect` is folded into, in the order the server sent them.
/// `init` returns the first value, and the fold changes it in place.
///
/// The fold gets the items of a stream: `Ok`, or an [`Error`], whose documentation says whether the stream
/// goes on. If opening fails, the fold gets an [`Error::Open`].
///
/// ```
/// use leptos::prelude::*;
/// use serde::Deserialize;
/// use wasm_eventsource::{CloseRule, EventSource, leptos::use_event_source_fold};
///
/// #[derive(Deserialize)]
/// struct Token {
///     token: String,
/// }
///
/// #[component]
/// fn Reply(prompt: Signal<String>) -> impl IntoView {
///     let reply = use_event_source_fold(
///         move || {
///             EventSource::new(format!("/reply?prompt={}", prompt.get()))
///                 .close_on(CloseRule::data("[DONE]"))
///                 .typed_event::<Token>("message")
///         },
///         String::new,
///         |text: &mut String, token| match token {
///             Ok(Token { token }) => text.push_str(&token),
///             Err(error) => text.push_str(&error.to_string()),
///         },
///     );
///     view! {
///         <p>{move || reply.value.get()}</p>
///         <button on:click=move |_| reply.close()>"Stop"</button>
///         <button on:click=move |_| reply.reopen()>"Ask again"</button>
///     }
/// }
/// ```
#[track_caller]
pub fn use_event_source_fold<S, T, M>(
    connect: impl Connector<T, M> + 'static,
    init: impl Fn() -> S + 'static,
    fold: impl Fn(&mut S, Result<T, Error>) + 'static,
) -> UseEventSourceFoldReturn<S>
where
    S: Send + Sync + 'static,
    T: 'static,
    M: 'static,
{
    let connect = Rc::new(connect);
    let init = move || untrack(&init);
    let fold: Fold<S, T> = Rc::new(move |value, event| untrack(|| fold(value, event)));
    let shown = Arc::new(Shown {
        state: Quiet::new(State::default()),
        error: Quiet::new(None),
        value: Quiet::new(init()),
        opens: ArcTrigger::new(),
    });
    // A server may drop this in any thread, and opens nothing.
    let store =
        cfg!(target_arch = "wasm32").then(|| SendWrapper::new(Store::new(Arc::clone(&shown))));
    if untrack(|| connect.is_none()) {
        match &store {
            Some(store) => store.show_none(),
            None => shown.show(&State::Closed(CloseReason::Called), &None),
        }
    }
    if let Some(store) = store.clone() {
        store.set_closures(Closures {
            init: Box::new(init),
            connect: Box::new(move |is_wanted| {
                Opening::new(connect.open(is_wanted), Rc::clone(&fold))
            }),
        });
        on_cleanup({
            let store = store.clone();
            move || {
                if store.valid() {
                    store.unmount();
                }
            }
        });
        Effect::new(move |before: Option<ImmediateEffect>| {
            // Stops tracking the signals of the last opening.
            drop(before);
            store.view.opens.track();
            open(&store)
        });
    }
    UseEventSourceFoldReturn {
        state: shown.state.signal.read_only().into(),
        value: shown.value.signal.clone().into(),
        error: shown.error.signal.read_only().into(),
        control: StoredValue::new((shown, store)),
    }
}

/// Opens, and closes at once when a signal changes that the closure read. A plain effect would run only after
/// events that are already queued. The effect then opens again, once for all changes.
fn open<S: Send + Sync + 'static>(store: &SharedStore<S>) -> ImmediateEffect {
    let store = SendWrapper::new((Rc::clone(store), Cell::new(true)));
    ImmediateEffect::new(move || {
        if store.valid() {
            let (store, is_first) = &*store;
            if is_first.replace(false) {
                store.open();
            } else {
                untrack(|| store.restart());
                // The closure itself may have changed the signal, while the store was busy.
                store.view.ask_to_open();
            }
        }
    })
}

/// A closure that returns a target to open, a [`Connect`] or a stream: see [`IntoSource`].
pub trait Connector<T, M> {
    #[doc(hidden)]
    fn is_none(&self) -> bool;

    #[doc(hidden)]
    fn open(&self, is_wanted: &Cell<bool>) -> Result<Option<Source<T>>, OpenError>;
}

impl<T: 'static, M, C: IntoSource<T, M>, F: Fn() -> C> Connector<T, M> for F {
    fn is_none(&self) -> bool {
        C::is_none(self)
    }

    fn open(&self, is_wanted: &Cell<bool>) -> Result<Option<Source<T>>, OpenError> {
        source::open(self, is_wanted)
    }
}

/// A component's event source and its newest event, as signals. It can be copied. The methods are those of
/// [`UseEventSourceFoldReturn`].
pub struct UseEventSourceReturn<T: 'static> {
    /// The state of the connection, as of the newest event.
    pub state: ReadSignal<State>,
    /// The newest event since the signals of the target changed.
    pub latest: ReadSignal<Option<T>>,
    /// The newest error of this connection: of its opening, of a message, or of its end. The next opening
    /// clears it.
    pub error: ReadSignal<Option<Error>>,
    fold: UseEventSourceFoldReturn<Option<T>>,
}

impl<T> Deref for UseEventSourceReturn<T> {
    type Target = UseEventSourceFoldReturn<Option<T>>;

    fn deref(&self) -> &Self::Target {
        &self.fold
    }
}

/// A component's event source and the value its events are folded into, as signals. It can be copied.
pub struct UseEventSourceFoldReturn<S: 'static> {
    /// The state of the connection, as of the newest event that was folded.
    pub state: ReadSignal<State>,
    /// The value. The component may change it, too, to clear it for example. Within the fold, which holds the
    /// value, this is a new value from `init`, and [`update`](Self::update) changes the folded value.
    pub value: RwSignal<S>,
    /// The newest error of this connection: of its opening, of a message, or of its end. The next opening
    /// clears it.
    pub error: ReadSignal<Option<Error>>,
    control: StoredValue<Control<S>>,
}

impl<S: Send + Sync + 'static> UseEventSourceFoldReturn<S> {
    /// Changes the value. Within the fold, or while a guard of the value is held, the change waits: it is
    /// made before the next event is folded, and in the next frame at the latest.
    ///
    /// ```
    /// # use wasm_eventsource::leptos::UseEventSourceFoldReturn;
    /// fn clear(prices: UseEventSourceFoldReturn<Vec<f64>>) {
    ///     prices.update(Vec::clear);
    /// }
    /// ```
    pub fn update(&self, change: impl FnOnce(&mut S) + 'static) {
        if let Some(store) = self.store() {
            store.update(Box::new(change));
        }
    }

    /// The newest response of the server, for its headers and status. `None` before the first response, over
    /// the browser's `EventSource`, and for a stream that is not an [`EventStream`](crate::EventStream).
    ///
    /// After [`Error::Status`] or [`Error::ContentType`] the body can be read too, if the program calls this
    /// method in the fold of the error, or in an effect of the signal `error`. The body can be read until
    /// `close()`, the next opening, or the end of the component.
    ///
    /// ```
    /// # use wasm_eventsource::leptos::UseEventSourceFoldReturn;
    /// fn status<S: Send + Sync>(feed: UseEventSourceFoldReturn<S>) -> Option<u16> {
    ///     feed.response().map(|response| response.status())
    /// }
    /// ```
    #[cfg(feature = "fetch")]
    pub fn response(&self) -> Option<web_sys::Response> {
        self.store()?.response()
    }

    /// Closes the connection, if it is not closed. Earlier events are still folded. It stays closed until
    /// [`reopen`](Self::reopen) or [`restart`](Self::restart), or until a signal of the target changes.
    pub fn close(&self) {
        self.act(Store::close, State::Closed(CloseReason::Called));
    }

    /// Replaces the connection with a new one, and resumes. The folded value stays, and over `fetch()` the
    /// request has the last event ID, so that the server can resume after it; the browser's `EventSource`
    /// cannot send it. Does nothing after the owner is disposed.
    pub fn reopen(&self) {
        self.act(Store::reopen, State::Connecting);
    }

    /// Replaces the connection with a new one, and starts again, as when a signal of the target changes:
    /// `init` returns the first value, and no last event ID is sent. Does nothing after the owner is
    /// disposed.
    pub fn restart(&self) {
        self.act(Store::restart, State::Connecting);
    }

    fn store(&self) -> Option<SharedStore<S>> {
        let find = |(_, store): &Control<S>| {
            let store = store.as_ref().filter(|store| store.valid())?;
            Some(Rc::clone(store))
        };
        self.control.try_with_value(find)?
    }

    /// Acts on the store. On a server, which has no store, only the state changes.
    fn act(&self, act: impl FnOnce(&Store<Arc<Shown<S>>>), state: State) {
        match self.store() {
            Some(store) => act(&store),
            None => {
                let show = |(shown, _): &Control<S>| shown.render(&state, &None);
                let _ = self.control.try_with_value(show);
            }
        }
    }
}

macro_rules! copied {
    ($($name:ident)*) => {$(
        impl<T: 'static> Clone for $name<T> {
            fn clone(&self) -> Self {
                *self
            }
        }

        impl<T: 'static> Copy for $name<T> {}

        impl<T: 'static> fmt::Debug for $name<T> {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.debug_struct(stringify!($name))
                    .field("state", &self.state.try_get_untracked())
                    .field("error", &self.error.try_get_untracked())
                    .finish_non_exhaustive()
            }
        }
    )*};
}

copied!(UseEventSourceReturn UseEventSourceFoldReturn);

type SharedStore<S> = Rc<Store<Arc<Shown<S>>>>;

/// The target of the handles' methods. A server has no store.
type Control<S> = (Arc<Shown<S>>, Option<SendWrapper<SharedStore<S>>>);

/// A signal that is written at once, and notifies in the next frame.
struct Quiet<T: 'static> {
    signal: ArcRwSignal<T>,
    is_changed: AtomicBool,
}

impl<T: 'static> Quiet<T> {
    fn new(value: T) -> Self {
        Quiet {
            signal: ArcRwSignal::new(value),
            is_changed: AtomicBool::new(false),
        }
    }

    /// Swaps the values, unless a guard is held.
    fn swap(&self, value: &mut T) -> bool {
        let Some(mut shown) = self.signal.try_write_untracked() else {
            return false;
        };
        mem::swap(&mut *shown, value);
        self.is_changed.store(true, Relaxed);
        true
    }

    fn notify(&self) {
        if self.is_changed.swap(false, Relaxed) {
            self.signal.notify();
        }
    }
}

impl<T: Clone + PartialEq> Quiet<T> {
    /// Sets the value, if it differs. Returns whether a guard is held.
    fn set(&self, value: &T) -> bool {
        let is_same = self.signal.with_untracked(|shown| shown == value);
        !is_same && !self.swap(&mut value.clone())
    }
}

/// The signals of a component.
struct Shown<S: 'static> {
    state: Quiet<State>,
    error: Quiet<Option<Error>>,
    value: Quiet<S>,
    /// Makes the effect open.
    opens: ArcTrigger,
}

impl<S: 'static> View for Arc<Shown<S>> {
    type Value = S;

    fn swap(&self, value: &mut S) -> bool {
        self.value.swap(value)
    }

    fn show(&self, state: &State, error: &Option<Error>) {
        self.state.set(state);
        self.error.set(error);
    }

    fn render(&self, state: &State, error: &Option<Error>) -> bool {
        let is_held = self.state.set(state) | self.error.set(error);
        self.state.notify();
        self.error.notify();
        self.value.notify();
        is_held
    }

    fn ask_to_open(&self) -> bool {
        self.opens.notify();
        true
    }
}
