//! Hooks for [Yew](::yew): one line in a component, and it has live, typed data.
//!
//! ```
//! use serde::Deserialize;
//! use wasm_eventsource::yew::use_event_source;
//! use yew::prelude::*;
//!
//! #[derive(Deserialize)]
//! #[serde(rename_all = "lowercase")]
//! enum Feed {
//!     Price(f64), // event: price, data: 41.5
//! }
//!
//! #[component]
//! fn Price() -> Html {
//!     let feed = use_event_source::<Feed>("/prices");
//!     let price = feed.latest().map(|latest| match &*latest {
//!         Feed::Price(price) => html! { <b>{ price }</b> },
//!     });
//!     html! { <p>{ feed.state().to_string() }{ price }</p> }
//! }
//! ```
//!
//! | | the newest event | every event, folded into a value |
//! |---|---|---|
//! | of a URL | [`use_event_source`] | [`use_event_source_fold`] |
//! | of anything that can be [opened](Connect) | [`use_event_source_with`] | [`use_event_source_fold_with`] |
//!
//! The connection is opened after the first render, in the browser only; it is closed when the
//! component goes, and when the dependencies change (the URL, or what is given as such), before the
//! new one is opened. After a change, nothing of the old connection is shown: state, error, latest
//! event and folded value are as at the beginning.
//!
//! **Renders.** Every event reaches the fold at once. The component is rendered in the browser's next
//! frame, once for all that happened until then; a page that is hidden, and has no frames, after a
//! second. The handle always tells how it is now, in an event handler, too.
//!
//! **On a server** (Yew's `ssr`) the state is `Connecting`, and nothing is opened. The browser opens
//! after hydration. How an app renders is chosen by the features of its own dependency on `yew`.

use std::{
    cell::{Cell, RefCell},
    fmt,
    rc::Rc,
};

use ::yew::prelude::*;

pub use crate::ui::Connect;
use crate::{Error, EventStream, OpenError, State, ui};

/// The newest of the typed events at this URL: `T` is an enum that names them, see
/// [`EventSource::typed`](crate::EventSource::typed).
///
/// The URL may be anything that can be opened, cloned and compared: `&'static str`, `String`,
/// [`AttrValue`], or an [`Option`] of these, where `None` opens nothing.
///
/// Events that come between two renders are not seen; to have each, see [`use_event_source_fold`].
///
/// ```
/// use serde::Deserialize;
/// use wasm_eventsource::yew::use_event_source;
/// use yew::prelude::*;
///
/// #[derive(Deserialize)]
/// #[serde(rename_all = "lowercase")]
/// enum Clock {
///     Test(u64), // event: test, data: 1700000000000
/// }
///
/// #[derive(PartialEq, Properties)]
/// struct Props {
///     url: AttrValue,
/// }
///
/// #[component]
/// fn Time(props: &Props) -> Html {
///     let clock = use_event_source::<Clock>(props.url.clone());
///     match clock.latest().as_deref() {
///         Some(Clock::Test(time)) => html! { { time } },
///         None => html! { { clock.state().to_string() } },
///     }
/// }
/// ```
#[hook]
pub fn use_event_source<T>(
    url: impl Connect<T> + Clone + PartialEq + 'static,
) -> UseEventSourceHandle<T>
where
    T: 'static,
{
    let fold = use_event_source_fold_with(url, |url| url.clone(), || None, keep_latest);
    UseEventSourceHandle(fold)
}

/// The newest event of what `connect` opens: once, and again whenever the dependencies change.
///
/// ```
/// use wasm_eventsource::{EventSource, yew::use_event_source_with};
/// use yew::prelude::*;
///
/// #[component]
/// fn Time() -> Html {
///     let interval = use_state(|| 1000);
///     let time = use_event_source_with(*interval, |interval| {
///         EventSource::new(format!("/time?interval_ms={interval}")).typed_event::<u64>("test")
///     });
///     let faster = move |_| interval.set(*interval / 2); // closes, and opens anew
///     html! { <button onclick={faster}>{ time.latest().map(|time| time.to_string()) }</button> }
/// }
/// ```
#[hook]
pub fn use_event_source_with<T, D, C>(
    deps: D,
    connect: impl Fn(&D) -> C + 'static,
) -> UseEventSourceHandle<T>
where
    T: 'static,
    D: PartialEq + 'static,
    C: Connect<T>,
{
    let fold = use_event_source_fold_with(deps, connect, || None, keep_latest);
    UseEventSourceHandle(fold)
}

