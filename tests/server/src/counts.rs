//! The facts kept under each key, and the open streams that can be reached.
//!
//! All that is known under a key lives in one `watch` channel, so that whoever waits for a fact is
//! woken by the change itself.

use std::{
    collections::{BTreeMap, HashMap, VecDeque},
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use axum::http::{HeaderMap, Method, Uri};
use bytes::Bytes;
use parking_lot::Mutex;
use serde::{Deserialize, Serialize};
use tokio::sync::{mpsc, watch};
use tokio_util::task::AbortOnDropHandle;

use crate::{server::Connection, sse};

/// How long a stream may take to flush what it has written before its connection is cut anyway.
/// Only a client that does not read needs so long.
const FLUSH_GRACE: Duration = Duration::from_millis(500);

/// How many whole requests are remembered under a key; the counts go on for ever.
const REMEMBERED_REQUESTS: usize = 100;

/// How much of a request's body is remembered: a hundred of the longest would fill the memory.
const REMEMBERED_BODY: usize = 1 << 20;

/// Whoever waits is woken when so many more bytes were written: to wake somebody for each write
/// would slow a flood down.
const WRITTEN_STEP: u64 = 1 << 20;

/// What was observed under a key.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Counts {
    /// Streams that were answered with status 200 and the event stream's content type.
    pub opened: u64,
    /// Answers that are held open now. A request that is held without an answer counts as well.
    pub open: u64,
    /// Requests for a stream route, whatever the answer was.
    pub requests: u64,
    /// The `Last-Event-ID` of each request in order, empty where there was none.
    pub last_event_ids: Vec<String>,
    /// Requests with the method `OPTIONS`, which are not among `requests`.
    pub preflights: u64,
    /// Bytes of streamed bodies that the connections took.
    pub written: u64,
    /// Open streams whose client has taken nothing for half a second although there is more.
    pub held: u64,
    /// Streams that the client left before their end.
    pub aborted: u64,
}

/// A request as it came, for tests of what a client sends.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Asked {
    /// In milliseconds since the epoch.
    at: u64,
    method: String,
    path: String,
    headers: BTreeMap<String, String>,
    body: String,
}

impl Asked {
    pub(crate) fn new(
        at: u64,
        method: &Method,
        uri: &Uri,
        headers: &HeaderMap,
        body: &[u8],
    ) -> Self {
        let mut lines = BTreeMap::<String, String>::new();
        for (name, value) in headers {
            let value = String::from_utf8_lossy(value.as_bytes());
            lines
                .entry(name.to_string())
                .and_modify(|line| {
                    line.push_str(", ");
                    line.push_str(&value);
                })
                .or_insert_with(|| value.into_owned());
        }
        Self {
            at,
            method: method.to_string(),
            path: uri.to_string(),
            headers: lines,
            body: String::from_utf8_lossy(&body[..body.len().min(REMEMBERED_BODY)]).into_owned(),
        }
    }
}

/// What the control routes tell an open stream.
#[derive(Debug)]
pub(crate) enum Command {
    /// Write these bytes as they are.
    Write(Bytes),
    /// Write these bytes, then end the body properly.
    WriteAndEnd(Bytes),
    /// End the body properly.
    End,
    /// Cut the connection in the middle of the body.
    Cut,
}

/// Which of the coming requests are refused.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) enum Refusals {
    #[default]
    None,
    Times(u64),
    UntilLifted,
}

/// All keys that were ever named. Clones are handles to the same registry.
#[derive(Clone, Debug, Default)]
pub(crate) struct Registry(Arc<Mutex<HashMap<String, Key>>>);

impl Registry {
    /// The facts under a key; a key exists from the moment somebody names it.
    pub(crate) fn key(&self, name: &str) -> Key {
        let mut keys = self.0.lock();
        if let Some(key) = keys.get(name) {
            return key.clone();
        }
        keys.entry(name.to_owned()).or_default().clone()
    }
}

