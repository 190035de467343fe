//! The response body that follows a script and obeys the control routes.
//!
//! A script is an ordinary async block that writes and waits, and returns how the body ends. It is
//! polled by the body itself, not by a task of its own: when the client goes, all of it goes.

use std::{
    pin::Pin,
    task::{Context, Poll, ready},
    time::Duration,
};

use bytes::Bytes;
use http_body::{Body, Frame};
use tokio::{sync::mpsc, time::sleep};

use crate::counts::{Command, OpenGuard};

/// How a body ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Ending {
    /// Properly, with the last chunk.
    End,
    /// In the middle: the connection is closed without the last chunk.
    Cut,
}

/// Where a script writes to.
#[derive(Debug)]
pub(crate) struct Output(mpsc::Sender<Bytes>);

impl Output {
    /// Writes bytes; returns when the connection is ready for more.
    pub(crate) async fn write(&self, bytes: impl Into<Bytes>) {
        // The receiver is in the same body as the script, so it is never gone while this runs.
        let _ = self.0.send(bytes.into()).await;
    }
}

/// How long a client has for what was written before a cut.
const TIME_TO_READ: Duration = Duration::from_millis(50);

/// The error by which a body makes hyper give up the connection.
#[derive(Debug, thiserror::Error)]
#[error("the connection is cut on purpose")]
pub(crate) struct CutOnPurpose;

/// A body made by a script.
pub(crate) struct EventStream {
    commands: mpsc::UnboundedReceiver<Command>,
    script: Option<Pin<Box<dyn Future<Output = Ending> + Send>>>,
    written: mpsc::Receiver<Bytes>,
    /// How the script ended; the body does so after the last bytes written.
    script_ending: Ending,
    ending: Option<Ending>,
    /// What the cut waits for.
    flushed: Option<Pin<Box<dyn Future<Output = ()> + Send>>>,
    open: OpenGuard,
}

impl EventStream {
    pub(crate) fn new<F>(
        open: OpenGuard,
        commands: mpsc::UnboundedReceiver<Command>,
        script: impl FnOnce(Output) -> F,
    ) -> Self
    where
        F: Future<Output = Ending> + Send + 'static,
    {
        let (sender, written) = mpsc::channel(1);
        Self {
            commands,
            script: Some(Box::pin(script(Output(sender)))),
            written,
            script_ending: Ending::End,
            ending: None,
            flushed: None,
            open,
        }
    }

    /// The next bytes, or none when it is time to end.
    fn poll_bytes(&mut self, cx: &mut Context<'_>) -> Poll<Option<Bytes>> {
        if self.ending.is_some() {
            return Poll::Ready(None);
        }
        // Control comes first, or a script that always has something to say could not be stopped.
        if let Poll::Ready(Some(command)) = self.commands.poll_recv(cx) {
            let (bytes, ending) = match command {
                Command::Write(bytes) => (Some(bytes), None),
                Command::WriteAndEnd(bytes) => (Some(bytes), Some(Ending::End)),
                Command::End => (None, Some(Ending::End)),
                Command::Cut => (None, Some(Ending::Cut)),
            };
            self.ending = ending;
            return Poll::Ready(bytes);
        }
        let script = self.script.as_mut();
        if let Some(Poll::Ready(ending)) = script.map(|script| script.as_mut().poll(cx)) {
            self.script = None;
            self.script_ending = ending;
        }
        // The script dropped its output when it ended, so none comes after the last bytes.
        let bytes = ready!(self.written.poll_recv(cx));
        if bytes.is_none() {
            self.ending = Some(self.script_ending);
        }
        Poll::Ready(bytes)
    }
}

impl Body for EventStream {
    type Data = Bytes;
    type Error = CutOnPurpose;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, CutOnPurpose>>> {
        match ready!(self.poll_bytes(cx)) {
            Some(bytes) => {
                self.open.count_written(bytes.len() as u64);
                Poll::Ready(Some(Ok(Frame::data(bytes))))
            }
            None if self.ending == Some(Ending::Cut) => {
                // An error makes hyper drop what it has buffered, which it flushes only when a body
                // has nothing to say for now. And a browser drops what a page has not read of a body
                // that breaks.
                let this = &mut *self;
                let flushed = this.flushed.get_or_insert_with(|| {
                    let flow = this.open.connection().flow().clone();
                    Box::pin(async move {
                        flow.flushed().await;
                        sleep(TIME_TO_READ).await;
                    })
                });
                ready!(flushed.as_mut().poll(cx));
                Poll::Ready(Some(Err(CutOnPurpose)))
            }
            None => Poll::Ready(None),
        }
    }
}

impl Drop for EventStream {
    fn drop(&mut self) {
        if self.ending.is_none() {
            self.open.abort();
        }
    }
}