/// A value that every event at this URL is folded into, in the order the server sent them. It begins as
/// what `init` returns, and is changed in place.
///
/// The fold gets what a stream yields: `Ok`, or an [`Error`], after which the stream goes on or ends
/// as is said there. A connection that could not be opened is an [`Error::Open`].
///
/// ```
/// use serde::Deserialize;
/// use wasm_eventsource::{Error, yew::use_event_source_fold};
/// use yew::prelude::*;
///
/// #[derive(Deserialize)]
/// #[serde(rename_all = "lowercase")]
/// enum Feed {
///     Price(f64),
/// }
///
/// #[component]
/// fn Prices() -> Html {
///     let prices = use_event_source_fold(
///         "/prices",
///         Vec::new,
///         |prices: &mut Vec<f64>, event: Result<Feed, Error>| match event {
///             Ok(Feed::Price(price)) => prices.push(price),
///             Err(error) => println!("{error}"),
///         },
///     );
///     prices.with(|prices| html! { for price in prices { <li>{ price }</li> } })
/// }
/// ```
#[hook]
pub fn use_event_source_fold<S, T>(
    url: impl Connect<T> + Clone + PartialEq + 'static,
    init: impl Fn() -> S + 'static,
    fold: impl Fn(&mut S, Result<T, Error>) + 'static,
) -> UseEventSourceFoldHandle<S>
where
    S: 'static,
    T: 'static,
{
    use_event_source_fold_with(url, |url| url.clone(), init, fold)
}

/// A value that every event is folded into of what `connect` opens: once, and again whenever the
/// dependencies change.
///
/// What is called when the connection is opened (`connect`) and when an event comes (`fold`) are the
/// closures of the newest render: they may use props and state.
///
/// ```
/// use serde::Deserialize;
/// use wasm_eventsource::{CloseRule, EventSource, yew::use_event_source_fold_with};
/// use yew::prelude::*;
///
/// #[derive(Deserialize)]
/// struct Token {
///     token: String,
/// }
///
/// #[component]
/// fn Reply() -> Html {
///     let prompt = use_state(String::new);
///     let reply = use_event_source_fold_with(
///         (*prompt).clone(),
///         |prompt| {
///             let ask = || {
///                 EventSource::new(format!("/reply?prompt={prompt}"))
///                     .close_on(CloseRule::data("[DONE]"))
///                     .typed_event::<Token>("message")
///             };
///             (!prompt.is_empty()).then(ask) // nothing is opened before there is a prompt
///         },
///         String::new,
///         |text: &mut String, token| {
///             if let Ok(Token { token }) = token {
///                 text.push_str(&token);
///             }
///         },
///     );
///     let stop = {
///         let reply = reply.clone();
///         move |_| reply.close()
///     };
///     html! { <p onclick={stop}>{ reply.with(String::clone) }</p> }
/// }
/// ```
#[hook]
pub fn use_event_source_fold_with<S, T, D, C>(
    deps: D,
    connect: impl Fn(&D) -> C + 'static,
    init: impl Fn() -> S + 'static,
    fold: impl Fn(&mut S, Result<T, Error>) + 'static,
) -> UseEventSourceFoldHandle<S>
where
    S: 'static,
    T: 'static,
    D: PartialEq + 'static,
    C: Connect<T>,
{
    let rerender = use_force_update();
    let source = use_memo((), |()| Source::new(init(), rerender));
    source.renew(deps, connect, &init, fold);
    {
        let source = Rc::clone(&source);
        use_effect(move || source.open_if_due());
    }
    {
        let source = Rc::clone(&source);
        use_effect_with((), move |()| move || source.unmount());
    }
    UseEventSourceFoldHandle {
        version: source.view.shown.version.get(),
        shown: Rc::clone(&source.view.shown),
        control: source,
    }
}

fn keep_latest<T>(latest: &mut Option<Rc<T>>, event: Result<T, Error>) {
    if let Ok(event) = event {
        *latest = Some(Rc::new(event));
    }
}

/// A component's event source and its newest event. Cheap to clone.
///
/// Two are equal if nothing has happened in between: as a prop it renders a child anew when there is
/// something new.
pub struct UseEventSourceHandle<T>(UseEventSourceFoldHandle<Option<Rc<T>>>);

