//! The course of a connection, from the first request to the end, told as one task.

use std::{future::poll_fn, rc::Rc};

use gloo_timers::future::TimeoutFuture;
use wasm_bindgen::JsCast;
use web_sys::{ReadableStreamDefaultReader, Request, RequestInit};

use super::{
    Port,
    answer::{Verdict, is_blocked, judge},
    pace::Pace,
    plan::{FreshHeaders, set_header, set_last_event_id},
};
use crate::{
    CloseReason, Error, State,
    retry::{RECONNECTION_TIME, delay},
    session::Session,
    sys,
};

pub(super) struct Course {
    pub port: Rc<Port>,
    pub session: Rc<Session>,
    pub request: Request,
    /// Whether the request may be sent again.
    pub reconnects: bool,
    pub fresh_headers: Option<Box<FreshHeaders>>,
    /// Whether the attempt before looked as if CORS did not allow it.
    pub blocked: bool,
}

/// How an attempt came to its end.
enum Outcome {
    /// The body ended, as bodies do.
    EndOfBody,
    /// The network failed, as the browser says.
    Broken(String),
    /// The server wants no further request.
    NoContent,
    Failed(Error),
}

impl Course {
    pub async fn run(mut self) {
        loop {
            let outcome = self.attempt().await;
            let retry = self.port.end_of_body();
            // Whoever closed the connection has told everybody.
            if self.session.is_closed() {
                return;
            }
            if let Some(end) = self.end(outcome) {
                return sys::guarded(|| match end {
                    CloseReason::Failed(error) => self.session.failed(error),
                    reason => self.session.close(reason),
                });
            }
            let keep = |item| self.port.keep(&self.session, item);
            sys::guarded(|| self.session.lost(keep));
            let State::Reconnecting { attempt, .. } = self.session.state() else {
                return;
            };
            let time = retry.unwrap_or(RECONNECTION_TIME);
            TimeoutFuture::new(delay(time, attempt, js_sys::Math::random())).await;
        }
    }

    /// Why the connection is over after this; `None` if there is a next attempt.
    fn end(&self, outcome: Outcome) -> Option<CloseReason> {
        match outcome {
            Outcome::NoContent => Some(CloseReason::Ended),
            Outcome::Failed(error) => Some(CloseReason::Failed(error)),
            _ if self.reconnects => None,
            Outcome::EndOfBody => Some(CloseReason::Ended),
            Outcome::Broken(detail) => Some(CloseReason::Failed(Error::Network {
                url: self.url(),
                was_open: self.session.was_open(),
                detail,
            })),
        }
    }

    /// Asks, and reads the answer to its end.
    async fn attempt(&mut self) -> Outcome {
        let request = match self.next_request().await {
            Ok(request) => request,
            Err(error) => return Outcome::Failed(error),
        };
        let init = RequestInit::new();
        let signal = self.port.answers.signal();
        init.set_signal(signal.as_ref());
        let response = match sys::fetch(&request, &init).await {
            Ok(response) => response,
            Err(thrown) => {
                let blocked = is_blocked(self.session.url(), signal.as_ref()).await;
                // Once it has been open, a server that was away for a moment may look the same.
                if blocked && (self.blocked || !self.session.was_open()) {
                    return Outcome::Failed(Error::Cors { url: self.url() });
                }
                self.blocked = blocked;
                return Outcome::Broken(sys::detail(&thrown));
            }
        };
        self.blocked = false;
        self.port.answers.arrived(&response);
        match judge(self.session.url(), &response) {
            Verdict::Open => {}
            Verdict::NoContent => return Outcome::NoContent,
            Verdict::Wrong(error) => {
                self.port.answers.keep();
                return Outcome::Failed(error);
            }
        }
        let origin = sys::origin_of(&response.url());
        self.port.origin.replace(origin.into());
        let keep = |item| self.port.keep(&self.session, item);
        sys::guarded(|| self.session.opened(keep));
        match response.body() {
            Some(body) => self.read(body.get_reader().unchecked_into()).await,
            None => Outcome::EndOfBody,
        }
    }

    /// The request for the next attempt. One that is sent once is not copied: a copy keeps what the
    /// other reads of the body.
    async fn next_request(&self) -> Result<Request, Error> {
        let failed = |detail| Error::Headers {
            url: self.url(),
            detail,
        };
        let fresh = match &self.fresh_headers {
            Some(headers) => headers().await.map_err(failed)?,
            None => Vec::new(),
        };
        let request = if self.reconnects {
            let copied = self.request.clone();
            copied.map_err(|thrown| failed(sys::detail(&thrown)))?
        } else {
            Clone::clone(&self.request)
        };
        set_last_event_id(&request, &self.session.last_event_id());
        for (name, value) in fresh {
            set_header(&request, &name, &value)
                .map_err(|detail| failed(format!("{name:?}: {detail}")))?;
        }
        Ok(request)
    }

    /// Reads the body to its end, each piece when it is wanted.
    async fn read(&self, reader: ReadableStreamDefaultReader) -> Outcome {
        let mut pace = Pace::new();
        loop {
            poll_fn(|cx| self.port.desk.poll_wanted(cx)).await;
            pace.before_read().await;
            let read = sys::read(&reader).await;
            pace.after_read();
            match read {
                Ok(Some(chunk)) => self.port.fill(&self.session, &chunk),
                Ok(None) => return Outcome::EndOfBody,
                Err(thrown) => return Outcome::Broken(sys::detail(&thrown)),
            }
        }
    }

    fn url(&self) -> String {
        self.session.url().to_owned()
    }
}
