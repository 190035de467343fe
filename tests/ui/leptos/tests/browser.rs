//! The signals for Leptos in a window.
#![cfg(target_arch = "wasm32")]

use std::{any::Any, cell::RefCell, rc::Rc};

use leptos::{mount::mount_to, prelude::*};
use send_wrapper::SendWrapper;
use wasm_eventsource::{
    Error, State,
    leptos::{UseEventSourceFoldReturn, use_event_source_fold},
};

use web_sys::Response;

mod browser {
    pub mod hydrating;
    pub mod signals;
}
#[path = "../../suite/mod.rs"]
mod suite;

use suite::harness::{Mounted, Probe, element};

wasm_bindgen_test::wasm_bindgen_test_configure!(run_in_browser);

/// Whether a change is known as soon as it is made, or only with the next render.
const CHANGES_AT_ONCE: bool = true;

struct App {
    mounted: RefCell<Option<Box<dyn Any>>>,
    feed: UseEventSourceFoldReturn<Vec<String>>,
    url: ArcRwSignal<Option<String>>,
}

fn mount(probe: &Rc<Probe>, url: Option<String>) -> Rc<dyn Mounted> {
    let url = ArcRwSignal::new(url);
    // A signal tells of each time that it is set, a memo only of what is another.
    let changed = ArcMemo::new({
        let url = url.clone();
        move |_| url.get()
    });
    let feed = Rc::new(RefCell::new(None));
    let component = {
        let (probe, url, made) = (Rc::clone(probe), changed, Rc::clone(&feed));
        move || {
            let fold = {
                let probe = Rc::clone(&probe);
                move |folded: &mut _, event| probe.fold(folded, event)
            };
            let connecting = Rc::clone(&probe);
            let feed = if probe.has_items() {
                use_event_source_fold(move || connecting.items(), Vec::new, fold)
            } else {
                let connect = move || url.get().map(|url| connecting.source(url));
                use_event_source_fold(connect, Vec::new, fold)
            };
            made.replace(Some(feed));
            if probe.closes_itself() {
                feed.close();
            }
            let in_effect = Rc::clone(&probe);
            Effect::new(move |_| in_effect.effect(&feed.state.get()));
            let probe = SendWrapper::new(probe);
            let text = move || {
                let state = feed.state.get();
                feed.value
                    .with(|folded| probe.render(&state, folded.len(), folded.last()))
            };
            view! { <p>{text}</p> }
        }
    };
    // Not below the owner that another test has left, and drops later.
    let root = Owner::new_root(None);
    let mounted = root.with(|| mount_to(element(), component));
    let feed = feed.take().expect("the component was made");
    Rc::new(App {
        mounted: RefCell::new(Some(Box::new((mounted, root)))),
        feed,
        url,
    })
}

impl Mounted for App {
    fn state(&self) -> State {
        self.feed.state.get_untracked()
    }

    fn error(&self) -> Option<Error> {
        self.feed.error.get_untracked()
    }

    fn folded(&self) -> Vec<String> {
        self.feed.value.get_untracked()
    }

    fn clear(&self) {
        self.feed.update(Vec::clear);
    }

    fn close(&self) {
        self.feed.close();
    }

    fn reopen(&self) {
        self.feed.reopen();
    }

    fn restart(&self) {
        self.feed.restart();
    }

    fn response(&self) -> Option<Response> {
        self.feed.response()
    }

    fn reopen_looking(&self) {
        self.feed.value.with_untracked(|_| self.feed.reopen());
    }

    fn set_url(&self, url: Option<String>) {
        self.url.set(url);
    }

    fn unmount(&self) {
        let mounted = self.mounted.take();
        drop(mounted);
    }
}
