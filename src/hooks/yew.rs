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
//! | of anything that can be [opened](IntoSource), any stream too | [`use_event_source_with`] | [`use_event_source_fold_with`] |
//!
//! The connection is opened after the first render, in the browser only. It is closed when the component is
//! destroyed, and when the dependencies change (the URL is one), before the new one is opened. A change
//! resets state, error, latest event and folded value.
//!
//! The handle closes the connection, [reopens](UseEventSourceFoldHandle::reopen) it after the last event, or
//! [restarts](UseEventSourceFoldHandle::restart) it from the beginning. A fold that panics closes the
//! connection and resets the value; the panic is reported like any uncaught exception.
//!
//! **Renders.** The fold gets every event when it arrives. The component renders once in the browser's next
//! frame; in a hidden page, which has no frames, after a second. The handle always has the newest state,
//! error and value, also in an event handler.
//!
//! **On a server** (Yew's `ssr`) nothing is opened. The state is `Connecting`, or `Closed` for `None`. The
//! browser opens the connection after hydration. An app chooses how it renders by the features of its
//! dependency on `yew`.

use std::{cell::RefCell, collections::VecDeque, fmt, mem, rc::Rc};

use ::yew::prelude::*;

pub use super::source::{Connect, IntoSource};
use super::{
    source,
    store::{Closures, Fold, Opening, Store, View},
};
use crate::{error::Error, state::State};

/// The newest of the typed events at this URL: `T` is an enum that names them, see
/// [`EventSource::typed`](crate::EventSource::typed).
///
/// The URL may be anything that can be opened, cloned and compared: `&'static str`, `String`,
/// [`AttrValue`], or an [`Option`] of these, where `None` opens nothing.
///
/// Only the last event before a render is seen; for every event, see [`use_event_source_fold`].
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
    use_event_source_fold_with(url, |url| url.clone(), || None, keep_latest)
}

/// The newest event of the target of `connect`, which is opened once, and again when the dependencies change.
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
///     let faster = move |_| interval.set(*interval / 2); // closes, and opens again
///     html! { <button onclick={faster}>{ time.latest().map(|time| time.to_string()) }</button> }
/// }
/// ```
#[hook]
pub fn use_event_source_with<T, D, C, M>(
    deps: D,
    connect: impl Fn(&D) -> C + 'static,
) -> UseEventSourceHandle<T>
where
    T: 'static,
    D: PartialEq + 'static,
    C: IntoSource<T, M>,
{
    use_event_source_fold_with(deps, connect, || None, keep_latest)
}

/// A value that every event at this URL is folded into, in the order the server sent them. `init` returns the
/// first value, and the fold changes it in place.
///
/// The fold gets the items of a stream: `Ok`, or an [`Error`], whose documentation says whether the stream
/// goes on. If opening fails, the fold gets an [`Error::Open`].
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

/// A value that every event of the target of `connect` is folded into. The target is opened once, and again
/// when the dependencies change.
///
/// `connect` and `fold` are always the closures of the newest render, so they may use props and state.
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
///             (!prompt.is_empty()).then(ask) // without a prompt, nothing is opened
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
pub fn use_event_source_fold_with<S, T, D, C, M>(
    deps: D,
    connect: impl Fn(&D) -> C + 'static,
    init: impl Fn() -> S + 'static,
    fold: impl Fn(&mut S, Result<T, Error>) + 'static,
) -> UseEventSourceFoldHandle<S>
where
    S: 'static,
    T: 'static,
    D: PartialEq + 'static,
    C: IntoSource<T, M>,
{
    let rerender = use_force_update();
    let component = use_memo((), |()| Component::new(init(), rerender));
    component.render(deps, connect, init, fold);
    {
        let component = Rc::clone(&component);
        use_effect(move || component.rendered());
    }
    {
        let component = Rc::clone(&component);
        use_effect_with((), move |()| move || component.unmount());
    }
    UseEventSourceFoldHandle {
        version: component.store.version(),
        store: Rc::clone(&component.store),
    }
}

fn keep_latest<T>(latest: &mut Option<Rc<T>>, event: Result<T, Error>) {
    if let Ok(event) = event {
        *latest = Some(Rc::new(event));
    }
}

/// A component's event source and its newest event, as [`latest`](UseEventSourceFoldHandle::latest).
pub type UseEventSourceHandle<T> = UseEventSourceFoldHandle<Option<Rc<T>>>;

/// A component's event source and the value its events are folded into. Cheap to clone.
///
/// Two handles are equal if nothing changed between them, so a child with the handle as a prop renders again
/// after a change.
pub struct UseEventSourceFoldHandle<S: 'static> {
    store: Rc<Store<Shown<S>>>,
    version: u64,
}

