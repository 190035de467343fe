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
//! What to open is said by a closure: a URL, or anything else that [can be opened](Connect). It is called
//! in an effect, and the signals that it reads are tracked: when one changes, the connection is closed at
//! once, and the closure called again. (A signal that is set to what it was changes, too; a
//! [`Memo`](reactive_graph::computed::Memo) of it does not.) After a change nothing of the old connection
//! is shown: state, error, latest event and folded value are as at the beginning. The connection is closed
//! with the [owner](reactive_graph::owner::Owner) under which the function was called.
//!
//! **Renders.** Every event reaches the fold at once. What reads the signals is told in the browser's
//! next frame, once for all that happened until then; in a page that is hidden, and has no frames, after a
//! second. The signals always have what is newest, in an event handler, too.
//!
//! **On a server** (Leptos' `ssr`) the state is `Connecting`, and nothing is opened. The browser opens
//! after hydration. How an app renders is chosen by the features of its own dependency on `leptos`.
//!
//! The signals are those of `reactive_graph` 0.2, which Leptos 0.8 is built on. They go from thread to
//! thread on a server, so what is in them must be `Send + Sync`; nothing has to be `Clone`.

use std::{
    cell::{Cell, LazyCell},
    fmt, mem,
    ops::DerefMut,
    rc::Rc,
    sync::{
        Arc, Mutex, MutexGuard, OnceLock, PoisonError,
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

pub use crate::ui::Connect;
use crate::{CloseReason, Error, EventStream, OpenError, State, ui};

/// The newest event of what `connect` opens. Of a URL: of the typed events of `T`, an enum that names
/// them, see [`EventSource::typed`](crate::EventSource::typed).
///
/// Events that come between two frames are not seen; to have each, see [`use_event_source_fold`].
///
/// ```
/// use leptos::prelude::*;
/// use wasm_eventsource::{EventSource, leptos::use_event_source};
///
/// #[component]
/// fn Time() -> impl IntoView {
///     // As long as it is `None`, nothing is opened. The events of one name need no enum.
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
pub fn use_event_source<T, C>(connect: impl Fn() -> C + 'static) -> UseEventSourceReturn<T>
where
    T: Send + Sync + 'static,
    C: Connect<T>,
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
        control: fold.control,
    }
}

/// A value that every event of what `connect` opens is folded into, in the order the server sent them. It
/// begins as what `init` returns, and is changed in place.
///
/// The fold gets what a stream yields: `Ok`, or an [`Error`], after which the stream goes on or ends as
/// is said there. A connection that could not be opened is an [`Error::Open`]. It must not read the
/// signal of the value, which it has in hand.
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
pub fn use_event_source_fold<S, T, C>(
    connect: impl Fn() -> C + 'static,
    init: impl Fn() -> S + 'static,
    fold: impl Fn(&mut S, Result<T, Error>) + 'static,
) -> UseEventSourceFoldReturn<S>
where
    S: Send + Sync + 'static,
    T: 'static,
    C: Connect<T>,
{
    let init = move || untrack(&init);
    let shown = Shown::new(init());
    let control = Arc::new(Control::new(&shown.state, &shown.error));
    {
        let (shown, control) = (shown.clone(), Arc::clone(&control));
        // On a server Leptos runs no effects, and drops this before a source is made.
        let source = {
            let (shown, control) = (shown.clone(), Arc::clone(&control));
            LazyCell::new(move || {
                let source = Source::new(connect, fold, shown, Arc::clone(&control));
                control.attach(&source.live);
                source
            })
        };
        Effect::new(move |before: Option<Option<ImmediateEffect>>| {
            // What the last opening had read is not of interest any more.
            drop(before);
            control.again.track();
            if control.is_gone.load(Relaxed) {
                return None;
            }
            if control.is_changed.swap(false, Relaxed) {
                shown.reset(init());
            }
            Some(source.open())
        });
    }
    {
        let control = Arc::clone(&control);
        on_cleanup(move || control.dispose());
    }
    UseEventSourceFoldReturn {
        state: shown.state.signal.read_only().into(),
        value: shown.value.signal.into(),
        error: shown.error.signal.read_only().into(),
        control: StoredValue::new(control),
    }
}

/// A component's event source and its newest event, as signals. It can be copied.
pub struct UseEventSourceReturn<T: 'static> {
    /// The state of the connection, as of the newest event.
    pub state: ReadSignal<State>,
    /// The newest event, if one came since the signals changed that say what to open.
    pub latest: ReadSignal<Option<T>>,
    /// The newest error of this connection: of its opening, of a message, or the one that ended it. The
    /// next opening takes it away.
    pub error: ReadSignal<Option<Error>>,
    control: StoredValue<Arc<Control>>,
}

