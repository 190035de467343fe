//! The response: its check as an event stream, and its lifetime.

use std::cell::RefCell;

use web_sys::{AbortController, Response};

use super::mime::is_event_stream;
use crate::{
    error::Error,
    retry::{Failure, retry_after},
    state::ReconnectCause,
    supervisor::Ended,
};

/// The newest response of a connection, and the abort controller of its request.
#[derive(Default)]
pub(super) struct ResponseSlot(RefCell<Newest>);

#[derive(Default)]
struct Newest {
    abort: Option<Abort>,
    response: Option<Response>,
    /// The response is not an event stream, and the program may still read it.
    kept: bool,
}

/// Aborts a request when it is dropped. In Firefox it is not enough to cancel the body: the connection
/// stays, and after six of them every request hangs.
struct Abort(AbortController);

impl Drop for Abort {
    fn drop(&mut self) {
        self.0.abort();
    }
}

impl ResponseSlot {
    pub fn get(&self) -> Option<Response> {
        self.0.borrow().response.clone()
    }

    /// The abort controller of the next request. The request before is aborted.
    pub fn next_controller(&self) -> Option<AbortController> {
        let controller = AbortController::new().ok()?;
        let mut newest = self.0.borrow_mut();
        let before = newest.abort.replace(Abort(Clone::clone(&controller)));
        newest.kept = false;
        drop(newest);
        drop(before);
        Some(controller)
    }

    pub fn put(&self, response: &Response) {
        self.0.borrow_mut().response = Some(Clone::clone(response));
    }

    /// Keeps the response for the program. Only [`release`](Self::release), the next request or dropping the
    /// slot then aborts it.
    pub fn keep(&self) {
        self.0.borrow_mut().kept = true;
    }

    /// Ends [`keep`](Self::keep), and aborts the request.
    pub fn release(&self) {
        self.0.borrow_mut().kept = false;
        self.abort();
    }

    /// Aborts the request, unless its response is kept.
    pub fn abort(&self) {
        let mut newest = self.0.borrow_mut();
        let abort = if newest.kept {
            None
        } else {
            newest.abort.take()
        };
        drop(newest);
        drop(abort);
    }
}

/// Checks the status and the content type, as the standard [does].
///
/// [does]: https://html.spec.whatwg.org/multipage/server-sent-events.html#sse-processing-model
pub(super) fn check(url: &str, response: &Response) -> Result<(), Ended> {
    match response.status() {
        200 => {}
        204 => return Err(Ended::NoContent),
        status => {
            let error = Error::Status {
                url: url.into(),
                status,
                status_text: response.status_text().into(),
            };
            let pause = header(response, "Retry-After").and_then(|pause| {
                let date = header(response, "Date");
                retry_after(&pause, date.as_deref(), js_sys::Date::now())
            });
            let failure = Failure::new(ReconnectCause::Status(status), Some(error));
            return Err(Ended::Failed(failure.with_retry_after(pause)));
        }
    }
    let content_type = header(response, "Content-Type").unwrap_or_default();
    if is_event_stream(&content_type) {
        Ok(())
    } else {
        let (url, content_type) = (url.into(), content_type.into());
        let error = Error::ContentType { url, content_type };
        let failure = Failure::new(ReconnectCause::ContentType, Some(error));
        Err(Ended::Failed(failure))
    }
}

fn header(response: &Response, name: &str) -> Option<String> {
    response.headers().get(name).ok().flatten()
}
