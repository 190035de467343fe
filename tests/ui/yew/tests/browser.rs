//! The hooks for Yew in a window.
#![cfg(target_arch = "wasm32")]

use std::{
    cell::{OnceCell, RefCell},
    rc::Rc,
};

use wasm_eventsource::{
    Error, State,
    yew::{UseEventSourceFoldHandle, use_event_source_fold_with},
};
use web_sys::Response;
use yew::{AppHandle, Renderer, prelude::*};

mod browser {
    pub mod hooks;
    pub mod hydrating;
}
#[path = "../../suite/mod.rs"]
mod suite;

use suite::harness::{Mounted, Probe, element, settle};

wasm_bindgen_test::wasm_bindgen_test_configure!(run_in_browser);

/// Whether a change is known as soon as it is made, or only with the next render.
const CHANGES_AT_ONCE: bool = false;

type Handle = UseEventSourceFoldHandle<Vec<String>>;

#[derive(Clone, Properties)]
struct Props {
    url: Option<String>,
    probe: Rc<Probe>,
    handle: Rc<OnceCell<Handle>>,
}

impl PartialEq for Props {
    fn eq(&self, other: &Self) -> bool {
        self.url == other.url
    }
}

#[component]
fn Folding(props: &Props) -> Html {
    let feed = {
        let (probe, folding) = (Rc::clone(&props.probe), Rc::clone(&props.probe));
        use_event_source_fold_with(
            props.url.clone(),
            move |url| url.clone().map(|url| probe.source(url)),
            Vec::new,
            move |folded, event| folding.fold(folded, event),
        )
    };
    use_shown(props, &feed)
}

/// The same of a stream that the library has not made.
#[component]
fn FoldingItems(props: &Props) -> Html {
    let feed = {
        let (probe, folding) = (Rc::clone(&props.probe), Rc::clone(&props.probe));
        use_event_source_fold_with(
            props.url.clone(),
            move |_| probe.items(),
            Vec::new,
            move |folded, event| folding.fold(folded, event),
        )
    };
    use_shown(props, &feed)
}

/// The rest of a component.
#[hook]
fn use_shown(props: &Props, feed: &Handle) -> Html {
    props.handle.get_or_init(|| feed.clone());
    if props.probe.closes_itself() {
        feed.close();
    }
    let text = feed.with(|folded| {
        props
            .probe
            .render(&feed.state(), folded.len(), folded.last())
    });
    let probe = Rc::clone(&props.probe);
    use_effect_with(feed.state(), move |state| probe.effect(state));
    html! { <p>{ text }</p> }
}

#[derive(PartialEq, Properties)]
struct StageProps {
    /// What is shown, if anything.
    folding: Option<Props>,
}

/// Shows the component or not. (An app that is destroyed as soon as it was rendered lives on, in
/// Yew 0.23: what destroys it comes before what makes it.)
#[component]
fn Stage(props: &StageProps) -> Html {
    match props.folding.clone() {
        Some(props) if props.probe.has_items() => html! { <FoldingItems ..props /> },
        Some(props) => html! { <Folding ..props /> },
        None => Html::default(),
    }
}

struct App {
    app: RefCell<Option<AppHandle<Stage>>>,
    props: RefCell<Props>,
}

fn mount(probe: &Rc<Probe>, url: Option<String>) -> Rc<dyn Mounted> {
    let props = Props {
        url,
        probe: Rc::clone(probe),
        handle: Rc::default(),
    };
    let stage = StageProps {
        folding: Some(props.clone()),
    };
    let renderer = Renderer::<Stage>::with_root_and_props(element().into(), stage);
    Rc::new(App {
        app: RefCell::new(Some(renderer.render())),
        props: RefCell::new(props),
    })
}

impl App {
    fn handle(&self) -> Handle {
        let handle = self.props.borrow().handle.get().cloned();
        handle.expect("the component was rendered")
    }
}

impl Mounted for App {
    fn state(&self) -> State {
        self.handle().state()
    }

    fn error(&self) -> Option<Error> {
        self.handle().error()
    }

    fn folded(&self) -> Vec<String> {
        self.handle().with(Vec::clone)
    }

    fn clear(&self) {
        self.handle().update(Vec::clear);
    }

    fn close(&self) {
        if let Some(handle) = self.props.borrow().handle.get() {
            handle.close();
        }
    }

    fn reopen(&self) {
        if let Some(handle) = self.props.borrow().handle.get() {
            handle.reopen();
        }
    }

    fn restart(&self) {
        self.handle().restart();
    }

    fn response(&self) -> Option<Response> {
        self.props.borrow().handle.get()?.response()
    }

    fn reopen_looking(&self) {
        let handle = self.handle();
        handle.with(|_| handle.reopen());
    }

    fn set_url(&self, url: Option<String>) {
        let props = Props {
            url,
            ..self.props.borrow().clone()
        };
        self.props.replace(props.clone());
        let folding = Some(props);
        if let Some(app) = &mut *self.app.borrow_mut() {
            app.update(StageProps { folding });
        }
    }

    fn unmount(&self) {
        let app = self.app.take();
        if let Some(mut app) = app {
            app.update(StageProps { folding: None });
            wasm_bindgen_futures::spawn_local(async {
                settle().await;
                app.destroy();
            });
        }
    }
}
