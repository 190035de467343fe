//! A connection's socket, which tells what hyper keeps to itself: that all it had to write has
//! left, and that the client takes no more.
//!
//! A body cannot find out by itself: it is not polled while hyper has enough to write.

use std::{
    io,
    pin::Pin,
    sync::Arc,
    task::{Context, Poll},
    time::Duration,
};

use tokio::{
    io::{AsyncRead, AsyncWrite, ReadBuf},
    net::TcpStream,
    sync::{Notify, watch},
    time::{Sleep, sleep},
};

/// How long a client must have taken nothing before it is said to hold the server back. A page
/// that is merely busy takes less.
const HELD_AFTER: Duration = Duration::from_millis(500);

/// What is known of how the bytes flow. The socket tells it, and others wait for it.
#[derive(Debug, Default)]
pub(crate) struct Flow {
    flushed: Notify,
    held: watch::Sender<bool>,
}

impl Flow {
    /// Resolves when all that hyper was given before the first poll of this has gone to the
    /// system.
    pub(crate) async fn flushed(&self) {
        self.flushed.notified().await;
    }

    /// Whether the client has taken nothing for a while although there is something to send.
    pub(crate) fn held(&self) -> watch::Receiver<bool> {
        self.held.subscribe()
    }

    fn set_held(&self, held: bool) {
        self.held
            .send_if_modified(|before| std::mem::replace(before, held) != held);
    }
}

/// The socket as hyper sees it.
#[derive(Debug)]
pub(crate) struct Socket {
    stream: TcpStream,
    flow: Arc<Flow>,
    /// Runs while a write waits. Its end wakes hyper, which then tries to write again.
    patience: Option<Pin<Box<Sleep>>>,
}

impl Socket {
    pub(crate) fn new(stream: TcpStream, flow: Arc<Flow>) -> Self {
        Self {
            stream,
            flow,
            patience: None,
        }
    }

    pub(crate) fn into_stream(self) -> TcpStream {
        self.stream
    }

    fn tried_to_write(&mut self, cx: &mut Context<'_>, waits: bool) {
        if !waits {
            if self.patience.take().is_some() {
                self.flow.set_held(false);
            }
            return;
        }
        let new = || Box::pin(sleep(HELD_AFTER));
        let patience = self.patience.get_or_insert_with(new);
        if patience.is_elapsed() || patience.as_mut().poll(cx).is_ready() {
            self.flow.set_held(true);
        }
    }
}

impl AsyncRead for Socket {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_read(cx, buffer)
    }
}

impl AsyncWrite for Socket {
    fn poll_write(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        let written = Pin::new(&mut self.stream).poll_write(cx, bytes);
        self.tried_to_write(cx, written.is_pending());
        written
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        slices: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let written = Pin::new(&mut self.stream).poll_write_vectored(cx, slices);
        self.tried_to_write(cx, written.is_pending());
        written
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    /// hyper calls this only when it has written all it had.
    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        let flushed = Pin::new(&mut self.stream).poll_flush(cx);
        if flushed.is_ready() {
            self.flow.flushed.notify_waiters();
        }
        flushed
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(cx)
    }
}
