//! The course of a connection, from the first request to the end, told as one task.

use std::{cell::Cell, future::poll_fn, mem, rc::Rc, task::Poll};

use gloo_timers::future::TimeoutFuture;
use wasm_bindgen::JsValue;
use web_sys::{Request, RequestInit, Response};

use super::{
    answer::{Answer, is_blocked, judge},
    body::BodyReader,
    plan::{FreshHeaders, Headers, set_header, set_last_event_id},
    port::Port,
};
use crate::{
    CloseReason, Error, State,
    error::Quoted,
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
    /// Whether it then has to be copied each time.
    pub is_used_up: bool,
    pub fresh_headers: Option<Box<FreshHeaders>>,
    /// When the last request was sent.
    pub sent: Cell<f64>,
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
    pub async fn run(self) {
        loop {
            let outcome = self.attempt().await.unwrap_or_else(|outcome| outcome);
            let retry = self.port.desk.next_body();
            // Whoever closed the connection tells of it.
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
            let since_sent = (sys::now() - self.sent.get()) as u64;
            TimeoutFuture::new(delay(time, attempt, since_sent, js_sys::Math::random())).await;
        }
    }

    /// Why the connection is over after this; `None` if there is a next attempt.
    fn end(&self, outcome: Outcome) -> Option<CloseReason> {
        match outcome {
            Outcome::NoContent => Some(CloseReason::Ended),
            Outcome::Failed(error) => Some(CloseReason::Failed(error)),
            _ if self.reconnects => None,
            Outcome::EndOfBody => Some(CloseReason::Ended),
            Outcome::Broken(detail) => Some(CloseReason::Failed(self.network_error(detail))),
        }
    }

    /// Asks, and reads the answer to its end.
    async fn attempt(&self) -> Result<Outcome, Outcome> {
        let response = self.ask().await?;
        self.port.answers.arrived(&response);
        match judge(self.session.url(), &response) {
            Answer::EventStream => {}
            Answer::NoContent => return Ok(Outcome::NoContent),
            Answer::Wrong(error) => {
                self.port.answers.keep();
                return Ok(Outcome::Failed(error));
            }
        }
        // Before anybody hears of the response, and may do with it what he likes.
        let body = response.body().map(|body| BodyReader::new(&body));
        let body = body.transpose().map_err(broken)?;
        let origin = sys::origin_of(&response.url());
        self.port.origin.replace(origin.into());
        let keep = |item| self.port.keep(&self.session, item);
        sys::guarded(|| self.session.opened(keep));
        match body {
            Some(body) => self.read(body).await,
            None => Ok(Outcome::EndOfBody),
        }
    }

    /// Sends the request and waits for the answer.
    async fn ask(&self) -> Result<Response, Outcome> {
        let thrown = match self.send().await? {
            Ok(response) => return Ok(response),
            Err(thrown) => thrown,
        };
        if !self.may_be_blocked() || !is_blocked(self.session.url(), &self.port.answers).await {
            return Err(broken(thrown));
        }
        let blocked = |_| {
            let url = self.session.url().to_owned();
            Outcome::Failed(Error::Cors { url })
        };
        if self.reconnects {
            // It may also have been away, and is back.
            self.send().await?.map_err(blocked)
        } else {
            Err(blocked(thrown))
        }
    }

    /// Whether CORS may be why there is no answer. It is looked into once after each loss.
    fn may_be_blocked(&self) -> bool {
        let first = matches!(
            self.session.state(),
            State::Connecting | State::Reconnecting { attempt: 1, .. }
        );
        first && sys::is_of_another_origin(self.session.url())
    }

    /// What the browser says of the request, if it could be sent.
    async fn send(&self) -> Result<Result<Response, JsValue>, Outcome> {
        let request = self.next_request().await?;
        // What computes headers may close the connection.
        if self.session.is_closed() {
            return Err(Outcome::EndOfBody);
        }
        let init = RequestInit::new();
        sys::set_option(&init, "signal", self.port.answers.next_signal());
        sys::keep_referrer(&init, &request);
        self.sent.set(sys::now());
        Ok(sys::fetch(&request, &init).await)
    }

    /// The request for the next attempt.
    async fn next_request(&self) -> Result<Request, Outcome> {
        let fresh = self.compute_headers().await?;
        let request = if self.reconnects && self.is_used_up {
            let copy = self.request.clone();
            copy.map_err(|thrown| Outcome::Failed(self.network_error(sys::detail(&thrown))))?
        } else {
            Clone::clone(&self.request)
        };
        set_last_event_id(&request, &self.session.last_event_id());
        for (name, value) in fresh {
            set_header(&request, &name, &value)
                .map_err(|detail| self.without_headers(format!("{}: {detail}", Quoted(&name))))?;
        }
        Ok(request)
    }

    async fn compute_headers(&self) -> Result<Headers, Outcome> {
        let Some(compute) = &self.fresh_headers else {
            return Ok(Headers::new());
        };
        let mut computing = None;
        let computed = poll_fn(|cx| {
            let mut polled = None;
            sys::guarded(|| {
                polled = Some(computing.get_or_insert_with(compute).as_mut().poll(cx));
            });
            polled.unwrap_or_else(|| {
                // It has thrown in the middle of its work: nothing in it may be touched again.
                mem::forget(computing.take());
                Poll::Ready(Err("an exception was thrown".to_owned()))
            })
        });
        computed
            .await
            .map_err(|detail| self.without_headers(detail))
    }

    /// Reads the body to its end, each piece when it is wanted.
    async fn read(&self, mut body: BodyReader) -> Result<Outcome, Outcome> {
        loop {
            poll_fn(|cx| self.port.desk.poll_wanted(cx)).await;
            match body.next().await.map_err(broken)? {
                Some(piece) => self.port.fill(&self.session, &piece),
                None => return Ok(Outcome::EndOfBody),
            }
        }
    }

    fn without_headers(&self, detail: String) -> Outcome {
        let url = self.session.url().to_owned();
        Outcome::Failed(Error::Headers { url, detail })
    }

    fn network_error(&self, detail: String) -> Error {
        Error::Network {
            url: self.session.url().to_owned(),
            was_open: self.session.was_open(),
            detail,
        }
    }
}

impl Drop for Course {
    /// The session lets go of other callbacks at the end; these it does not know.
    fn drop(&mut self) {
        self.port.comments.clear();
    }
}

fn broken(thrown: JsValue) -> Outcome {
    Outcome::Broken(sys::detail(&thrown))
}