impl<T> UseEventSourceHandle<T> {
    /// The newest event since the dependencies changed.
    pub fn latest(&self) -> Option<Rc<T>> {
        self.with(Option::clone)
    }
}

impl<S> UseEventSourceFoldHandle<S> {
    /// Reads the value. Within the fold, which holds the value, this is a new value from `init`.
    ///
    /// ```
    /// # use wasm_eventsource::yew::UseEventSourceFoldHandle;
    /// fn count(prices: &UseEventSourceFoldHandle<Vec<f64>>) -> usize {
    ///     prices.with(Vec::len)
    /// }
    /// ```
    pub fn with<R>(&self, look: impl FnOnce(&S) -> R) -> R {
        look(&self.store.view.value.borrow())
    }

    /// Changes the value, and renders the component. Within the fold or [`with`](Self::with), the change
    /// waits: it is made before the next event is folded, and in the next frame at the latest.
    ///
    /// ```
    /// # use wasm_eventsource::yew::UseEventSourceFoldHandle;
    /// fn clear(prices: &UseEventSourceFoldHandle<Vec<f64>>) {
    ///     prices.update(Vec::clear);
    /// }
    /// ```
    pub fn update(&self, change: impl FnOnce(&mut S) + 'static) {
        self.store.update(Box::new(change));
    }

    /// The state of the connection, as of the newest event that was folded.
    ///
    /// Every end is rendered: if several connections end before the component renders, it renders once for
    /// each. So an effect that depends on the state runs for every failure:
    ///
    /// ```
    /// use serde::Deserialize;
    /// use wasm_eventsource::{CloseReason, State, yew::use_event_source};
    /// use yew::prelude::*;
    ///
    /// #[derive(Deserialize)]
    /// #[serde(rename_all = "lowercase")]
    /// enum Feed {
    ///     Price(f64),
    /// }
    ///
    /// #[component]
    /// fn Stubborn() -> Html {
    ///     let feed = use_event_source::<Feed>("/prices");
    ///     let again = feed.clone();
    ///     use_effect_with(feed.state(), move |state| {
    ///         if let State::Closed(CloseReason::Failed(_)) = state {
    ///             again.reopen();
    ///         }
    ///     });
    ///     html! { { feed.state().to_string() } }
    /// }
    /// ```
    pub fn state(&self) -> State {
        let current = self.store.view.renders.borrow().current.clone();
        current.unwrap_or_else(|| self.store.state())
    }

    /// The newest error of this connection: of its opening, of a message, or of its end. The next opening
    /// clears it.
    pub fn error(&self) -> Option<Error> {
        self.store.error()
    }

    /// The newest response of the server, for its headers and status. `None` before the first response, over
    /// the browser's `EventSource`, and for a stream that is not an [`EventStream`](crate::EventStream).
    ///
    /// After [`Error::Status`] or [`Error::ContentType`] the body can be read too, if the program calls this
    /// method in the fold of the error, in the render that shows it, or in an effect of that render. The body
    /// can be read until `close()`, the next opening, or the end of the component.
    ///
    /// ```
    /// # use wasm_eventsource::yew::UseEventSourceFoldHandle;
    /// fn status<S>(feed: &UseEventSourceFoldHandle<S>) -> Option<u16> {
    ///     feed.response().map(|response| response.status())
    /// }
    /// ```
    #[cfg(feature = "fetch")]
    pub fn response(&self) -> Option<web_sys::Response> {
        self.store.response()
    }

    /// Closes the connection, if it is not closed. Earlier events are still folded. It stays closed until
    /// [`reopen`](Self::reopen) or [`restart`](Self::restart), or until the dependencies change.
    pub fn close(&self) {
        self.store.close();
    }

    /// Replaces the connection with a new one, and resumes. The folded value stays, and over `fetch()` the
    /// request has the last event ID, so that the server can resume after it; the browser's `EventSource`
    /// cannot send it. Does nothing after the component is destroyed.
    pub fn reopen(&self) {
        self.store.reopen();
    }

    /// Replaces the connection with a new one, and starts again, as when the dependencies change: `init`
    /// returns the first value, and no last event ID is sent. Does nothing after the component is destroyed.
    pub fn restart(&self) {
        self.store.restart();
    }
}

impl<S> fmt::Debug for UseEventSourceFoldHandle<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("UseEventSourceFoldHandle")
            .field("state", &self.state())
            .field("error", &self.error())
            .finish_non_exhaustive()
    }
}

impl<S> Clone for UseEventSourceFoldHandle<S> {
    fn clone(&self) -> Self {
        UseEventSourceFoldHandle {
            store: Rc::clone(&self.store),
            version: self.version,
        }
    }
}

