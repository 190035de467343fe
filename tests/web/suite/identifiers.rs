//! A last event ID that many messages have in common is kept once.

use wasm_bindgen_test::wasm_bindgen_test;
use wasm_eventsource::Buffer;

use super::Scenario;
use crate::observe::{live_bytes, messages};

#[wasm_bindgen_test]
async fn messages_share_the_last_event_id_that_they_have_in_common() {
    const SIZE: usize = 200_000;
    let server = Scenario::new().await;
    let source = server.source("/live").buffer(Buffer::unbounded());
    let mut stream = source.stream().unwrap();
    server.until("open=1").await;
    let before = live_bytes();
    let id = "x".repeat(SIZE);
    let mut events = format!("id: {id}\n");
    for n in 0..300 {
        events.push_str(&format!("data: {n}\n\n"));
    }
    events.push_str("event: close\ndata\n\n");
    server.send(&events).await;
    let messages = messages(&mut stream).await;
    assert_eq!(messages.len(), 300);
    assert!(messages.iter().all(|message| message.last_event_id() == id));
    // The text that was sent, the ID of the session, of the connector and of the messages, and room.
    let held = live_bytes() - before;
    assert!(held < 12 * SIZE as isize, "{held} bytes are held");
}