/// The facts under one key. Clones are handles to the same facts.
#[derive(Clone, Debug, Default)]
pub(crate) struct Key {
    facts: Arc<watch::Sender<Facts>>,
    /// Beside the other facts, because it changes with every write.
    written: Arc<AtomicU64>,
}

#[derive(Debug, Default)]
struct Facts {
    counts: Counts,
    asked: VecDeque<Asked>,
    refusals: Refusals,
    streams: BTreeMap<u64, Handle>,
    next_stream: u64,
}

impl Facts {
    /// To be called after each change of the streams.
    fn count_streams(&mut self) {
        let held = self.streams.values().filter(|stream| stream.held);
        self.counts.held = held.count() as u64;
        self.counts.open = self.streams.len() as u64;
    }
}

#[derive(Debug)]
struct Handle {
    connection: Connection,
    /// None where there is no body to write to, because no answer was given.
    commands: Option<mpsc::UnboundedSender<Command>>,
    /// Whether the client takes no more.
    held: bool,
}

impl Key {
    /// Counts a request, and returns its number under the key, from 1.
    pub(crate) fn count_request(&self, last_event_id: String, asked: Asked) -> u64 {
        let mut number = 0;
        self.facts.send_modify(|facts| {
            facts.counts.requests += 1;
            facts.counts.last_event_ids.push(last_event_id);
            if facts.asked.len() == REMEMBERED_REQUESTS {
                facts.asked.pop_front();
            }
            facts.asked.push_back(asked);
            number = facts.counts.requests;
        });
        number
    }

    /// Counts a preflight request.
    pub(crate) fn count_preflight(&self) {
        self.facts.send_modify(|facts| facts.counts.preflights += 1);
    }

    /// Counts an answer that is now open, and hands out what the control routes tell it.
    pub(crate) fn open(
        &self,
        connection: Connection,
        event_stream: bool,
    ) -> (OpenGuard, mpsc::UnboundedReceiver<Command>) {
        let (sender, commands) = mpsc::unbounded_channel();
        let handle = Handle {
            connection,
            commands: Some(sender),
            held: false,
        };
        (self.insert(handle, event_stream), commands)
    }

    /// Counts a request that is held without an answer.
    pub(crate) fn hold(&self, connection: Connection) -> OpenGuard {
        let handle = Handle {
            connection,
            commands: None,
            held: false,
        };
        self.insert(handle, false)
    }

    fn insert(&self, handle: Handle, event_stream: bool) -> OpenGuard {
        let connection = handle.connection.clone();
        let mut stream = 0;
        self.facts.send_modify(|facts| {
            stream = facts.next_stream;
            facts.next_stream += 1;
            facts.counts.opened += u64::from(event_stream);
            facts.streams.insert(stream, handle);
            facts.count_streams();
        });
        let held = connection.flow().held();
        let watcher = tokio::spawn(self.clone().watch_held(stream, held));
        OpenGuard {
            key: self.clone(),
            stream,
            connection,
            aborted: false,
            _watcher: AbortOnDropHandle::new(watcher),
        }
    }

    async fn watch_held(self, stream: u64, mut held: watch::Receiver<bool>) {
        while held.changed().await.is_ok() {
            let held = *held.borrow_and_update();
            self.facts.send_modify(|facts| {
                if let Some(handle) = facts.streams.get_mut(&stream) {
                    handle.held = held;
                }
                facts.count_streams();
            });
        }
    }

    /// The counts as they are now.
    pub(crate) fn counts(&self) -> Counts {
        self.counts_of(&self.facts.borrow())
    }

    fn counts_of(&self, facts: &Facts) -> Counts {
        Counts {
            written: self.written.load(Ordering::Relaxed),
            ..facts.counts.clone()
        }
    }

    /// The latest requests, oldest first.
    pub(crate) fn asked(&self) -> Vec<Asked> {
        self.facts.borrow().asked.iter().cloned().collect()
    }