/// A component's event source and the value its events are folded into. Cheap to clone.
///
/// Two are equal if nothing has happened in between: as a prop it renders a child anew when there is
/// something new.
pub struct UseEventSourceFoldHandle<S> {
    shown: Rc<Shown<S>>,
    control: Rc<dyn Control>,
    version: u64,
}

impl<T> UseEventSourceHandle<T> {
    /// The newest event, if one came since the dependencies changed.
    pub fn latest(&self) -> Option<Rc<T>> {
        self.0.with(Option::clone)
    }
}

impl<S> UseEventSourceFoldHandle<S> {
    /// Looks at the value. Not to be called in the fold, which has the value itself.
    pub fn with<R>(&self, look: impl FnOnce(&S) -> R) -> R {
        look(&self.shown.value.borrow())
    }

    /// Changes the value, and renders the component. Not to be called in the fold, which has the value
    /// itself.
    pub fn update<R>(&self, change: impl FnOnce(&mut S) -> R) -> R {
        let result = change(&mut self.shown.value.borrow_mut());
        self.control.request_render();
        result
    }
}

/// What both handles let one see and do of the connection.
macro_rules! with_connection {
    ($($handle:ident<$value:ident>($($fold:tt)*))*) => {$(
        impl<$value> $handle<$value> {
            /// The state of the connection, as of the newest event that was folded.
            pub fn state(&self) -> State {
                self$($fold)*.shown.state.borrow().clone()
            }

            /// The newest error of this connection: of its opening, of a message, or the one that ended
            /// it. The next opening takes it away.
            pub fn error(&self) -> Option<Error> {
                self$($fold)*.shown.error.borrow().clone()
            }

            /// Closes the connection, if it is not closed. What came before is still folded. It stays
            /// closed until [`reopen`](Self::reopen), or until the dependencies change.
            pub fn close(&self) {
                self$($fold)*.control.close();
            }

            /// Opens a new connection, in the place of the one that is open or has ended. What was folded
            /// stays. Does nothing after the component is gone.
            pub fn reopen(&self) {
                self$($fold)*.control.reopen();
            }
        }

        impl<$value> fmt::Debug for $handle<$value> {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.debug_struct(stringify!($handle))
                    .field("state", &self.state())
                    .field("error", &self.error())
                    .finish_non_exhaustive()
            }
        }
    )*};
}

with_connection! {
    UseEventSourceHandle<T>(.0)
    UseEventSourceFoldHandle<S>()
}

impl<T> Clone for UseEventSourceHandle<T> {
    fn clone(&self) -> Self {
        UseEventSourceHandle(self.0.clone())
    }
}

impl<T> PartialEq for UseEventSourceHandle<T> {
    fn eq(&self, other: &Self) -> bool {
        self.0 == other.0
    }
}

impl<S> Clone for UseEventSourceFoldHandle<S> {
    fn clone(&self) -> Self {
        UseEventSourceFoldHandle {
            shown: Rc::clone(&self.shown),
            control: Rc::clone(&self.control),
            version: self.version,
        }
    }
}

impl<S> PartialEq for UseEventSourceFoldHandle<S> {
    fn eq(&self, other: &Self) -> bool {
        Rc::ptr_eq(&self.shown, &other.shown) && self.version == other.version
    }
}

/// What a handle shows.
struct Shown<S> {
    state: RefCell<State>,
    error: RefCell<Option<Error>>,
    value: RefCell<S>,
    /// Counts the times at which something new was to be rendered.
    version: Cell<u64>,
}

impl<S> Shown<S> {
    fn new(value: S) -> Self {
        Shown {
            state: RefCell::default(),
            error: RefCell::default(),
            value: RefCell::new(value),
            version: Cell::default(),
        }
    }

    fn renew(&self) {
        self.version.set(self.version.get() + 1);
    }

    fn reset(&self, value: S) {
        self.renew();
        self.state.replace(State::default());
        self.error.replace(None);
        self.value.replace(value);
    }
}

type Fold<S, T> = Rc<dyn Fn(&mut S, Result<T, Error>)>;
type Open<T> = Rc<dyn Fn() -> Result<Option<EventStream<T>>, OpenError>>;

/// Notes what comes for the handles, and renders the component.
struct View<S, T> {
    shown: Rc<Shown<S>>,
    /// The newest render's; none once the component is gone.
    fold: RefCell<Option<Fold<S, T>>>,
    /// What came while somebody looked at the value, or in the fold.
    waiting: ui::Queue<T>,
    rerender: UseForceUpdateHandle,
}