impl<S> PartialEq for UseEventSourceFoldHandle<S> {
    fn eq(&self, other: &Self) -> bool {
        Rc::ptr_eq(&self.store, &other.store) && self.version == other.version
    }
}

/// The parts of a store that a component shows.
struct Shown<S> {
    value: RefCell<S>,
    renders: RefCell<Renders>,
    rerender: UseForceUpdateHandle,
}

impl<S: 'static> View for Shown<S> {
    type Value = S;

    fn swap(&self, value: &mut S) -> bool {
        let shown = self.value.try_borrow_mut();
        shown.map(|mut shown| mem::swap(&mut *shown, value)).is_ok()
    }

    fn show(&self, state: &State, _: &Option<Error>) {
        self.renders.borrow_mut().note(state);
    }

    fn render(&self, _: &State, _: &Option<Error>) -> bool {
        self.rerender.force_update();
        false
    }
}

/// The ends that are not rendered yet.
///
/// Yew compares the dependencies of an effect with those of the previous render. If two connections fail
/// alike before a render, both renders would have the same state, and an effect on the state would miss the
/// second failure. So every end waits here for a render, and two equal ends are separated by a render with
/// the state `Connecting`.
#[derive(Default)]
struct Renders {
    ends: VecDeque<State>,
    newest: State,
    rendered: State,
    /// The state of the current render, if another render is due after it.
    current: Option<State>,
}

impl Renders {
    fn note(&mut self, state: &State) {
        if self.newest != *state {
            self.newest = state.clone();
            self.current = None;
            if matches!(state, State::Closed(_)) {
                self.ends.push_back(state.clone());
            }
        }
    }

    fn begin(&mut self) {
        let is_alike = self.ends.front() == Some(&self.rendered);
        self.rendered = if is_alike {
            State::Connecting
        } else {
            let end = self.ends.pop_front();
            end.unwrap_or_else(|| self.newest.clone())
        };
        let is_last = self.ends.is_empty() && self.rendered == self.newest;
        self.current = (!is_last).then(|| self.rendered.clone());
    }

    /// The render has ended, with its effects. Returns whether another is due.
    fn end(&mut self) -> bool {
        self.current.take().is_some()
    }
}

/// The event source of a component, from its first render to its end.
struct Component<S: 'static, T, D> {
    store: Rc<Store<Shown<S>>>,
    deps: RefCell<Option<Rc<D>>>,
    /// The fold of the newest render.
    fold: Rc<RefCell<Option<Fold<S, T>>>>,
}

impl<S: 'static, T: 'static, D: PartialEq + 'static> Component<S, T, D> {
    fn new(value: S, rerender: UseForceUpdateHandle) -> Self {
        let shown = Shown {
            value: RefCell::new(value),
            renders: RefCell::default(),
            rerender,
        };
        Component {
            store: Store::new(shown),
            deps: RefCell::default(),
            fold: Rc::default(),
        }
    }

    /// Takes the arguments of a render. Changed dependencies end the connection before the render is shown.
    fn render<C: IntoSource<T, M>, M>(
        &self,
        deps: D,
        connect: impl Fn(&D) -> C + 'static,
        init: impl Fn() -> S + 'static,
        fold: impl Fn(&mut S, Result<T, Error>) + 'static,
    ) {
        let before = self.deps.borrow().clone();
        let same = before.clone().filter(|before| **before == deps);
        let is_same = same.is_some();
        let deps = same.unwrap_or_else(|| Rc::new(deps));
        self.deps.replace(Some(Rc::clone(&deps)));
        let fold_before = self.fold.replace(Some(Rc::new(fold)));
        drop(fold_before);

        let newest = Rc::clone(&self.fold);
        let fold: Fold<S, T> = Rc::new(move |value, event| {
            let fold = newest.borrow().clone();
            if let Some(fold) = fold {
                fold(value, event);
            }
        });
        let make = Rc::new(move || connect(&deps));
        let open = Rc::clone(&make);
        self.store.set_closures(Closures {
            init: Box::new(init),
            connect: Box::new(move |is_wanted| {
                Opening::new(source::open(&*open, is_wanted), Rc::clone(&fold))
            }),
        });
        if !is_same {
            if before.is_some() {
                self.store.begin(true);
                self.store.view.renders.take();
            }
            if C::is_none(&*make) {
                self.store.show_none();
            }
        }
        self.store.view.renders.borrow_mut().begin();
    }

    fn rendered(&self) {
        self.store.open_if_due();
        let is_due = self.store.view.renders.borrow_mut().end();
        if is_due {
            self.store.render();
        }
    }

    fn unmount(&self) {
        self.store.unmount();
        let owned = self.fold.take();
        drop(owned);
    }
}