/// A component's event source and the value its events are folded into, as signals. It can be copied.
pub struct UseEventSourceFoldReturn<S: 'static> {
    /// The state of the connection, as of the newest event that was folded.
    pub state: ReadSignal<State>,
    /// The value. The component may change it, too: what was folded can be cleared, for example.
    pub value: RwSignal<S>,
    /// The newest error of this connection: of its opening, of a message, or the one that ended it. The
    /// next opening takes it away.
    pub error: ReadSignal<Option<Error>>,
    control: StoredValue<Arc<Control>>,
}

/// What both let one do with the connection.
macro_rules! with_connection {
    ($($name:ident)*) => {$(
        impl<T: 'static> $name<T> {
            /// Closes the connection, if it is not closed. What came before is still folded. It stays
            /// closed until [`reopen`](Self::reopen), or until a signal changes that says what to open.
            pub fn close(&self) {
                let _ = self.control.try_with_value(|control| control.close());
            }

            /// Opens a new connection, in the place of the one that is open or has ended. What was folded
            /// stays. Does nothing after the owner is gone.
            pub fn reopen(&self) {
                let _ = self.control.try_with_value(|control| control.reopen());
            }
        }

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

with_connection!(UseEventSourceReturn UseEventSourceFoldReturn);

/// A signal whose changes are told later.
struct Noted<T: 'static> {
    signal: ArcRwSignal<T>,
    is_untold: Arc<AtomicBool>,
    /// What it was set to while somebody held a guard of it.
    next: Arc<Mutex<Option<T>>>,
}

impl<T> Noted<T> {
    fn new(value: T) -> Self {
        Noted {
            signal: ArcRwSignal::new(value),
            is_untold: Arc::default(),
            next: Arc::default(),
        }
    }

    /// No code of the app's runs while this is held.
    fn next(&self) -> MutexGuard<'_, Option<T>> {
        self.next.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn set(&self, value: T) {
        let before = self.next().replace(value);
        drop(before);
        self.settle();
    }

    /// Makes up for what could not be set. Says whether it has to wait on.
    fn settle(&self) -> bool {
        let next = self.next().take();
        let Some(mut next) = next else { return false };
        let Some(mut value) = self.write() else {
            *self.next() = Some(next);
            return true;
        };
        mem::swap(&mut *value, &mut next);
        // What was there before goes after the guard: it may own anything.
        drop(value);
        false
    }

    fn write(&self) -> Option<impl DerefMut<Target = T>> {
        let value = self.signal.try_write_untracked()?;
        self.is_untold.store(true, Relaxed);
        Some(value)
    }

    /// The newest value to be changed, if nobody is holding a guard of it.
    fn hold(&self) -> Option<impl DerefMut<Target = T>> {
        if self.settle() {
            return None;
        }
        self.write()
    }

    /// Whether the newest value is so.
    fn is(&self, so: impl Fn(&T) -> bool) -> bool {
        match &*self.next() {
            Some(next) => so(next),
            None => self.signal.with_untracked(so),
        }
    }

    fn tell(&self) {
        if self.is_untold.swap(false, Relaxed) {
            self.signal.notify();
        }
    }
}

impl<T> Clone for Noted<T> {
    fn clone(&self) -> Self {
        Noted {
            signal: self.signal.clone(),
            is_untold: Arc::clone(&self.is_untold),
            next: Arc::clone(&self.next),
        }
    }
}

/// What the signals show.
struct Shown<S: 'static> {
    state: Noted<State>,
    error: Noted<Option<Error>>,
    value: Noted<S>,
}

impl<S> Shown<S> {
    fn new(value: S) -> Self {
        Shown {
            state: Noted::new(State::default()),
            error: Noted::new(None),
            value: Noted::new(value),
        }
    }

    fn reset(&self, new: S) {
        self.state.set(State::default());
        self.error.set(None);
        self.value.set(new);
        self.tell();
    }

    /// Makes up for what could not be set. Says whether something has to wait on.
    fn settle(&self) -> bool {
        let waiting = [
            self.state.settle(),
            self.error.settle(),
            self.value.settle(),
        ];
        waiting.contains(&true)
    }

    fn tell(&self) {
        self.state.tell();
        self.error.tell();
        self.value.tell();
    }
}

impl<S> Clone for Shown<S> {
    fn clone(&self) -> Self {
        Shown {
            state: self.state.clone(),
            error: self.error.clone(),
            value: self.value.clone(),
        }
    }
}

/// Notes what comes in the signals, and tells of it.
struct View<S: 'static, T, F> {
    shown: Shown<S>,
    fold: F,
    /// What came while somebody held a guard of the value.
    waiting: ui::Queue<T>,
}

impl<S, T, F> View<S, T, F>
where
    F: Fn(&mut S, Result<T, Error>),
{
    /// Folds what waits, and says whether it has to wait on.
    fn fold_waiting(&self) -> bool {
        self.waiting.fold(|| self.shown.value.hold(), &self.fold)
    }
}

