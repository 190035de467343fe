//! What a server rendered is taken over by the browser, which then opens.

use wasm_bindgen_test::wasm_bindgen_test;
use yew::Renderer;
use yew_test::{Newest, Props, RENDERED};

use crate::suite::{
    Scenario,
    harness::{element, settle, until},
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
    let props = Props {
        url: Some(server.url("/live").into()),
    };
    let app = Renderer::<Newest>::with_root_and_props(page.into(), props).hydrate();
    server.until("open=1").await;
    for n in 1..=2 {
        server.send(&format!("data: {{\"n\":{n}}}\n\n")).await;
        let newest = format!("open, {n}");
        // It is the server's element that changes.
        until(&newest, || text.text_content().as_ref() == Some(&newest)).await;
    }
    app.destroy();
    settle().await;
    server.no_request_follows(1, || {}).await;
}
