//! One attempt: the request, the response, the body.

use std::{
    cell::Cell,
    future::{pending, poll_fn},
    rc::Rc,
};

use wasm_bindgen::JsValue;
use web_sys::{Request, RequestInit, Response};

use super::{
    body::Pieces,
    diagnosis::{self, Violations},
    options::{FreshHeaders, KeepReferrer, LAST_EVENT_ID, set_header, set_last_event_id},
    response::check,
    shared::Fetch,
};
use crate::{
    error::{Error, Quoted},
    retry::{Failure, Moment},
    session::Session,
    state::{ReconnectCause, State},
    supervisor::{Attempts, Ended},
    sys::{self, Listener},
};

pub(super) struct FetchAttempts {
    pub connector: Rc<Fetch>,
    pub session: Rc<Session>,
    pub request: Request,
    /// Whether the request may be sent again.
    pub repeats: bool,
    /// Whether sending it again needs a copy.
    pub copies_request: bool,
    pub streams_body: bool,
    pub keep_referrer: Option<KeepReferrer>,
    pub fresh_headers: Option<Box<FreshHeaders>>,
    /// When the last request was sent.
    pub sent: f64,
    /// When the attempt opened the stream.
    pub opened: Option<f64>,
    /// Whether the page is unloaded.
    pub is_unloaded: Rc<Cell<bool>>,
    pub _page: Option<Listener>,
}

impl Drop for FetchAttempts {
    /// The session drops its callbacks at the end. It does not know these.
    fn drop(&mut self) {
        self.connector.comments.clear();
    }
}

impl Attempts for FetchAttempts {
    async fn attempt(&mut self) -> Ended {
        if !self.connector.was_asked.replace(true) {
            let id = self.session.last_event_id();
            self.connector
                .parser
                .with(|reading| reading.parser.set_last_event_id(id));
        }
        self.opened = None;
        let mut ended = self.try_attempt().await.unwrap_or_else(|ended| ended);
        if let Ended::Failed(failure) = ended {
            ended = Ended::Failed(match self.opened {
                Some(opened) => failure.with_open_for((sys::now() - opened) as u64),
                None if self.session.was_open() => failure.after_open(),
                None => failure,
            });
        }
        if self.is_unloaded.get() {
            // The connection ends with the page, without a change of its state.
            pending::<()>().await;
        }
        // An event that is not complete is dropped.
        self.connector
            .parser
            .with(|reading| reading.parser.restart());
        ended
    }

    fn repeats(&self) -> bool {
        self.repeats
    }

    fn moment(&self) -> Moment {
        let parser = &self.connector.parser;
        let now = sys::now();
        Moment {
            now,
            reconnection_time: parser.with(|reading| reading.parser.retry()).flatten(),
            since_sent: (now - self.sent) as u64,
            chance: js_sys::Math::random(),
            renews_credentials: self.fresh_headers.is_some(),
        }
    }
}

impl FetchAttempts {
    async fn try_attempt(&mut self) -> Result<Ended, Ended> {
        let (connector, session) = (Rc::clone(&self.connector), Rc::clone(&self.session));
        let response = self.send().await?;
        connector.response.put(&response);
        check(session.url(), &response).inspect_err(|_| connector.response.keep())?;
        // Before the program can get the response and read the body.
        let body = response.body().map(|body| Pieces::new(&body));
        let body = body.transpose().map_err(|thrown| self.lost(&thrown))?;
        let origin = sys::origin_of(&response.url());
        connector
            .parser
            .with(|reading| reading.origin = origin.into());
        self.opened = Some(sys::now());
        session.opened();
        let Some(mut body) = body else {
            return Ok(body_ended());
        };
        loop {
            poll_fn(|cx| connector.poll_demand(&session, cx)).await;
            match body.next().await.map_err(|thrown| self.lost(&thrown))? {
                Some(chunk) => connector.fill(&session, &chunk),
                None => return Ok(body_ended()),
            }
        }
    }

    /// Sends the request and waits for the response. If `fetch()` rejects, finds out why.
    async fn send(&mut self) -> Result<Response, Ended> {
        let request = self.next_request().await?;
        // The function that computes headers may close the connection.
        if self.session.is_closed() {
            return Err(body_ended());
        }
        let init = RequestInit::new();
        let abort = self.connector.response.next_controller();
        sys::set_option(&init, "signal", abort.map(|abort| abort.signal()));
        if let Some(keep_referrer) = self.keep_referrer {
            keep_referrer(&init, &request);
        }
        self.sent = sys::now();
        let violations = Violations::watch();
        match sys::fetch(&request, &init).await {
            Ok(response) => Ok(response),
            Err(thrown) => {
                let lost = self.network_failure(&thrown);
                let probes = self.may_probe().then_some(&self.connector.response);
                let url = self.session.url();
                let failure = Box::pin(diagnosis::diagnose(
                    url,
                    &request,
                    lost,
                    &violations,
                    probes,
                ))
                .await;
                Err(Ended::Failed(failure))
            }
        }
    }

    /// Whether to probe the server if `fetch()` rejects: at the first attempt and at the first two after a
    /// loss, but not at every attempt while a server is down.
    fn may_probe(&self) -> bool {
        let is_early = |state: &State| {
            matches!(
                state,
                State::Connecting | State::Reconnecting { attempt: 1..=2, .. }
            )
        };
        !self.streams_body && self.session.with_state(is_early)
    }

    /// The request for the next attempt.
    async fn next_request(&self) -> Result<Request, Ended> {
        let fresh = match &self.fresh_headers {
            Some(compute) => compute()
                .await
                .map_err(|detail| self.without_headers(detail))?,
            None => Vec::new(),
        };
        let request = if self.repeats && self.copies_request {
            self.request.clone()
        } else {
            Ok(Clone::clone(&self.request))
        };
        let request = request.map_err(|thrown| {
            let error = self.network_error(&thrown);
            Ended::Failed(Failure::new(ReconnectCause::Blocked, Some(error)))
        })?;
        let refused =
            |name: &str, detail| self.without_headers(format!("{}: {detail}", Quoted(name)));
        set_last_event_id(&request, &self.session.last_event_id())
            .map_err(|detail| refused(LAST_EVENT_ID, detail))?;
        for (name, value) in fresh {
            set_header(&request, &name, &value).map_err(|detail| refused(&name, detail))?;
        }
        Ok(request)
    }

    fn without_headers(&self, detail: String) -> Ended {
        let url = self.session.url().into();
        let detail = detail.into();
        let error = Error::Headers { url, detail };
        Ended::Failed(Failure::new(ReconnectCause::Headers, Some(error)))
    }

    fn lost(&self, thrown: &JsValue) -> Ended {
        Ended::Failed(self.network_failure(thrown))
    }

    fn network_failure(&self, thrown: &JsValue) -> Failure {
        let cause = match self.opened {
            Some(_) => ReconnectCause::Disconnected,
            None => ReconnectCause::Unreachable,
        };
        Failure::new(cause, Some(self.network_error(thrown)))
    }

    fn network_error(&self, thrown: &JsValue) -> Error {
        Error::Network {
            url: self.session.url().into(),
            was_open: self.opened.is_some(),
            detail: sys::detail(thrown).into(),
        }
    }
}

fn body_ended() -> Ended {
    Ended::Failed(Failure::new(ReconnectCause::Ended, None))
}
