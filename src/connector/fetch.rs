//! A streamed `fetch()` as a connector: any request, the status, backpressure.
//!
//! The [supervisor](crate::supervisor)'s task makes the attempts: it sends the request, checks the response,
//! and reads the body on demand. The bytes go into a [`Parser`](crate::parser::Parser) and stay there until
//! they are delivered:
//! - If the only subscriber is one stream without a buffer, that stream takes each frame straight out of the
//!   parser, and requests more when the parser is empty.
//! - Otherwise the task reads the parser and delivers each message to queues and callbacks.
//!
//! `options.rs` has the options of the request, and `attempt.rs` one attempt. `response.rs` and `mime.rs`
//! check its response, `diagnosis.rs` finds out why `fetch()` rejected, `body.rs` and `yielder.rs` read the
//! body. `shared.rs` has the state that task, streams and session share, and `handoff.rs` passes the parser
//! between them.

use std::{cell::Cell, rc::Rc, task::Poll};

use web_sys::Response;

use crate::{
    error::{Error, OpenError},
    message::Frame,
    session::{Connector, Session},
    subscription::Subscription,
    supervisor::supervise,
    sys::{self, Listener, PAGE_HIDE},
};
use attempt::FetchAttempts;
use shared::Fetch;

mod attempt;
mod body;
mod diagnosis;
mod handoff;
mod mime;
mod options;
mod response;
mod shared;
mod yielder;

pub use options::Body;
pub(crate) use options::{FreshHeaders, RequestOptions};

/// Opens a connection, unless the session is closed already. A task sends the first request after the caller
/// has returned.
pub(crate) fn open(
    session: &Rc<Session>,
    mut options: RequestOptions,
    with_credentials: bool,
) -> Result<(), OpenError> {
    let request = options.request(session.url(), with_credentials)?;
    if session.is_closed() {
        return Ok(());
    }
    session.remember(&options.last_event_id);
    let keep_referrer = options.keep_referrer();
    let connector = Rc::new(Fetch::new(options.max_event_size, options.comments));
    let is_get = request.method() == "GET";
    let is_unloaded = Rc::<Cell<bool>>::default();
    let attempts = FetchAttempts {
        connector: Rc::clone(&connector),
        session: Rc::clone(session),
        // Sending consumes the body, and computed headers belong to one attempt.
        copies_request: !is_get || options.fresh_headers.is_some(),
        repeats: options.reconnect.unwrap_or(is_get),
        streams_body: options.streams_body,
        request,
        keep_referrer,
        fresh_headers: options.fresh_headers,
        sent: 0.0,
        opened: None,
        is_unloaded: Rc::clone(&is_unloaded),
        _page: sys::event_target().and_then(|page| {
            Listener::new(&page, PAGE_HIDE.into(), move |event| {
                is_unloaded.set(sys::unloads(event));
            })
        }),
    };
    let control = supervise(Rc::clone(session), attempts, options.policy);
    connector.supervisor.set(Some(control));
    session.attach(connector);
    Ok(())
}

impl Connector for Fetch {
    /// The response has the messages of all names.
    fn listen(self: Rc<Self>, _: &Rc<Subscription>) {}

    fn unlisten(&self, _: &str) {}

    fn shut(&self) {
        drop(self.supervisor.take());
        self.response.abort();
    }

    fn demand_changed(&self) {
        if let Some(waker) = self.waker.take() {
            waker.wake();
        }
    }

    fn brings_every_name(&self) -> bool {
        true
    }

    fn read(&self, session: &Session, take: &mut dyn FnMut(Frame<'_>)) -> Poll<Result<(), Error>> {
        self.read_parser(session, take)
    }

    fn response(&self) -> Option<Response> {
        self.response.get()
    }

    fn release_response(&self) {
        self.response.release();
    }

    #[cfg(any(feature = "yew", feature = "leptos"))]
    fn may_resume(&self) -> bool {
        !self.was_asked.get()
    }
}
