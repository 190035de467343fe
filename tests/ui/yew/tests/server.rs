//! On a server: the component is rendered, and nothing is opened.
#![cfg(not(target_arch = "wasm32"))]

use yew::ServerRenderer;
use yew_test::{Newest, Props, RENDERED};

fn props() -> Props {
    Props {
        url: "/live".into(),
    }
}

#[tokio::test(flavor = "current_thread")]
async fn on_a_server_the_component_is_connecting_and_nothing_is_opened() {
    let rendered = ServerRenderer::<Newest>::with_props(props).render().await;
    assert!(rendered.contains("connecting, none"), "{rendered}");
    assert_eq!(rendered, RENDERED.trim_end());
}
