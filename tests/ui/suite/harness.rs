//! A component under test: what it is to open, what it showed, and what it folded.

use std::{
    cell::{Cell, RefCell},
    pin::Pin,
    rc::Rc,
};

use futures_util::Stream;
use gloo_timers::future::TimeoutFuture;
use serde::Deserialize;
use wasm_bindgen::JsCast;
use wasm_eventsource::{CloseRule, Error, EventSource, State};
use web_sys::{HtmlElement, Response};

pub use super::observe::until;

/// Numbered events, as the scenario server sends them. They cannot be cloned: no hook may need that.
#[derive(Debug, Deserialize, PartialEq)]
#[serde(rename_all = "lowercase")]
pub enum Feed {
    Message { n: u32 },
}

/// What a component shows, and what a test does to it.
pub trait Mounted: 'static {
    fn state(&self) -> State;
    fn error(&self) -> Option<Error>;
    /// Events and errors, as they were folded.
    fn folded(&self) -> Vec<String>;
    /// Forgets what was folded.
    fn clear(&self);
    fn close(&self);
    fn reopen(&self);
    fn restart(&self);
    fn response(&self) -> Option<Response>;
    /// Reopens while it looks at what was folded.
    fn reopen_looking(&self);
    fn set_url(&self, url: Option<String>);
    fn unmount(&self);
}

/// A stream that the library has not made.
pub type Items = Pin<Box<dyn Stream<Item = Result<Feed, Error>>>>;

type InFold = dyn Fn(&str);
type InState = dyn Fn(&State);
type Run = dyn Fn();

/// The test's end of a component, which knows it as well.
#[derive(Default)]
pub struct Probe {
    pub over_fetch: bool,
    closes_itself: Cell<bool>,
    renders: RefCell<Vec<String>>,
    in_fold: RefCell<Option<Rc<InFold>>>,
    in_state: RefCell<Option<Rc<InState>>>,
    in_effect: RefCell<Option<Rc<InState>>>,
    in_source: RefCell<Option<Rc<Run>>>,
    in_drop: RefCell<Option<Rc<Run>>>,
    items: RefCell<Option<Items>>,
    has_items: bool,
    in_rule: RefCell<Option<Rc<Run>>>,
    fallback: RefCell<Option<String>>,
    folds: Cell<u32>,
}

impl Probe {
    pub fn new() -> Rc<Self> {
        Rc::default()
    }

    pub fn over_fetch() -> Rc<Self> {
        Rc::new(Probe {
            over_fetch: true,
            ..Probe::default()
        })
    }

    /// Of a component that closes while it is made.
    pub fn closing_itself() -> Rc<Self> {
        Rc::new(Probe {
            closes_itself: Cell::new(true),
            ..Probe::default()
        })
    }

    /// Of a component that opens this stream, and another time nothing.
    pub fn of_items(items: impl Stream<Item = Result<Feed, Error>> + 'static) -> Rc<Self> {
        Rc::new(Probe {
            items: RefCell::new(Some(Box::pin(items))),
            has_items: true,
            ..Probe::default()
        })
    }

    /// Called by the component: whether it opens `items`.
    pub fn has_items(&self) -> bool {
        self.has_items
    }

    /// Called by the component: the stream it opens.
    pub fn items(&self) -> Option<Items> {
        self.items.take()
    }

    /// Called by the component: whether it is to close now.
    pub fn closes_itself(&self) -> bool {
        self.closes_itself.take()
    }

    /// Called by the component: what it opens.
    pub fn source(self: &Rc<Self>, url: String) -> EventSource {
        run(&self.in_source);
        let url = self.fallback.borrow().clone().unwrap_or(url);
        let source = if self.over_fetch {
            EventSource::fetch(url)
        } else {
            EventSource::new(url)
        };
        let judge = Rc::clone(self);
        let rule = CloseRule::when(move |_| {
            let in_rule = judge.in_rule.borrow().clone();
            if let Some(in_rule) = in_rule {
                in_rule();
            }
            false
        });
        let source = source.close_on(CloseRule::default().or(rule));
        let owned = Owned(Rc::clone(self));
        source.on_state(move |state| {
            let in_state = owned.0.in_state.borrow().clone();
            if let Some(in_state) = in_state {
                in_state(state);
            }
        })
    }