    /// Waits until the counts satisfy the condition; `Err` has the counts when the time ran out.
    pub(crate) async fn wait(
        &self,
        mut condition: impl FnMut(&Counts) -> bool,
        timeout: Duration,
    ) -> Result<Counts, Counts> {
        let mut facts = self.facts.subscribe();
        let reached = facts.wait_for(|facts| condition(&self.counts_of(facts)));
        // The sender lives in `self`, so an error is always the time that ran out.
        if let Ok(Ok(facts)) = tokio::time::timeout(timeout, reached).await {
            return Ok(self.counts_of(&facts));
        }
        Err(self.counts())
    }

    /// Writes bytes into every open stream, and returns how many were reached.
    pub(crate) fn send(&self, bytes: &Bytes) -> usize {
        self.command(|| Command::Write(bytes.clone()))
    }

    /// Ends every open stream properly.
    pub(crate) fn end(&self) -> usize {
        self.command(|| Command::End)
    }

    /// Sends the close event into every open stream and ends it.
    pub(crate) fn close(&self) -> usize {
        self.command(|| Command::WriteAndEnd(sse::close_event()))
    }

    fn command(&self, command: impl Fn() -> Command) -> usize {
        let facts = self.facts.borrow();
        let commands = facts.streams.values().filter_map(|s| s.commands.as_ref());
        commands.filter(|to| to.send(command()).is_ok()).count()
    }

    /// Cuts the connection of every open stream, after what it has already written was flushed.
    pub(crate) async fn cut(&self) -> usize {
        let mut connections = BTreeMap::new();
        for (stream, handle) in &self.facts.borrow().streams {
            let told = handle.commands.as_ref();
            if told.is_none_or(|to| to.send(Command::Cut).is_err()) {
                handle.connection.cut();
            }
            connections.insert(*stream, handle.connection.clone());
        }
        let mut facts = self.facts.subscribe();
        let gone = facts.wait_for(|facts| {
            let mut cut = connections.keys();
            cut.all(|stream| !facts.streams.contains_key(stream))
        });
        if tokio::time::timeout(FLUSH_GRACE, gone).await.is_err() {
            connections.values().for_each(Connection::cut);
        }
        connections.len()
    }

    /// Refuses the coming requests, in place of whatever was to be refused before.
    pub(crate) fn refuse(&self, refusals: Refusals) {
        self.facts.send_modify(|facts| facts.refusals = refusals);
    }

    /// Whether the request at hand is to be refused.
    pub(crate) fn take_refusal(&self) -> bool {
        let mut refused = false;
        self.facts.send_if_modified(|facts| {
            (refused, facts.refusals) = match facts.refusals {
                Refusals::None | Refusals::Times(0) => (false, Refusals::None),
                Refusals::Times(times) => (true, Refusals::Times(times - 1)),
                Refusals::UntilLifted => (true, Refusals::UntilLifted),
            };
            false
        });
        refused
    }
}

/// Counts an answer as open until it is dropped. It lives in the response body, which hyper drops
/// as soon as the client has gone, even when there is nothing to write.
#[derive(Debug)]
pub(crate) struct OpenGuard {
    key: Key,
    stream: u64,
    connection: Connection,
    aborted: bool,
    _watcher: AbortOnDropHandle<()>,
}

impl OpenGuard {
    /// The connection of the answer.
    pub(crate) fn connection(&self) -> &Connection {
        &self.connection
    }

    /// Counts bytes that the connection has taken from the body.
    pub(crate) fn count_written(&self, bytes: u64) {
        let before = self.key.written.fetch_add(bytes, Ordering::Relaxed);
        if before / WRITTEN_STEP != before.wrapping_add(bytes) / WRITTEN_STEP {
            self.key.facts.send_modify(|_| ());
        }
    }

    /// Counts the body, which is dropped before its end, as left by the client, unless it was this
    /// server that closed the connection.
    pub(crate) fn abort(&mut self) {
        self.aborted = !self.connection.is_cut();
    }
}

impl Drop for OpenGuard {
    fn drop(&mut self) {
        self.key.facts.send_modify(|facts| {
            facts.streams.remove(&self.stream);
            facts.count_streams();
            facts.counts.aborted += u64::from(self.aborted);
        });
    }
}
