//! Streams that go on by the clock: the time, and the readings of the machine.

use std::time::Duration;

use axum::{
    Extension,
    extract::{Query, State},
    response::Response,
};
use serde::Deserialize;
use tokio::time::{Interval, MissedTickBehavior, interval};

use super::{BadRequest, now_ms, period};
use crate::{
    client::Client,
    machine::Sampler,
    sse::{self, Event},
    stream::Ending,
};

#[derive(Deserialize)]
pub(super) struct Pace {
    interval_ms: Option<u64>,
}

impl Pace {
    fn period(&self, default: u64) -> Result<Duration, BadRequest> {
        period("interval_ms", self.interval_ms.unwrap_or(default))
    }
}

/// A clock whose first tick is at once. A client that could not be written to for a while gets
/// the next event, not a heap of late ones.
fn ticks(period: Duration) -> Interval {
    let mut ticks = interval(period);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    ticks
}

pub(super) async fn time(
    Extension(client): Extension<Client>,
    Query(pace): Query<Pace>,
) -> Result<Response, BadRequest> {
    let period = pace.period(1000)?;
    Ok(client.stream(move |output| async move {
        let mut ticks = ticks(period);
        loop {
            ticks.tick().await;
            let event = Event::new().name("test").data(&now_ms().to_string());
            output.write(event).await;
        }
    }))
}

pub(super) async fn machine(
    Extension(client): Extension<Client>,
    State(sampler): State<Sampler>,
    Query(pace): Query<Pace>,
) -> Result<Response, BadRequest> {
    let period = pace.period(500)?;
    let mut id = client.next_id();
    let listening = sampler.listen();
    Ok(client.stream(move |output| async move {
        output.write(sse::retry(1000)).await;
        let mut ticks = ticks(period);
        loop {
            ticks.tick().await;
            let Some(reading) = listening.latest().await else {
                return Ending::End;
            };
            let events = [
                ("cpu", reading.cpu),
                ("memory", reading.memory),
                ("load", reading.load),
            ];
            for (name, data) in events {
                output
                    .write(Event::new().name(name).id(id).json(&data))
                    .await;
                id = id.wrapping_add(1);
            }
        }
    }))
}
