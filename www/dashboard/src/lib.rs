//! What the dashboards in Yew and Leptos have in common, and no framework is needed for: what the server
//! sends ([`Reading`], [`Token`]), the values it is folded into ([`Machine`], [`Reply`]), the geometry of
//! the charts ([`Line`]), and what is asked of the server ([`Server`]).

#![forbid(unsafe_code)]

mod chart;
mod machine;
mod reply;
mod server;
mod state;

pub use chart::{HEIGHT, Line, WIDTH};
pub use machine::{Entry, Machine, Reading};
pub use reply::{Reply, Token, progress};
pub use server::Server;
pub use state::{badge, kind};

/// A time of the server's, as the clock on the wall shows it here.
pub fn clock(milliseconds: f64) -> String {
    let date = js_sys::Date::new(&milliseconds.into());
    date.to_locale_time_string("en-GB").into()
}
