//! The targets that a component can open: [`Connect`] for targets that are not open yet, [`IntoSource`] for
//! streams, too.

use std::{any::Any, cell::Cell, pin::Pin, rc::Rc, sync::Arc};

use futures_core::Stream;
use serde::de::DeserializeOwned;

use crate::{
    error::{Error, OpenError},
    source::EventSource,
    stream::EventStream,
};

/// A target that a component can open.
///
/// - A URL, as any string: the [typed events](EventSource::typed) of the enum `T`.
/// - An [`EventSource`], for a close rule, credentials, or with the feature `fetch` headers and a body:
///   the typed events, too.
/// - An [`Option`] of these. `None` opens nothing, and the state is `Closed` from the first render on, with the
///   reason [`Called`](crate::CloseReason::Called).
///
/// Implement it for your own types, such as the client of an API:
///
/// ```
/// use serde::Deserialize;
/// use wasm_eventsource::{EventSource, EventStream, OpenError, yew::Connect};
///
/// #[derive(Deserialize)]
/// #[serde(rename_all = "lowercase")]
/// enum Feed {
///     Price(f64),
/// }
///
/// struct Prices {
///     symbol: String,
/// }
///
/// impl Connect<Feed> for Prices {
///     fn connect(self) -> Result<Option<EventStream<Feed>>, OpenError> {
///         EventSource::new(format!("/prices/{}", self.symbol)).typed().map(Some)
///     }
/// }
/// ```
pub trait Connect<T> {
    /// Opens the stream, or returns `None` to open nothing.
    ///
    /// # Errors
    ///
    /// The component shows the [`OpenError`] as its error, and the state `Closed`.
    fn connect(self) -> Result<Option<EventStream<T>>, OpenError>;

    /// Whether a target of this type may be `None` before it is opened.
    #[doc(hidden)]
    const MAY_BE_NONE: bool = false;

    #[doc(hidden)]
    fn is_none(&self) -> bool {
        false
    }
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

impl<T, C: Connect<T>> Connect<T> for Result<C, OpenError> {
    fn connect(self) -> Result<Option<EventStream<T>>, OpenError> {
        self?.connect()
    }

    const MAY_BE_NONE: bool = C::MAY_BE_NONE;

    fn is_none(&self) -> bool {
        self.as_ref().is_ok_and(Connect::is_none)
    }
}

impl<T, C: Connect<T>> Connect<T> for Option<C> {
    fn connect(self) -> Result<Option<EventStream<T>>, OpenError> {
        self.map_or(Ok(None), Connect::connect)
    }

    const MAY_BE_NONE: bool = true;

    fn is_none(&self) -> bool {
        self.as_ref().is_none_or(Connect::is_none)
    }
}

/// A target that a closure can return: any type that can [`Connect`], or any stream of `Result<T, Error>`.
///
/// - [`EventSource::typed`], [`typed_event`](EventSource::typed_event) and [`stream`](EventSource::stream)
///   return such streams. The component sees every state of the connection.
/// - For any other stream, such as a combination of several, the state is `Open` from the first value on, and
///   `Closed` at the end. The close reason is [`Failed`](crate::CloseReason::Failed) if the last item was an
///   error other than [`Decode`](Error::Decode) and [`Lagged`](Error::Lagged), and
///   [`Ended`](crate::CloseReason::Ended) otherwise. It has no response and no last event ID, and `close()`
///   drops the stream at once.
/// - A stream may be in an [`Option`], in a `Result<_, OpenError>`, or in both.
///
/// A closure that returns an [`Option`] of a URL or an [`EventSource`] is called for the first render too, on
/// a server as well: `None` shows as `Closed` from the beginning. Other closures are called only in the
/// browser, after the first render. If one returns `None` in the place of a stream, the first render has the
/// state `Connecting`, and a second render follows at once.
///
/// `M` distinguishes the kinds of targets. The compiler infers it.
///
/// ```
/// use futures_util::stream;
/// use wasm_eventsource::{Error, EventSource, yew::use_event_source_fold_with};
/// use yew::prelude::*;
///
/// #[component]
/// fn Both() -> Html {
///     let count = use_event_source_fold_with(
///         (),
///         |()| {
///             let stream = |url: &str| EventSource::new(url).typed_event::<u64>("count");
///             stream("/one").and_then(|one| Ok(stream::select(one, stream("/other")?)))
///         },
///         || 0,
///         |sum: &mut u64, count: Result<u64, Error>| *sum += count.unwrap_or(0),
///     );
///     html! { { count.with(|sum| *sum) } }
/// }
/// ```
#[diagnostic::on_unimplemented(
    message = "a component cannot open `{Self}`",
    note = "return a URL, an `EventSource`, a stream of `Result<T, wasm_eventsource::Error>`, or an `Option` \
            or `Result<_, OpenError>` of these"
)]
pub trait IntoSource<T, M>: Sized {
    /// Whether the closure returns `None`. The closure is called only if its type allows `None` and is not
    /// open yet.
    #[doc(hidden)]
    fn is_none(make: &dyn Fn() -> Self) -> bool;

