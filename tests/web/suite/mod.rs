//! What both transports promise, shown against the scenario server; a file a promise.

use wasm_eventsource::{Error, EventSource};

use super::OVER_FETCH;
use crate::{observe::is_firefox, scenario};

mod buffers;
mod bursts;
mod callbacks;
mod cleanup;
mod endings;
mod exceptions;
mod failures;
mod identifiers;
mod messages;
mod reconnecting;
mod states;
mod subscribing;
mod typed;

type Scenario = scenario::Scenario<OVER_FETCH>;

fn event_source(url: impl Into<String>) -> EventSource {
    scenario::event_source::<OVER_FETCH>(url)
}

/// Whether this is what an answer gives that is no event stream. The browser's own `EventSource` does
/// not tell which answer it was.
fn is_failure(error: &Error) -> bool {
    if OVER_FETCH {
        matches!(error, Error::Status { .. } | Error::ContentType { .. })
    } else {
        matches!(error, Error::Failed { .. })
    }
}

/// Whether this browser takes a connection to another origin, as all are here, that is refused for
/// a failure that no reconnect can mend. The standard leaves that to it; Firefox does, Chromium and
/// WebKit try again. Over `fetch()` it is ours to say, and no browser gives up.
fn gives_up_on_dead_servers() -> bool {
    !OVER_FETCH && is_firefox()
}