impl<S, T, F> ui::View<T> for View<S, T, F>
where
    S: 'static,
    T: 'static,
    F: Fn(&mut S, Result<T, Error>) + 'static,
{
    fn set_state(&self, state: State) {
        self.shown.state.set(state);
    }

    fn is_closed(&self) -> bool {
        let state = &self.shown.state;
        state.is(|state| matches!(state, State::Closed(_)))
    }

    fn set_error(&self, error: Option<Error>) {
        self.shown.error.set(error);
    }

    fn fold(&self, event: Result<T, Error>) {
        self.waiting.push(event);
        self.fold_waiting();
    }

    fn forget(&self) {
        self.waiting.forget();
    }

    fn render(&self) -> bool {
        let waits_on = self.fold_waiting() | self.shown.settle();
        self.shown.tell();
        waits_on
    }
}

type Open<T> = Box<dyn Fn() -> Result<Option<EventStream<T>>, OpenError>>;

/// The event source of a component, in the browser.
struct Source<T> {
    open: Open<T>,
    live: Rc<ui::Live<T>>,
    control: Arc<Control>,
}

impl<T: 'static> Source<T> {
    fn new<S: 'static, C: Connect<T>>(
        connect: impl Fn() -> C + 'static,
        fold: impl Fn(&mut S, Result<T, Error>) + 'static,
        shown: Shown<S>,
        control: Arc<Control>,
    ) -> Rc<Self> {
        let view = View {
            shown,
            fold,
            waiting: ui::Queue::default(),
        };
        Rc::new(Source {
            open: Box::new({
                let control = Arc::clone(&control);
                move || {
                    // What is not to be opened is asked for, too: that it changes has to be seen. If it
                    // was opened by that, it is closed at once.
                    let wanted = Some(connect()).filter(|_| control.is_wanted.load(Relaxed));
                    wanted.connect()
                }
            }),
            live: ui::Live::new(Rc::new(view)),
            control,
        })
    }

    /// Opens, and closes as soon as a signal changes that was read for it: an effect alone would be told
    /// after events that are there already. It is for the effect to open anew, once for all changes.
    fn open(self: &Rc<Self>) -> ImmediateEffect {
        let control = Arc::clone(&self.control);
        let parts = SendWrapper::new((Rc::clone(self), Cell::new(true)));
        ImmediateEffect::new(move || {
            if !parts.valid() {
                return control.change();
            }
            let (source, is_first) = &*parts;
            if is_first.replace(false) {
                let opened = (source.open)();
                // What the fold reads is not what to open.
                untrack(|| source.live.open(opened));
            } else {
                untrack(|| source.live.cut());
                control.change();
            }
        })
    }
}

/// What can be asked for from everywhere, on a server from every thread. There it remains without a
/// connection.
struct Control {
    /// Makes the effect run again.
    again: ArcTrigger,
    is_wanted: AtomicBool,
    /// Whether what was shown is of another connection than is to be opened.
    is_changed: AtomicBool,
    is_gone: AtomicBool,
    live: OnceLock<SendWrapper<Rc<dyn ui::Control>>>,
    state: Noted<State>,
    error: Noted<Option<Error>>,
}

impl Control {
    fn new(state: &Noted<State>, error: &Noted<Option<Error>>) -> Self {
        Control {
            again: ArcTrigger::new(),
            is_wanted: AtomicBool::new(true),
            is_changed: AtomicBool::new(false),
            is_gone: AtomicBool::new(false),
            live: OnceLock::new(),
            state: state.clone(),
            error: error.clone(),
        }
    }

    fn attach<T: 'static>(&self, live: &Rc<ui::Live<T>>) {
        let live = SendWrapper::new(Rc::clone(live) as Rc<dyn ui::Control>);
        let _ = self.live.set(live);
    }

    fn live(&self) -> Option<&dyn ui::Control> {
        let live = self.live.get()?;
        live.valid().then(|| &***live)
    }

    fn close(&self) {
        self.is_wanted.store(false, Relaxed);
        match self.live() {
            Some(live) => live.close(),
            None => self.show(State::Closed(CloseReason::Called)),
        }
    }

    fn reopen(&self) {
        if self.is_gone.load(Relaxed) {
            return;
        }
        if let Some(live) = self.live() {
            live.cut();
        }
        self.is_wanted.store(true, Relaxed);
        self.error.set(None);
        self.error.tell();
        self.show(State::Connecting);
        self.again.notify();
    }

    fn show(&self, state: State) {
        self.state.set(state);
        self.state.tell();
    }

    /// Something else is to be opened.
    fn change(&self) {
        self.is_changed.store(true, Relaxed);
        self.is_wanted.store(true, Relaxed);
        self.again.notify();
    }

    fn dispose(&self) {
        self.is_gone.store(true, Relaxed);
        if let Some(live) = self.live() {
            live.unmount();
        }
    }
}
