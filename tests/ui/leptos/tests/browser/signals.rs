//! What is true of signals alone.

use std::{cell::RefCell, rc::Rc};

use leptos::prelude::*;
use wasm_bindgen_test::wasm_bindgen_test;
use wasm_eventsource::{
    EventSource, State,
    leptos::{use_event_source, use_event_source_fold},
};

use crate::suite::{
    Scenario,
    harness::{Feed, settle, until},
    scenario::Requests,
};

/// What a program is under that mounts nothing.
fn owner() -> Owner {
    let _ = any_spawner::Executor::init_wasm_bindgen();
    let owner = Owner::new_root(None);
    owner.set();
    owner
}

#[wasm_bindgen_test]
async fn the_connection_is_closed_with_its_owner_and_the_handle_then_does_nothing() {
    let server = Scenario::new().await;
    let owner = owner();
    let url = server.url("/live");
    let feed = use_event_source::<Feed, _>(move || url.clone());
    server.until("open=1").await;
    server.send("data: {\"n\":1}\n\n").await;
    until("the event", || {
        feed.latest
            .with_untracked(|latest| *latest == Some(Feed::Message { n: 1 }))
    })
    .await;
    owner.cleanup();
    feed.close();
    feed.reopen();
    settle().await;
    server.no_request_follows(1, move || drop(owner)).await;
}

#[wasm_bindgen_test]
async fn a_signal_that_is_set_to_what_a_memo_made_of_it_before_changes_nothing() {
    let server = Scenario::new().await;
    let owner = owner();
    let number = RwSignal::new(1);
    let parity = Memo::new(move |_| number.get() % 2);
    let url = server.url("/live");
    let feed = use_event_source_fold(
        move || {
            EventSource::new(format!("{url}&parity={}", parity.get())).typed_event::<u32>("message")
        },
        Vec::new,
        |all: &mut Vec<u32>, event| all.extend(event),
    );
    server.until("open=1").await;
    number.set(3);
    settle().await;
    server.send("data: 7\n\n").await;
    until("the event", || feed.value.get_untracked() == [7]).await;
    assert_eq!(server.counts().await.requests, 1);
    number.set(4);
    server.until("opened=2&open=1").await;
    assert_eq!(feed.value.get_untracked(), Vec::<u32>::new());
    owner.cleanup();
    server.no_request_follows(2, move || drop(owner)).await;
}

#[wasm_bindgen_test]
async fn what_comes_while_the_value_is_held_waits_for_it() {
    let server = Scenario::new().await;
    let owner = owner();
    let url = server.url("/finish/3");
    let feed = use_event_source_fold(
        move || EventSource::new(url.clone()).typed::<Feed>(),
        Vec::new,
        |all: &mut Vec<u32>, event| {
            if let Ok(Feed::Message { n }) = event {
                all.push(n);
            }
        },
    );
    {
        let held = feed.value.read_untracked();
        until("the end", || {
            matches!(feed.state.get_untracked(), State::Closed(_))
        })
        .await;
        assert!(held.is_empty());
    }
    until("the events", || feed.value.get_untracked() == [1, 2, 3]).await;
    owner.cleanup();
}

#[wasm_bindgen_test]
async fn a_guard_that_the_fold_takes_keeps_no_event_from_the_value() {
    let server = Scenario::new().await;
    let owner = owner();
    let url = server.url("/live");
    let (value, held) = (Rc::new(RefCell::new(None)), Rc::new(RefCell::new(None)));
    let feed = use_event_source_fold(
        move || EventSource::new(url.clone()).typed_event::<u32>("message"),
        Vec::new,
        {
            let (value, held) = (Rc::clone(&value), Rc::clone(&held));
            move |all: &mut Vec<u32>, event| {
                all.extend(event);
                let value: Option<RwSignal<Vec<u32>>> = *value.borrow();
                if all.len() == 1 {
                    held.replace(value.map(|value| value.read_untracked()));
                }
            }
        },
    );
    value.replace(Some(feed.value));
    server.until("open=1").await;
    for n in 1..=2 {
        server.send(&format!("data: {n}\n\n")).await;
    }
    until("the guard", || held.borrow().is_some()).await;
    settle().await;
    assert!(held.take().is_some_and(|held| held.is_empty()));
    until("the events", || feed.value.get_untracked() == [1, 2]).await;
    owner.cleanup();
    server.no_request_follows(1, move || drop(owner)).await;
}

#[wasm_bindgen_test]
async fn a_signal_that_changes_in_the_closure_opens_anew() {
    let (server, other) = (Scenario::new().await, Scenario::new().await);
    let owner = owner();
    let url = RwSignal::new(server.url("/live"));
    let next = other.url("/live");
    let feed = use_event_source::<Feed, _>(move || {
        let first = url.get();
        if first != next {
            url.set(next.clone());
        }
        EventSource::fetch(first)
    });
    other.until("open=1").await;
    server.until("open=0").await;
    until("open", || feed.state.get_untracked() == State::Open).await;
    owner.cleanup();
    other.no_request_follows(1, move || drop(owner)).await;
}

