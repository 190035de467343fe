//! On a server: the component is rendered, and nothing is opened.
#![cfg(not(target_arch = "wasm32"))]

use leptos::prelude::*;
use leptos_test::{Newest, NewestProps, RENDERED};

#[test]
fn on_a_server_the_component_is_connecting_and_nothing_is_opened() {
    let owner = Owner::new_root(None);
    let rendered = owner.with(|| {
        let url = Signal::from("/live".to_owned());
        Newest(NewestProps { url }).to_html()
    });
    assert!(rendered.contains("connecting, none"), "{rendered}");
    assert_eq!(rendered, RENDERED.trim_end());
}
