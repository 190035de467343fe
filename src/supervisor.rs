//! The loop around attempts: whether and when another one follows.

use std::{
    convert::Infallible,
    future::poll_fn,
    pin::{Pin, pin},
    rc::Rc,
    sync::Arc,
    task::Poll,
    time::Duration,
};

use futures_channel::oneshot;
use gloo_timers::future::TimeoutFuture;
use wasm_bindgen_futures::spawn_local;

use crate::{
    close::CloseReason,
    error::Error,
    retry::{Decision, Failure, Moment, Policy},
    session::Session,
};

/// How an attempt ended.
#[derive(Debug)]
pub(crate) enum Ended {
    /// The server wants no further request.
    NoContent,
    /// The response ended, or the attempt failed. The policy decides whether another one follows.
    Failed(Failure),
}

/// Makes attempts.
pub(crate) trait Attempts {
    async fn attempt(&mut self) -> Ended;

    /// Whether the request may be sent again.
    fn repeats(&self) -> bool;

    /// The facts for the policy's decision about the attempt that has ended.
    fn moment(&self) -> Moment;
}

/// Makes attempts for this session, in a task, until it is closed. The task also ends when the sender that is
/// returned is dropped.
pub(crate) fn supervise(
    session: Rc<Session>,
    attempts: impl Attempts + 'static,
    policy: Box<dyn Policy>,
) -> oneshot::Sender<Infallible> {
    let (control, mut stopped) = oneshot::channel();
    spawn_local(async move {
        {
            let mut running = pin!(run(&session, attempts, policy));
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

async fn run(session: &Session, mut attempts: impl Attempts, mut policy: Box<dyn Policy>) {
    loop {
        let ended = attempts.attempt().await;
        if session.is_closed() {
            return;
        }
        let Ended::Failed(mut failure) = ended else {
            return session.close(CloseReason::Ended);
        };
        let decision = if attempts.repeats() {
            policy.decide(&mut failure, attempts.moment())
        } else {
            Decision::Final
        };
        let cause = failure.cause();
        let error = match decision {
            Decision::Retry { attempt, delay } => {
                // Not kept for the time of the delay.
                drop(failure);
                let pause = Duration::from_millis(delay.into());
                // The policy may have called code of the program that closed the connection.
                if !session.is_closed() {
                    session.reconnecting(attempt, cause, Some(pause));
                }
                if session.is_closed() {
                    return;
                }
                TimeoutFuture::new(delay).await;
                continue;
            }
            Decision::Final => failure.into_error(),
            Decision::Exhausted { attempts, elapsed } => Some(Error::Exhausted {
                url: session.url().into(),
                attempts,
                elapsed: Duration::from_millis(elapsed),
                last: failure.into_error().map(Arc::new),
            }),
        };
        return session.close(error.map_or(CloseReason::Ended, CloseReason::Failed));
    }
}