impl<S, T> View<S, T> {
    /// Folds what waits, and says whether it has to wait on.
    fn fold_waiting(&self) -> bool {
        let fold = self.fold.borrow().clone();
        let Some(fold) = fold else { return false };
        let value = &self.shown.value;
        self.waiting.fold(|| value.try_borrow_mut().ok(), &*fold)
    }
}

impl<S: 'static, T: 'static> ui::View<T> for View<S, T> {
    fn set_state(&self, state: State) {
        self.shown.state.replace(state);
    }

    fn is_closed(&self) -> bool {
        matches!(*self.shown.state.borrow(), State::Closed(_))
    }

    fn set_error(&self, error: Option<Error>) {
        self.shown.error.replace(error);
    }

    fn fold(&self, event: Result<T, Error>) {
        self.waiting.push(event);
        self.fold_waiting();
    }

    fn forget(&self) {
        self.waiting.forget();
    }

    fn render(&self) -> bool {
        let waits_on = self.fold_waiting();
        self.shown.renew();
        self.rerender.force_update();
        waits_on
    }
}

/// The event source of a component, from its first render to its end.
struct Source<S, T, D> {
    view: Rc<View<S, T>>,
    live: Rc<ui::Live<T>>,
    /// Whether to open after this render.
    is_due: Cell<bool>,
    is_mounted: Cell<bool>,
    deps: RefCell<Option<Rc<D>>>,
    /// The newest render's; none once the component is gone.
    open: RefCell<Option<Open<T>>>,
}

impl<S: 'static, T: 'static, D: PartialEq + 'static> Source<S, T, D> {
    fn new(value: S, rerender: UseForceUpdateHandle) -> Self {
        let view = Rc::new(View {
            shown: Rc::new(Shown::new(value)),
            fold: RefCell::default(),
            waiting: ui::Queue::default(),
            rerender,
        });
        Source {
            live: ui::Live::new(Rc::clone(&view) as Rc<dyn ui::View<T>>),
            view,
            is_due: Cell::new(true),
            is_mounted: Cell::new(false),
            deps: RefCell::default(),
            open: RefCell::default(),
        }
    }

    /// Takes what a render says. Other dependencies end the connection before anybody sees what is
    /// rendered.
    fn renew<C: Connect<T>>(
        &self,
        deps: D,
        connect: impl Fn(&D) -> C + 'static,
        init: &impl Fn() -> S,
        fold: impl Fn(&mut S, Result<T, Error>) + 'static,
    ) {
        let before = self.deps.borrow().clone();
        let deps = match before {
            Some(before) if *before == deps => before,
            before => {
                if before.is_some() {
                    self.live.cut();
                    self.view.shown.reset(init());
                    self.is_due.set(true);
                }
                let deps = Rc::new(deps);
                self.deps.replace(Some(Rc::clone(&deps)));
                deps
            }
        };
        let open: Open<T> = Rc::new(move || connect(&deps).connect());
        let fold: Fold<S, T> = Rc::new(fold);
        // What was there before is dropped with nothing borrowed: it may own anything.
        let before = (
            self.open.replace(Some(open)),
            self.view.fold.replace(Some(fold)),
        );
        drop(before);
    }

    fn open_if_due(&self) {
        self.is_mounted.set(true);
        if self.is_due.get() {
            self.open_now();
        }
    }

    fn open_now(&self) {
        self.is_due.set(false);
        let open = self.open.borrow().clone();
        if let Some(open) = open {
            self.live.cut();
            self.live.open(open());
        }
    }

    fn unmount(&self) {
        self.live.unmount();
        let owned = (self.open.take(), self.view.fold.take());
        drop(owned);
    }
}

/// What a handle does with the connection, whatever its events are.
trait Control {
    fn close(&self);
    fn reopen(&self);
    fn request_render(&self);
}

impl<S: 'static, T: 'static, D: PartialEq + 'static> Control for Source<S, T, D> {
    fn close(&self) {
        self.is_due.set(false);
        self.live.close();
    }

    fn reopen(&self) {
        if self.live.is_gone() {
            return;
        }
        self.view.shown.error.replace(None);
        self.view.shown.state.replace(State::Connecting);
        if self.is_mounted.get() {
            self.open_now();
        } else {
            self.is_due.set(true);
        }
    }

    fn request_render(&self) {
        self.live.request_render();
    }
}