#[wasm_bindgen_test]
async fn the_view_hears_of_state_error_and_value_only_when_they_change() {
    let server = Scenario::new().await;
    let owner = owner();
    let url = server.url("/live");
    let feed = use_event_source::<Feed, _>(move || url.clone());
    let heard = Rc::new(RefCell::new(Vec::new()));
    let note = Rc::clone(&heard);
    Effect::new(move || note.borrow_mut().push(feed.state.get().to_string()));
    let note = Rc::clone(&heard);
    Effect::new(move || note.borrow_mut().push(format!("{:?}", feed.error.get())));
    server.until("open=1").await;
    server.send("data: {\"n\":1}\n\n").await;
    until("open", || heard.borrow().contains(&"open".to_owned())).await;
    for n in 2..=4 {
        server.send(&format!("data: {{\"n\":{n}}}\n\n")).await;
        until("the event", || {
            feed.latest
                .with_untracked(|latest| *latest == Some(Feed::Message { n }))
        })
        .await;
        gloo_timers::future::TimeoutFuture::new(30).await;
    }
    let mut heard = heard.borrow().clone();
    heard.retain(|text| text == "open");
    assert_eq!(heard.len(), 1);
    owner.cleanup();
    server.no_request_follows(1, move || drop(owner)).await;
}

#[wasm_bindgen_test]
async fn closed_before_it_was_opened_it_opens_when_a_signal_is_set() {
    for is_set_again in [false, true] {
        let server = Scenario::new().await;
        let owner = owner();
        let url = RwSignal::new(server.url("/silent"));
        let feed = use_event_source::<Feed, _>(move || url.get());
        feed.close();
        settle().await;
        assert!(matches!(feed.state.get_untracked(), State::Closed(_)));
        url.set(server.url("/live"));
        server.until("open=1").await;
        // As soon as it is changed and closed, too.
        url.set(server.url("/silent"));
        feed.close();
        settle().await;
        assert!(matches!(feed.state.get_untracked(), State::Closed(_)));
        if is_set_again {
            url.set(server.url("/live"));
            server.until("requests=2&open=1").await;
            owner.cleanup();
        }
        let requests = 1 + u32::from(is_set_again);
        server
            .no_request_follows(requests, move || drop(owner))
            .await;
    }
}

#[wasm_bindgen_test]
async fn what_the_beginning_and_the_fold_read_opens_nothing_anew() {
    let owner = owner();
    let (beginning, read, openings) = (RwSignal::new(1), RwSignal::new(1), StoredValue::new(0));
    let url = RwSignal::new("http://[".to_owned());
    let feed = use_event_source_fold(
        move || {
            openings.update_value(|openings| *openings += 1);
            EventSource::new(url.get()).typed::<Feed>()
        },
        move || beginning.get(),
        move |sum: &mut u32, _| *sum += read.get(),
    );
    for (openings_before, number) in [(1, 2), (2, 3)] {
        settle().await;
        assert_eq!(openings.get_value(), openings_before);
        beginning.set(number);
        read.set(number);
        settle().await;
        assert_eq!(openings.get_value(), openings_before);
        url.update(|url| url.push('['));
    }
    settle().await;
    assert_eq!((openings.get_value(), feed.value.get_untracked()), (3, 6));
    owner.cleanup();
}

#[wasm_bindgen_test]
async fn what_happens_while_a_signal_is_held_is_seen_later() {
    let server = Scenario::new().await;
    let owner = owner();
    let url = RwSignal::new(server.url("/live"));
    let feed = use_event_source::<Feed, _>(move || url.get());
    server.until("open=1").await;
    server.send("data: {\"n\":1}\n\n").await;
    until("the event", || feed.latest.with_untracked(Option::is_some)).await;
    let held = feed.state.read_untracked();
    feed.close();
    drop(held);
    until("the end", || {
        matches!(feed.state.get_untracked(), State::Closed(_))
    })
    .await;
    let (state, latest) = (feed.state.read_untracked(), feed.latest.read_untracked());
    url.set(server.url("/silent"));
    settle().await;
    drop((state, latest));
    until("the beginning", || {
        feed.latest.with_untracked(Option::is_none) && feed.state.get_untracked() == State::Open
    })
    .await;
    owner.cleanup();
    server.no_request_follows(2, move || drop(owner)).await;
}

#[wasm_bindgen_test]
async fn closed_before_it_was_opened_what_the_closure_opens_is_closed_at_once() {
    for over_fetch in [false, true] {
        let server = Scenario::new().await;
        let owner = owner();
        let url = RwSignal::new(server.url("/silent"));
        let open: fn(String) -> EventSource = match over_fetch {
            false => EventSource::new,
            true => EventSource::fetch,
        };
        // It opens itself, whether the component wants that or not.
        let feed = use_event_source(move || open(url.get()).typed::<Feed>());
        feed.close();
        settle().await;
        assert!(matches!(feed.state.get_untracked(), State::Closed(_)));
        server.until("open=0").await;
        url.set(server.url("/live"));
        until("open", || feed.state.get_untracked() == State::Open).await;
        owner.cleanup();
        let requests = Requests::with_one_closed_at_once(1, over_fetch);
        server
            .no_request_follows(requests, move || drop(owner))
            .await;
    }
}
