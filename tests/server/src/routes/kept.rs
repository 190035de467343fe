//! Bodies that a client has brought, to be sent again and again: making them costs the server nothing then.

use std::{collections::HashMap, sync::Arc};

use axum::{
    Extension,
    extract::{Path, State},
    http::{Method, StatusCode},
    response::{IntoResponse, Response},
};
use bytes::Bytes;
use parking_lot::Mutex;

use crate::{client::Client, stream::Ending};

/// The bodies by their names.
#[derive(Clone, Default)]
pub(super) struct Kept(Arc<Mutex<HashMap<String, Bytes>>>);

pub(super) async fn kept(
    Extension(client): Extension<Client>,
    State(Kept(kept)): State<Kept>,
    Path(name): Path<String>,
    method: Method,
) -> Response {
    if method == Method::PUT {
        kept.lock().insert(name, client.body);
        return StatusCode::NO_CONTENT.into_response();
    }
    let Some(body) = kept.lock().get(&name).cloned() else {
        return (StatusCode::NOT_FOUND, "nothing has been put here\n").into_response();
    };
    client.stream(move |output| async move {
        output.write(body).await;
        Ending::End
    })
}
