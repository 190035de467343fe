//! Streams that stay open and say little or nothing by themselves; the control routes move them.

use axum::{Extension, extract::Path, response::Response};
use serde_json::json;

use super::{BadRequest, event_name};
use crate::{client::Client, sse::Event};

/// Never answers, not even with headers.
pub(super) async fn never(Extension(client): Extension<Client>) -> Response {
    let _open = client.hold();
    std::future::pending().await
}

/// Answers the headers, and then nothing.
pub(super) async fn silent(Extension(client): Extension<Client>) -> Response {
    client.stream(|output| async move {
        // While the output exists the body does not end.
        let _output = output;
        std::future::pending().await
    })
}

/// An event of the given name, then a message without a name.
pub(super) async fn named(
    Extension(client): Extension<Client>,
    Path(name): Path<String>,
) -> Result<Response, BadRequest> {
    event_name(&name)?;
    Ok(client.stream(move |output| async move {
        let named = Event::new()
            .name(&name)
            .id(1)
            .json(&json!({ "name": name }));
        output.write(named).await;
        let message = Event::new().id(2).json(&json!({ "name": "message" }));
        output.write(message).await;
        std::future::pending().await
    }))
}
