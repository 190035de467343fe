//! What a server rendered is taken over by the browser, which then opens.

use leptos::{mount::hydrate_from, prelude::*};
use leptos_test::{Newest, RENDERED};
use wasm_bindgen_test::wasm_bindgen_test;

use crate::suite::{
    Scenario,
    harness::{element, until},
};

#[wasm_bindgen_test]
async fn after_hydration_it_opens() {
    let server = Scenario::new().await;
    let page = element();
    page.set_inner_html(RENDERED.trim_end());
    let text = page
        .query_selector("p")
        .unwrap()
        .expect("what was rendered");
    assert_eq!(text.text_content().as_deref(), Some("connecting, none"));
    let url = Some(server.url("/live"));
    let app = hydrate_from(page, move || view! { <Newest url /> });
    server.until("open=1").await;
    for n in 1..=2 {
        server.send(&format!("data: {{\"n\":{n}}}\n\n")).await;
        let newest = format!("open, {n}");
        // It is the server's element that changes.
        until(&newest, || text.text_content().as_ref() == Some(&newest)).await;
    }
    drop(app);
    server.no_request_follows(1, || {}).await;
}