    /// Called by the component: its fold.
    pub fn fold(&self, folded: &mut Vec<String>, event: Result<Feed, Error>) {
        let text = match event {
            Ok(Feed::Message { n }) => n.to_string(),
            Err(Error::Decode(_)) => "undecoded".to_owned(),
            Err(Error::Open(_)) => "not opened".to_owned(),
            Err(_) => "failed".to_owned(),
        };
        self.folds.set(self.folds.get() + 1);
        let in_fold = self.in_fold.borrow().clone();
        folded.push(text.clone());
        if let Some(in_fold) = in_fold {
            in_fold(&text);
        }
    }

    /// Called by the component: its effect on the state.
    pub fn effect(&self, state: &State) {
        let in_effect = self.in_effect.borrow().clone();
        if let Some(in_effect) = in_effect {
            in_effect(state);
        }
    }

    /// Called by the component: what it renders.
    pub fn render(&self, state: &State, folded: usize, last: Option<&String>) -> String {
        let last = last.map_or("none", |last| last);
        let text = format!("{state}, {folded}, {last}");
        self.renders.borrow_mut().push(text.clone());
        text
    }

    /// All that was rendered: state, how much was folded, and the newest of it.
    pub fn renders(&self) -> Vec<String> {
        self.renders.borrow().clone()
    }

    /// The states that were rendered, without repetitions.
    pub fn states(&self) -> Vec<String> {
        let renders = self.renders();
        let mut states: Vec<_> = renders
            .iter()
            .filter_map(|text| Some(text.split_once(',')?.0.to_owned()))
            .collect();
        states.dedup();
        states
    }

    /// How many events and errors came to the fold.
    pub fn folds(&self) -> u32 {
        self.folds.get()
    }

    /// What is done in the fold from now on.
    pub fn in_fold(&self, run: impl Fn(&str) + 'static) {
        self.in_fold.replace(Some(Rc::new(run)));
    }

    /// What an observer of the connection does from now on.
    pub fn in_state(&self, run: impl Fn(&State) + 'static) {
        self.in_state.replace(Some(Rc::new(run)));
    }

    /// What an effect of the component on its state does from now on.
    pub fn in_effect(&self, run: impl Fn(&State) + 'static) {
        self.in_effect.replace(Some(Rc::new(run)));
    }

    /// What is done from now on in the closure that says what to open.
    pub fn in_source(&self, run: impl Fn() + 'static) {
        self.in_source.replace(Some(Rc::new(run)));
    }

    /// What is done from now on when a connection is dropped, by a value that it owns.
    pub fn in_drop(&self, run: impl Fn() + 'static) {
        self.in_drop.replace(Some(Rc::new(run)));
    }

    /// What the close rule does from now on, which no message meets by that.
    pub fn in_rule(&self, run: impl Fn() + 'static) {
        self.in_rule.replace(Some(Rc::new(run)));
    }

    /// Opens this from now on, whatever the component is given.
    pub fn fall_back(&self, url: String) {
        self.fallback.replace(Some(url));
    }

    /// Waits until this is what was rendered last.
    pub async fn until(&self, text: &str) {
        until(text, || {
            self.renders().last().is_some_and(|last| last == text)
        })
        .await;
    }

    /// Waits until this state is what was rendered last.
    pub async fn until_state(&self, state: &str) {
        let state = format!("{state},");
        until(&state, || {
            self.renders()
                .last()
                .is_some_and(|last| last.starts_with(&state))
        })
        .await;
    }
}

fn run(slot: &RefCell<Option<Rc<Run>>>) {
    let run = slot.borrow().clone();
    if let Some(run) = run {
        run();
    }
}

/// A value that is dropped with a connection.
struct Owned(Rc<Probe>);

impl Drop for Owned {
    fn drop(&mut self) {
        run(&self.0.in_drop);
    }
}

/// An element of its own in the page.
pub fn element() -> HtmlElement {
    let document = web_sys::window().and_then(|window| window.document());
    let document = document.expect("a page");
    let element = document.create_element("div").expect("an element");
    let body = document.body().expect("a body");
    body.append_child(&element).expect("a place for it");
    element.unchecked_into()
}

/// Lets all that is due run: tasks, effects, renders.
pub async fn settle() {
    TimeoutFuture::new(0).await;
    TimeoutFuture::new(0).await;
}
