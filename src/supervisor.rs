//! The loop around attempts: whether and when another one follows.

use std::{
    convert::Infallible,
    future::poll_fn,
    pin::{Pin, pin},
    rc::Rc,
    task::Poll,
};

use futures_channel::oneshot;
use gloo_timers::future::TimeoutFuture;
use wasm_bindgen_futures::spawn_local;

use crate::{
    close::CloseReason,
    error::Error,
    retry::{RECONNECTION_TIME, delay},
    session::Session,
};

/// How an attempt ended.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Ended {
    /// The body ended properly.
    Clean,
    /// The network failed, as this error says. Another attempt may succeed.
    Lost(Error),
    /// It looks as if no attempt can succeed, but a server that restarts can look the same. If the next
    /// attempt ends so, too, the connection has failed.
    Doubtful(Error),
    /// No attempt can succeed.
    Refused(Error),
    /// The server wants no further request.
    NoContent,
}

/// Makes attempts.
pub(crate) trait Attempts {
    async fn attempt(&mut self) -> Ended;

    /// The reconnection time in milliseconds, if the server has set it.
    fn reconnection_time(&self) -> Option<u64>;

    /// The milliseconds since the last request was sent.
    fn since_sent(&self) -> u64;
}

/// Makes attempts for this session, in a task, until it is closed. The task also ends when the sender that is
/// returned is dropped.
pub(crate) fn supervise(
    session: Rc<Session>,
    attempts: impl Attempts + 'static,
    repeats: bool,
) -> oneshot::Sender<Infallible> {
    let (control, mut stopped) = oneshot::channel();
    spawn_local(async move {
        {
            let mut running = pin!(run(&session, attempts, repeats));
            poll_fn(|cx| match Pin::new(&mut stopped).poll(cx) {
                // First, because a task that was stopped runs no code of the program any more.
                Poll::Ready(_) => Poll::Ready(()),
                Poll::Pending => running.as_mut().poll(cx),
            })
            .await;
        }
        // A stream that reads the parser may have met the close rule while it was polled.
        session.finish();
    });
    control
}

async fn run(session: &Session, mut attempts: impl Attempts, repeats: bool) {
    let mut policy = Policy {
        repeats,
        doubted: false,
    };
    loop {
        let ended = attempts.attempt().await;
        if session.is_closed() {
            return;
        }
        if let Some(reason) = policy.end(ended) {
            return session.close(reason);
        }
        let Some(attempt) = session.lost() else {
            return;
        };
        let time = attempts.reconnection_time().unwrap_or(RECONNECTION_TIME);
        let chance = js_sys::Math::random();
        TimeoutFuture::new(delay(time, attempt, attempts.since_sent(), chance)).await;
    }
}

/// Decides whether there is another attempt.
struct Policy {
    /// Whether the request may be sent again.
    repeats: bool,
    /// Whether the previous attempt ended in doubt.
    doubted: bool,
}

impl Policy {
    /// Why the connection ends with this attempt; `None` if another one follows.
    fn end(&mut self, ended: Ended) -> Option<CloseReason> {
        let doubtful = matches!(ended, Ended::Doubtful(_));
        let doubted_before = std::mem::replace(&mut self.doubted, doubtful);
        match ended {
            Ended::NoContent => Some(CloseReason::Ended),
            Ended::Refused(error) => Some(CloseReason::Failed(error)),
            Ended::Doubtful(error) if doubted_before => Some(CloseReason::Failed(error)),
            _ if self.repeats => None,
            Ended::Clean => Some(CloseReason::Ended),
            Ended::Lost(error) | Ended::Doubtful(error) => Some(CloseReason::Failed(error)),
        }
    }
}

#[cfg(all(test, not(target_arch = "wasm32")))]
mod tests {
    use super::*;

    fn cors() -> Error {
        Error::Cors { url: "/".into() }
    }

    fn ends(repeats: bool, attempts: impl IntoIterator<Item = Ended>) -> Vec<Option<CloseReason>> {
        let mut policy = Policy {
            repeats,
            doubted: false,
        };
        attempts
            .into_iter()
            .map(|ended| policy.end(ended))
            .collect()
    }

    fn lost() -> Error {
        Error::Network {
            url: "/".into(),
            was_open: true,
            detail: "reset".into(),
        }
    }

    #[test]
    fn a_request_that_may_be_repeated_is_repeated_after_a_loss_and_after_the_end_of_the_body() {
        let attempts = [Ended::Clean, Ended::Lost(lost()), Ended::Clean];
        assert_eq!(ends(true, attempts), [None, None, None]);
    }

    #[test]
    fn any_other_request_ends_the_connection() {
        let ended = Some(CloseReason::Ended);
        assert_eq!(ends(false, [Ended::Clean]), [ended]);
        for attempt in [Ended::Lost(lost()), Ended::Doubtful(lost())] {
            let failed = Some(CloseReason::Failed(lost()));
            assert_eq!(ends(false, [attempt]), [failed]);
        }
    }

    #[test]
    fn a_doubt_counts_when_the_next_attempt_confirms_it() {
        let failed = Some(CloseReason::Failed(cors()));
        let doubtful = || Ended::Doubtful(cors());
        assert_eq!(ends(true, [doubtful(), doubtful()]), [None, failed.clone()]);
        let between = [doubtful(), Ended::Lost(lost()), doubtful(), doubtful()];
        assert_eq!(ends(true, between), [None, None, None, failed]);
    }

    #[test]
    fn a_refusal_and_no_content_end_it_whether_it_repeats_or_not() {
        for repeats in [true, false] {
            let ended = Some(CloseReason::Ended);
            assert_eq!(ends(repeats, [Ended::NoContent]), [ended]);
            let failed = Some(CloseReason::Failed(cors()));
            assert_eq!(ends(repeats, [Ended::Refused(cors())]), [failed]);
        }
    }
}
