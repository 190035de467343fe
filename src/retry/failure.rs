//! What failed: [`Failure`].

use std::{fmt, time::Duration};

use crate::{error::Error, state::ReconnectCause};

/// How an attempt failed: what [`Retry::retry_if`](super::Retry::retry_if) decides about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Failure {
    cause: ReconnectCause,
    was_open: bool,
    /// In milliseconds; `None` if this attempt did not open the stream.
    open_for: Option<u64>,
    /// In milliseconds from the response.
    retry_after: Option<u64>,
    error: Option<Error>,
    transient: bool,
}

impl Failure {
    /// A failure before the stream was ever open.
    pub(crate) fn new(cause: ReconnectCause, error: Option<Error>) -> Self {
        Failure {
            cause,
            was_open: false,
            open_for: None,
            retry_after: None,
            error,
            transient: false,
        }
    }

    /// The stream was open before, in this attempt or in an earlier one.
    pub(crate) fn after_open(mut self) -> Self {
        self.was_open = true;
        self
    }

    /// The attempt opened the stream, and it stayed open for this many milliseconds.
    pub(crate) fn with_open_for(mut self, millis: u64) -> Self {
        self.open_for = Some(millis);
        self.after_open()
    }

    /// The server asked for a pause of this many milliseconds.
    pub(crate) fn with_retry_after(mut self, millis: Option<u64>) -> Self {
        self.retry_after = millis;
        self
    }

    pub(super) fn set_transient(&mut self, transient: bool) {
        self.transient = transient;
    }

    /// The cause.
    pub fn cause(&self) -> ReconnectCause {
        self.cause
    }

    /// The status, if the server answered with one other than 200.
    pub fn status(&self) -> Option<u16> {
        match self.cause {
            ReconnectCause::Status(status) => Some(status),
            _ => None,
        }
    }

    /// Whether the stream was open before, in this attempt or in an earlier one.
    pub fn was_open(&self) -> bool {
        self.was_open
    }

    /// How long the stream was open in this attempt; `None` if the attempt failed before.
    pub fn open_for(&self) -> Option<Duration> {
        self.open_for.map(Duration::from_millis)
    }

    /// The pause that the server asked for with the header `Retry-After`, before it is capped. A server of
    /// another origin must send `Access-Control-Expose-Headers: Retry-After`, or the browser hides the header.
    pub fn retry_after(&self) -> Option<Duration> {
        self.retry_after.map(Duration::from_millis)
    }

    /// Whether the policy retries this failure when no function is set by
    /// [`Retry::retry_if`](super::Retry::retry_if). Such a function can use it to change the decision about
    /// some failures only.
    pub fn is_transient(&self) -> bool {
        self.transient
    }

    /// The error that the stream yields if no attempt follows; `None` for the end of a response, which is no
    /// error.
    pub fn error(&self) -> Option<&Error> {
        self.error.as_ref()
    }

    pub(crate) fn into_error(self) -> Option<Error> {
        self.error
    }

    /// In milliseconds.
    pub(super) fn millis_open(&self) -> u64 {
        self.open_for.unwrap_or(0)
    }

    /// In milliseconds.
    pub(super) fn millis_to_wait(&self) -> u64 {
        self.retry_after.unwrap_or(0)
    }

    /// Whether the server wants other credentials.
    pub(super) fn is_denied(&self) -> bool {
        matches!(self.cause, ReconnectCause::Status(401 | 403))
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.error {
            Some(error) => error.fmt(f),
            None => f.write_str("the response ended"),
        }
    }
}