    #[doc(hidden)]
    fn into_source(self) -> Result<Option<Source<T>>, OpenError>;
}

/// Makes the target, and opens it unless the program called `close` in the meantime.
pub(super) fn open<T, M, C: IntoSource<T, M>>(
    make: &dyn Fn() -> C,
    is_wanted: &Cell<bool>,
) -> Result<Option<Source<T>>, OpenError> {
    let target = make();
    if is_wanted.get() {
        target.into_source()
    } else {
        Ok(None)
    }
}

/// An open stream.
#[allow(missing_debug_implementations)] // It is not public: no path leads to it.
pub enum Source<T> {
    Events(EventStream<T>),
    Any(Pin<Box<dyn Stream<Item = Result<T, Error>>>>),
}

impl<T: 'static> Source<T> {
    /// Recognises an [`EventStream`], because a component also shows its connection.
    fn new<S: Stream<Item = Result<T, Error>> + 'static>(stream: S) -> Option<Self> {
        let mut stream = Some(stream);
        let events = (&mut stream as &mut dyn Any).downcast_mut::<Option<EventStream<T>>>();
        match events.and_then(Option::take) {
            Some(events) => Some(Source::Events(events)),
            None => stream.map(|stream| Source::Any(Box::pin(stream))),
        }
    }
}

#[doc(hidden)]
#[derive(Debug)]
pub struct Target;

impl<T, C: Connect<T>> IntoSource<T, Target> for C {
    fn is_none(make: &dyn Fn() -> Self) -> bool {
        C::MAY_BE_NONE && make().is_none()
    }

    fn into_source(self) -> Result<Option<Source<T>>, OpenError> {
        Ok(self.connect()?.map(Source::Events))
    }
}

#[doc(hidden)]
#[derive(Debug)]
pub struct Streams<const SHAPE: u8>;

macro_rules! streams {
    ($($shape:literal: $type:ty, $stream:ident => $opened:expr;)*) => {$(
        impl<T: 'static, S> IntoSource<T, Streams<$shape>> for $type
        where
            S: Stream<Item = Result<T, Error>> + 'static,
        {
            fn is_none(_: &dyn Fn() -> Self) -> bool {
                false
            }

            fn into_source(self) -> Result<Option<Source<T>>, OpenError> {
                let $stream = self;
                let opened: Result<Option<S>, OpenError> = $opened;
                Ok(opened?.and_then(Source::new))
            }
        }
    )*};
}

streams! {
    0: S, stream => Ok(Some(stream));
    1: Option<S>, stream => Ok(stream);
    2: Result<S, OpenError>, stream => stream.map(Some);
    3: Option<Result<S, OpenError>>, stream => stream.transpose();
    4: Result<Option<S>, OpenError>, stream => stream;
}
