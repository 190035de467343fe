//! The hooks one by one, and what is true of Yew alone.

use std::{
    cell::{Cell, RefCell},
    rc::Rc,
};

use wasm_bindgen_test::wasm_bindgen_test;
use wasm_eventsource::{
    CloseReason, Error, EventSource, State,
    yew::{UseEventSourceHandle, use_event_source, use_event_source_fold, use_event_source_with},
};
use yew::{Renderer, prelude::*};

use crate::{
    mount,
    suite::{
        Scenario,
        harness::{Feed, Probe, element, settle, until},
    },
};

#[derive(Clone, PartialEq, Properties)]
struct Url {
    url: AttrValue,
}

/// The newest event as a prop of a child, the newest of one name, and all of them.
#[component]
fn Hooks(props: &Url) -> Html {
    let feed = use_event_source::<Feed>(props.url.clone());
    let value = use_event_source_with(props.url.clone(), |url: &AttrValue| {
        EventSource::new(url.as_str())
            .typed_event::<std::collections::BTreeMap<String, u32>>("message")
    });
    let sum = use_event_source_fold(
        props.url.clone(),
        || 0,
        |sum: &mut u32, event: Result<Feed, Error>| {
            if let Ok(Feed::Message { n }) = event {
                *sum += n;
            }
        },
    );
    let value = value.latest().map(|value| format!("{value:?}"));
    html! { <p><Child {feed} />{ " " }{ value }{ " " }{ sum.with(|sum| *sum) }</p> }
}

#[derive(PartialEq, Properties)]
struct ChildProps {
    feed: UseEventSourceHandle<Feed>,
}

#[component]
fn Child(props: &ChildProps) -> Html {
    match props.feed.latest().as_deref() {
        Some(Feed::Message { n }) => n.into(),
        None => props.feed.state().to_string().into(),
    }
}

#[wasm_bindgen_test]
async fn each_hook_opens_and_a_child_that_has_the_handle_is_rendered_with_it() {
    let server = Scenario::new().await;
    let page = element();
    let url = server.url("/live").into();
    let app = Renderer::<Hooks>::with_root_and_props(page.clone().into(), Url { url }).render();
    server.until("open=3").await;
    for (n, text) in [(1, "1 {\"n\": 1} 1"), (2, "2 {\"n\": 2} 3")] {
        server.send(&format!("data: {{\"n\":{n}}}\n\n")).await;
        until(text, || page.text_content().as_deref() == Some(text)).await;
    }
    app.destroy();
    settle().await;
    server.no_request_follows(3, || {}).await;
}

#[wasm_bindgen_test]
async fn an_effect_on_the_state_sees_every_failure_that_falls_into_one_frame() {
    let probe = Probe::new();
    let component = mount(&probe, Some("http://[".to_owned()));
    let (failures, seen) = (Rc::new(Cell::new(0)), Rc::new(RefCell::new(Vec::new())));
    probe.in_effect({
        let (component, failures, seen) = (
            Rc::clone(&component),
            Rc::clone(&failures),
            Rc::clone(&seen),
        );
        move |state| {
            seen.borrow_mut().push(state.to_string());
            if let State::Closed(CloseReason::Failed(_)) = state {
                failures.set(failures.get() + 1);
                if failures.get() == 1 {
                    for _ in 0..3 {
                        component.reopen();
                    }
                    // What is rendered may be behind, the handle is not.
                    assert!(matches!(component.state(), State::Closed(_)));
                }
            }
        }
    });
    until("four failures", || failures.get() == 4).await;
    settle().await;
    let again = ["connecting", "closed"];
    assert_eq!(*seen.borrow(), again.repeat(4));
    component.unmount();
}

type Noted = Rc<RefCell<Vec<String>>>;

#[derive(Clone, Properties)]
struct Captured {
    url: AttrValue,
    prefix: AttrValue,
    noted: Noted,
}

impl PartialEq for Captured {
    fn eq(&self, other: &Self) -> bool {
        self.url == other.url && self.prefix == other.prefix
    }
}

#[component]
fn Capturing(props: &Captured) -> Html {
    let Captured { url, prefix, noted } = props.clone();
    use_event_source_fold(
        url,
        || (),
        move |(), event: Result<Feed, Error>| {
            if let Ok(Feed::Message { n }) = event {
                noted.borrow_mut().push(format!("{prefix}{n}"));
            }
        },
    );
    Html::default()
}

#[wasm_bindgen_test]
async fn the_fold_is_that_of_the_newest_render() {
    let server = Scenario::new().await;
    let props = |prefix: &'static str, noted: &Noted| Captured {
        url: server.url("/live").into(),
        prefix: prefix.into(),
        noted: Rc::clone(noted),
    };
    let noted = Noted::default();
    let renderer = Renderer::<Capturing>::with_root_and_props(element().into(), props("a", &noted));
    let mut app = renderer.render();
    server.until("open=1").await;
    server.send("data: {\"n\":1}\n\n").await;
    until("the first", || noted.borrow().len() == 1).await;
    app.update(props("b", &noted));
    settle().await;
    server.send("data: {\"n\":2}\n\n").await;
    until("the second", || noted.borrow().len() == 2).await;
    assert_eq!(*noted.borrow(), ["a1", "b2"]);
    app.destroy();
    let gone = move || assert_eq!(Rc::strong_count(&noted), 1, "the closures are gone");
    server.no_request_follows(1, gone).await;
}
