//! The stream of `gloo-net`, decoded by `serde_json`.

use futures_util::{Stream, StreamExt, future};
use gloo_net::eventsource::futures::{EventSource, EventSourceSubscription};
use wasm_bindgen::JsError;
use web_sys::MessageEvent;

use crate::shape::{DONE, Numbered, Payload, Shape, Tally};

pub async fn receive<T: Payload>(url: &str, shape: Shape, name: &str) -> Result<Tally, JsError> {
    let mut source = EventSource::new(url)?;
    let messages = until_closed(source.subscribe(name)?);
    collect::<T>(source, shape, messages).await
}

/// A subscription has no end: what comes at last is the error that it was closed.
fn until_closed(
    subscription: EventSourceSubscription,
) -> impl Stream<Item = (String, MessageEvent)> + Unpin {
    subscription
        .take_while(|message| future::ready(message.is_ok()))
        .filter_map(|message| future::ready(message.ok()))
}

/// Each subscription has its own queue: the close event may overtake what is before it. So it
/// only closes the source, which puts an end to each queue, and these are emptied.
async fn collect<T: Payload>(
    mut source: EventSource,
    shape: Shape,
    mut messages: impl Stream<Item = (String, MessageEvent)> + Unpin,
) -> Result<Tally, JsError> {
    let mut closes = source.subscribe("close")?;
    let close = async {
        closes.next().await;
        source.close();
    };
    let collect = async {
        let mut tally = Tally::default();
        while let Some((_, message)) = messages.next().await {
            let data = message.data().as_string().unwrap_or_default();
            if matches!(shape, Shape::Token) && data == DONE {
                break;
            }
            tally.payload(&serde_json::from_str::<T>(&data)?);
        }
        Ok::<_, JsError>(tally)
    };
    if matches!(shape, Shape::Token) {
        return collect.await;
    }
    let (tally, ()) = future::join(collect, close).await;
    tally
}

pub fn numbered(url: &str) -> Result<impl Stream<Item = Result<f64, JsError>> + use<>, JsError> {
    let mut source = EventSource::new(url)?;
    let messages: EventSourceSubscription = source.subscribe("message")?;
    Ok(messages.map(move |message| {
        // The source is closed when it is dropped.
        let _ = &source;
        let (_, message) = message.map_err(|error| JsError::new(&error.to_string()))?;
        let data = message.data().as_string().unwrap_or_default();
        Ok(serde_json::from_str::<Numbered>(&data)?.n)
    }))
}
