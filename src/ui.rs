//! What the hooks for Yew and those for Leptos have in common: [`Connect`], what can be opened;
//! [`Live`], an open stream that is run into its component; and one render for each frame.

use std::{
    cell::{Cell, RefCell},
    collections::VecDeque,
    future::poll_fn,
    ops::DerefMut,
    pin::Pin,
    rc::{Rc, Weak},
    sync::Arc,
    task::{Context, Poll, ready},
};

use futures_core::Stream;
use serde::de::DeserializeOwned;

use crate::{
    CloseHandle, CloseReason, Error, EventSource, EventStream, Lifecycle, LifecycleStream,
    OpenError, State, sys,
};

/// What a component can open.
///
/// - A URL, as any string: the [typed events](EventSource::typed) of the enum `T`.
/// - An [`EventSource`], for a close rule, credentials, or with the feature `fetch` headers and a body:
///   the typed events, too.
/// - What opens: [`typed_event`](EventSource::typed_event), [`stream`](EventSource::stream) and
///   [`typed`](EventSource::typed) give a `Result<EventStream<T>, OpenError>`.
/// - An [`Option`] of these. `None` opens nothing, and the state is closed, as after `close()`.
///
/// It can be implemented for types of your own, such as the client of an API.
pub trait Connect<T> {
    /// Opens the stream; `None` if there is none to be.
    ///
    /// # Errors
    ///
    /// The [`OpenError`] is shown as the component's error, and its state is closed.
    fn connect(self) -> Result<Option<EventStream<T>>, OpenError>;
}

impl<T: DeserializeOwned> Connect<T> for EventSource {
    fn connect(self) -> Result<Option<EventStream<T>>, OpenError> {
        self.typed().map(Some)
    }
}

macro_rules! connect_urls {
    ($($url:ty)*) => {$(
        impl<T: DeserializeOwned> Connect<T> for $url {
            fn connect(self) -> Result<Option<EventStream<T>>, OpenError> {
                EventSource::new(&*self).connect()
            }
        }
    )*};
}

connect_urls!(&str String Rc<str> Arc<str>);
#[cfg(feature = "yew")]
connect_urls!(::yew::AttrValue);

impl<T> Connect<T> for EventStream<T> {
    fn connect(self) -> Result<Option<EventStream<T>>, OpenError> {
        Ok(Some(self))
    }
}

impl<T, C: Connect<T>> Connect<T> for Result<C, OpenError> {
    fn connect(self) -> Result<Option<EventStream<T>>, OpenError> {
        self?.connect()
    }
}

impl<T, C: Connect<T>> Connect<T> for Option<C> {
    fn connect(self) -> Result<Option<EventStream<T>>, OpenError> {
        self.map_or(Ok(None), Connect::connect)
    }
}

/// What a component shows. Each call but [`render`](Self::render) only notes something.
pub(crate) trait View<T>: 'static {
    fn set_state(&self, state: State);
    fn is_closed(&self) -> bool;
    fn set_error(&self, error: Option<Error>);
    fn fold(&self, event: Result<T, Error>);
    /// Forgets what could not be noted yet.
    fn forget(&self);
    /// Shows what was noted. Says whether something could not be noted yet, and is to be tried again.
    fn render(&self) -> bool;
}

/// A component's connection. It may be opened again and again; one at most is open.
///
/// The view's functions run code of the app's, which may come back here: nothing is borrowed while
/// they run.
pub(crate) struct Live<T> {
    view: Rc<dyn View<T>>,
    run: RefCell<Option<Rc<Run<T>>>>,
    frame: Frame,
    /// Whether the component is gone: nothing is opened or shown any more.
    is_gone: Cell<bool>,
}

impl<T: 'static> Live<T> {
    pub fn new(view: Rc<dyn View<T>>) -> Rc<Self> {
        let frame = Frame::new({
            let view = Rc::clone(&view);
            move || view.render()
        });
        Rc::new(Live {
            view,
            run: RefCell::default(),
            frame,
            is_gone: Cell::default(),
        })
    }

    /// Runs this stream into the view, in the place of the one before.
    pub fn open(self: &Rc<Self>, opened: Result<Option<EventStream<T>>, OpenError>) {
        self.cut();
        if self.is_gone() {
            return;
        }
        self.view.set_error(None);
        match opened {
            Ok(Some(stream)) => {
                self.view.set_state(stream.state());
                let run = Rc::new(Run::new(stream));
                self.run.replace(Some(Rc::clone(&run)));
                wasm_bindgen_futures::spawn_local(run.into_view(Rc::downgrade(self)));
            }
            Ok(None) => self.view.set_state(State::Closed(CloseReason::Called)),
            Err(error) => {
                let error = Error::Open(error);
                // The fold comes last: it may open another.
                let failed = CloseReason::Failed(error.clone());
                self.show(Ok(Lifecycle::Closed(failed)));
                self.show(Err(error));
            }
        }
        self.request_render();
    }

    /// Closes the connection, if one is open. What came before still reaches the view.
    pub fn close(&self) {
        let run = self.run.borrow().clone();
        if run.as_ref().is_some_and(|run| run.close.is_closed()) {
            return;
        }
        if !self.is_gone() && !self.view.is_closed() {
            self.view.set_state(State::Closed(CloseReason::Called));
            self.request_render();
        }
        // Its observers come last: they may open another.
        if let Some(run) = run {
            run.close.close();
        }
    }

    /// Drops the connection. Nothing of it reaches the view any more.
    pub fn cut(&self) {
        let run = self.run.take();
        if let Some(run) = run {
            run.cut();
        }
        self.view.forget();
    }

    /// Asks for a render in the next frame.
    pub fn request_render(&self) {
        if !self.is_gone() {
            self.frame.request();
        }
    }

    /// The component is gone, for good.
    pub fn unmount(&self) {
        self.is_gone.set(true);
        self.cut();
        self.frame.cancel();
    }

    pub fn is_gone(&self) -> bool {
        self.is_gone.get()
    }

    fn show(&self, item: Result<Lifecycle<T>, Error>) {
        let state = match item {
            Ok(Lifecycle::Message(value)) => return self.view.fold(Ok(value)),
            Err(error) => {
                self.view.set_error(Some(error.clone()));
                return self.view.fold(Err(error));
            }
            Ok(Lifecycle::Opened | Lifecycle::Resumed { .. }) => State::Open,
            Ok(Lifecycle::Reconnecting { attempt, cause }) => {
                State::Reconnecting { attempt, cause }
            }
            Ok(Lifecycle::Closed(reason)) => State::Closed(reason),
        };
        // A `close()` shows at once, before what had happened until then.
        if matches!(state, State::Closed(_)) || !self.view.is_closed() {
            self.view.set_state(state);
        }
    }
}

