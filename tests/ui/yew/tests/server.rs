//! On a server: the component is rendered, and nothing is opened.
#![cfg(not(target_arch = "wasm32"))]

use yew::{AttrValue, ServerRenderer};
use yew_test::{Newest, Props, RENDERED};

#[tokio::test(flavor = "current_thread")]
async fn on_a_server_the_component_is_connecting_and_nothing_is_opened() {
    let rendered = render(Some("/live")).await;
    assert!(rendered.contains("connecting, none"), "{rendered}");
    assert_eq!(rendered, RENDERED.trim_end());
}

#[tokio::test(flavor = "current_thread")]
async fn on_a_server_a_component_without_a_url_is_closed() {
    let rendered = render(None).await;
    assert!(rendered.contains("closed, none"), "{rendered}");
}

async fn render(url: Option<&'static str>) -> String {
    let renderer = ServerRenderer::<Newest>::with_props(move || Props {
        url: url.map(AttrValue::from),
    });
    renderer.render().await
}
