//! On a server: the component is rendered, and nothing is opened.
#![cfg(not(target_arch = "wasm32"))]

use leptos::prelude::*;
use leptos_test::{Feed, Newest, NewestProps, RENDERED};
use wasm_eventsource::{State, leptos::use_event_source};

#[test]
fn on_a_server_the_component_is_connecting_and_nothing_is_opened() {
    let rendered = render(Some("/live".to_owned()));
    assert!(rendered.contains("connecting, none"), "{rendered}");
    assert_eq!(rendered, RENDERED.trim_end());
}

#[test]
fn on_a_server_a_component_without_a_url_is_closed() {
    let rendered = render(None);
    assert!(rendered.contains("closed, none"), "{rendered}");
}

#[test]
fn on_a_server_a_component_that_closes_is_closed_and_may_be_dropped_in_another_thread() {
    let owner = Owner::new_root(None);
    let feed = owner.with(|| {
        let feed = use_event_source::<Feed, _>(|| "/live");
        feed.close();
        feed
    });
    std::thread::scope(|scope| {
        let other = scope.spawn(move || {
            let state = feed.state.get_untracked();
            feed.reopen();
            feed.update(|_| {});
            (state, feed.state.get_untracked())
        });
        let (closed, reopened) = other.join().expect("no panic");
        assert!(matches!(closed, State::Closed(_)), "{closed}");
        assert_eq!(reopened, State::Connecting);
    });
    std::thread::spawn(move || drop(owner))
        .join()
        .expect("no panic");
}

fn render(url: Option<String>) -> String {
    let owner = Owner::new_root(None);
    owner.with(|| {
        let url = Signal::from(url);
        Newest(NewestProps { url }).to_html()
    })
}
