//! JavaScript APIs that `web-sys` does not offer, or offers more slowly, one file per subject. Unchecked
//! casts belong here. No file imports the rest of the crate.

mod abort;
#[cfg(feature = "fetch")]
mod body;
mod event;
mod exception;
#[cfg(any(feature = "yew", feature = "leptos"))]
mod frame;
#[cfg(feature = "js")]
mod json;
mod listener;
mod page;
#[cfg(feature = "fetch")]
mod request;
mod task;
#[cfg(feature = "fetch")]
mod url;

pub(crate) use abort::on_abort;
#[cfg(feature = "fetch")]
pub(crate) use body::BodyReader;
pub(crate) use event::{StringEvent, is_message, new_event_source, with_credentials};
pub(crate) use exception::{detail, guarded, property, report_failure};
#[cfg(any(feature = "yew", feature = "leptos"))]
pub(crate) use frame::NextFrame;
#[cfg(feature = "js")]
pub(crate) use json::parse_json;
pub(crate) use listener::Listener;
pub(crate) use page::{PAGE_HIDE, event_target, unloads};
#[cfg(feature = "fetch")]
pub(crate) use request::{fetch, keep_referrer, set_option};
pub(crate) use task::Tasks;
#[cfg(feature = "fetch")]
pub(crate) use task::now;
#[cfg(feature = "fetch")]
pub(crate) use url::{can_be_resolved, is_of_another_origin, origin_of, page_is_secure};
