//! The answers: which is an event stream, what the others mean, and how a request is aborted.

use std::{cell::RefCell, pin::pin, rc::Rc};

use futures_util::future::{Either, select};
use gloo_timers::future::TimeoutFuture;
use web_sys::{AbortController, AbortSignal, RequestInit, Response};

use super::plan::EVENT_STREAM;
use crate::{Error, sys};

/// The newest answer of a connection, and what aborts its request.
#[derive(Clone, Default)]
pub(crate) struct Answers(Rc<RefCell<Newest>>);

#[derive(Default)]
struct Newest {
    abort: Option<Abort>,
    response: Option<Response>,
    /// The answer is no event stream, and the program may still read it.
    kept: bool,
}

/// Aborts a request when it is dropped. In Firefox to cancel a body is not enough: the connection
/// stays, and after six of them everything hangs.
struct Abort(AbortController);

impl Drop for Abort {
    fn drop(&mut self) {
        self.0.abort();
    }
}

impl Answers {
    pub fn response(&self) -> Option<Response> {
        self.0.borrow().response.clone()
    }

    /// The signal of the next request. What the one before has left is aborted.
    pub fn next_signal(&self) -> Option<AbortSignal> {
        let controller = AbortController::new().ok()?;
        let signal = controller.signal();
        let before = self.0.borrow_mut().abort.replace(Abort(controller));
        drop(before);
        Some(signal)
    }

    pub fn arrived(&self, response: &Response) {
        self.0.borrow_mut().response = Some(Clone::clone(response));
    }

    /// From now on the request is aborted only when nobody can read the answer any more.
    pub fn keep(&self) {
        self.0.borrow_mut().kept = true;
    }

    /// Lets go of an answer that was kept.
    pub fn release(&self) {
        self.0.borrow_mut().kept = false;
        self.abort();
    }

    /// Aborts the request, unless its answer is kept.
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

/// What an answer is.
pub(super) enum Answer {
    EventStream,
    /// The server wants no further request.
    NoContent,
    /// Something else: the connection has failed.
    Wrong(Error),
}

/// Looks at the status and the content type, as the standard [does].
///
/// [does]: https://html.spec.whatwg.org/multipage/server-sent-events.html#sse-processing-model
pub(super) fn judge(url: &str, response: &Response) -> Answer {
    match response.status() {
        200 => {}
        204 => return Answer::NoContent,
        status => {
            return Answer::Wrong(Error::Status {
                url: url.to_owned(),
                status,
                status_text: response.status_text(),
            });
        }
    }
    let content_type = response.headers().get("Content-Type").ok().flatten();
    let content_type = content_type.unwrap_or_default();
    if is_event_stream(&content_type) {
        Answer::EventStream
    } else {
        let url = url.to_owned();
        Answer::Wrong(Error::ContentType { url, content_type })
    }
}

/// Whether the essence of the media type is right, in any case and with any parameters. Of several
/// headers the last that is a media type counts, as everywhere in `fetch()`.
fn is_event_stream(content_type: &str) -> bool {
    // As bytes: what searches in texts is ten times the code.
    let mut types = content_type.as_bytes().rsplit(|byte| *byte == b',');
    let media_type = types.find(|media_type| media_type.contains(&b'/'));
    let mut essence = media_type.unwrap_or_default();
    if let Some(end) = essence.iter().position(|byte| *byte == b';') {
        essence = essence.get(..end).unwrap_or_default();
    }
    essence
        .trim_ascii()
        .eq_ignore_ascii_case(EVENT_STREAM.as_bytes())
}

/// So long, in milliseconds, a server may take to show that it is there.
const PROBE_TIME: u32 = 3000;

/// Whether the server answers, but with something that this page may not read: browsers make no
/// difference between that and a server that is not there. A request in the mode `no-cors` succeeds
/// then, with an answer that shows nothing. It is a `HEAD`, which is to change nothing, without
/// cookies.
pub(super) async fn is_blocked(url: &str, answers: &Answers) -> bool {
    let init = RequestInit::new();
    sys::set_option(&init, "method", "HEAD");
    sys::set_option(&init, "mode", "no-cors");
    sys::set_option(&init, "credentials", "omit");
    sys::set_option(&init, "cache", "no-store");
    sys::set_option(&init, "signal", answers.next_signal());
    let Ok(request) = sys::new_request(url, None, &init) else {
        return false;
    };
    let init = RequestInit::new();
    let answer = pin!(sys::fetch(&request, &init));
    match select(answer, TimeoutFuture::new(PROBE_TIME)).await {
        Either::Left((answer, _)) => {
            answer.is_ok_and(|answer| sys::property(&answer, "type").as_deref() == Some("opaque"))
        }
        Either::Right(_) => false,
    }
}

#[cfg(all(test, not(target_arch = "wasm32")))]
mod tests {
    use super::*;

    #[test]
    fn the_essence_of_a_media_type_counts_in_any_case_and_with_any_parameters() {
        for right in [
            "text/event-stream",
            "Text/Event-Stream",
            " text/event-stream ;charset=utf-8",
            "text/event-stream; charset=\"x;y\"",
            "text/event-stream;",
            "text/event-stream; a=\"b,c\"",
            "text/html, text/event-stream",
        ] {
            assert!(is_event_stream(right), "{right:?}");
        }
        for wrong in [
            "",
            "text/plain",
            "text/event-streams",
            "x; text/event-stream",
            "text/event-stream, text/plain",
            "event-stream",
        ] {
            assert!(!is_event_stream(wrong), "{wrong:?}");
        }
    }
}