/// What can be done with a connection, whatever its events are.
#[cfg(feature = "leptos")]
pub(crate) trait Control {
    fn close(&self);
    fn cut(&self);
    fn unmount(&self);
}

#[cfg(feature = "leptos")]
impl<T: 'static> Control for Live<T> {
    fn close(&self) {
        self.close();
    }

    fn cut(&self) {
        self.cut();
    }

    fn unmount(&self) {
        self.unmount();
    }
}

/// A stream that is read by a task of its own, and can be dropped by others.
struct Run<T> {
    /// Not there while it is polled, and after it was cut.
    stream: Cell<Option<LifecycleStream<T>>>,
    is_cut: Cell<bool>,
    close: CloseHandle,
}

impl<T: 'static> Run<T> {
    fn new(stream: EventStream<T>) -> Self {
        Run {
            close: stream.close_handle(),
            stream: Cell::new(Some(stream.with_lifecycle())),
            is_cut: Cell::new(false),
        }
    }

    async fn into_view(self: Rc<Self>, live: Weak<Live<T>>) {
        while let Some(item) = poll_fn(|cx| self.poll_next(cx)).await {
            let Some(live) = live.upgrade() else { return };
            live.show(item);
            live.request_render();
        }
        // A stream that has ended may still hold its answer, and with it the connection.
        self.cut();
    }

    /// The stream is out of its place while it is polled, for that may run code of the app's.
    fn poll_next(&self, cx: &mut Context<'_>) -> Poll<Option<Result<Lifecycle<T>, Error>>> {
        let Some(mut stream) = self.stream.take() else {
            return Poll::Ready(None);
        };
        let item = Pin::new(&mut stream).poll_next(cx);
        if self.is_cut.get() {
            return Poll::Ready(None);
        }
        self.stream.set(Some(stream));
        Poll::Ready(ready!(item))
    }

    /// Drops the stream, which ends the task.
    fn cut(&self) {
        self.is_cut.set(true);
        drop(self.stream.take());
    }
}

/// What came, and waits for its value to be free.
pub(crate) struct Queue<T>(RefCell<VecDeque<Result<T, Error>>>);

impl<T> Queue<T> {
    pub fn push(&self, event: Result<T, Error>) {
        self.0.borrow_mut().push_back(event);
    }

    pub fn forget(&self) {
        let forgotten = self.0.take();
        drop(forgotten);
    }

    /// Folds what waits into the value, as long as that can be held. Says whether something has to wait
    /// on.
    ///
    /// What comes in the fold waits for the next frame: one that opens again what cannot be opened must
    /// not stop the page.
    pub fn fold<V: DerefMut>(
        &self,
        hold: impl Fn() -> Option<V>,
        fold: impl Fn(&mut V::Target, Result<T, Error>),
    ) -> bool {
        let due = self.0.borrow().len();
        for _ in 0..due {
            let Some(mut value) = hold() else { break };
            let event = self.0.borrow_mut().pop_front();
            if let Some(event) = event {
                fold(&mut value, event);
            }
        }
        !self.0.borrow().is_empty()
    }
}

impl<T> Default for Queue<T> {
    fn default() -> Self {
        Queue(RefCell::default())
    }
}

/// Runs something in the browser's next frame, once, however often it is asked to; and again in the
/// frame after that, as long as it says so.
struct Frame(Rc<Waiting>);

struct Waiting {
    run: Box<dyn Fn() -> bool>,
    frame: RefCell<Option<sys::NextFrame>>,
}

impl Frame {
    fn new(run: impl Fn() -> bool + 'static) -> Self {
        Frame(Rc::new(Waiting {
            run: Box::new(run),
            frame: RefCell::default(),
        }))
    }

    fn request(&self) {
        self.0.request();
    }

    fn cancel(&self) {
        let cancelled = self.0.frame.take();
        drop(cancelled);
    }
}

impl Waiting {
    fn request(self: &Rc<Self>) {
        if self.frame.borrow().is_some() {
            return;
        }
        let waiting = Rc::downgrade(self);
        let frame = sys::NextFrame::request(move || {
            if let Some(waiting) = waiting.upgrade() {
                let past = waiting.frame.take();
                drop(past);
                if (waiting.run)() {
                    waiting.request();
                }
            }
        });
        if frame.is_none() {
            (self.run)();
        }
        self.frame.replace(frame);
    }
}
