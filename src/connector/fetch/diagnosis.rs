//! Why `fetch()` rejected.
//!
//! Browsers reject with the same error if the server is down, if it does not allow this page to read its
//! responses, and if the browser does not send the request. Only the first is temporary. The properties of
//! the request, the browser's `securitypolicyviolation` event, and *probes* distinguish the others. A probe
//! is a request that reveals only whether it was answered: with `redirect: "manual"` it detects a redirect,
//! with `mode: "no-cors"` a server.

use std::{
    cell::{Cell, RefCell},
    pin::Pin,
    rc::Rc,
};

use gloo_timers::{callback::Timeout, future::TimeoutFuture};
use web_sys::{AbortController, Request, RequestInit, Url};

use super::response::ResponseSlot;
use crate::{
    error::Error,
    retry::Failure,
    state::ReconnectCause,
    sys::{self, Listener},
};

/// The timeout of a probe, in milliseconds.
const PROBE_TIME: u32 = 2000;

/// The longest time from the rejection to the report of a violation, in milliseconds. The order of the two
/// depends on the engine.
const VIOLATION_TIME: u32 = 50;

/// The URLs that a content security policy has blocked since [`watch`](Self::watch).
pub(super) struct Violations {
    blocked: Rc<RefCell<Vec<String>>>,
    _listener: Option<Listener>,
}

impl Violations {
    pub fn watch() -> Self {
        let blocked = Rc::<RefCell<Vec<String>>>::default();
        let seen = Rc::clone(&blocked);
        // Node.js has `fetch()`, and a global object without events.
        let listener = sys::event_target().and_then(|global| {
            Listener::new(&global, "securitypolicyviolation".into(), move |event| {
                if sys::property(event, "disposition").as_deref() == Some("enforce")
                    && sys::property(event, "effectiveDirective").as_deref() == Some("connect-src")
                {
                    seen.borrow_mut().extend(sys::property(event, "blockedURI"));
                }
            })
        });
        Violations {
            blocked,
            _listener: listener,
        }
    }

    async fn include(&self, url: &str) -> bool {
        let url = url.split('#').next().unwrap_or_default();
        let includes = || self.blocked.borrow().iter().any(|blocked| blocked == url);
        if !includes() {
            TimeoutFuture::new(VIOLATION_TIME).await;
        }
        includes()
    }
}

/// Why `fetch()` rejected: `lost` is returned if the server was not reached. Without a slot for probes, the
/// server is not probed.
pub(super) async fn diagnose(
    given_url: &str,
    request: &Request,
    lost: Failure,
    violations: &Violations,
    probes: Option<&ResponseSlot>,
) -> Failure {
    let url = request.url();
    let blocked = |reason: &'static str| {
        let url = given_url.into();
        Failure::new(
            ReconnectCause::Blocked,
            Some(Error::Blocked { url, reason }),
        )
    };
    if let Some(reason) = forbidden(request) {
        return blocked(reason);
    }
    if violations.include(&url).await {
        return blocked("the page's content security policy (`connect-src`) does not allow it");
    }
    let Some(probes) = probes else {
        return lost;
    };
    let (mode, redirect) = (option(request, "mode"), option(request, "redirect"));
    let is_foreign = sys::is_of_another_origin(&url);
    let redirects = if is_foreign && redirect == "follow" {
        // The `no-cors` probe follows it.
        false
    } else {
        probe(request, &mode, "manual", probes).await == Answer::Redirect
    };
    if redirects && redirect == "error" {
        return blocked("the server redirects it, and its `redirect` is \"error\"");
    }
    let may_be_cors = mode == "cors" && redirect == "follow" && (is_foreign || redirects);
    if may_be_cors && probe(request, "no-cors", "follow", probes).await == Answer::Opaque {
        let url = given_url.into();
        return Failure::new(ReconnectCause::Cors, Some(Error::Cors { url }));
    }
    lost
}

/// The reason why the browser never sends this request, if the request itself shows it.
fn forbidden(request: &Request) -> Option<&'static str> {
    let url = Url::new(&request.url()).ok()?;
    let protocol = url.protocol();
    if !matches!(&*protocol, "http:" | "https:") {
        return Some("only `http:` and `https:` URLs can be fetched here");
    }
    if option(request, "mode") == "same-origin" && sys::is_of_another_origin(&url.href()) {
        return Some("its `mode` is \"same-origin\", and the URL has another origin");
    }
    if !option(request, "integrity").is_empty() {
        return Some(
            "its `integrity` is checked at the end of the body, and an event stream has none",
        );
    }
    if sys::page_is_secure() && protocol == "http:" && !is_loopback(&url.hostname()) {
        return Some("it is an `http:` URL, and the page is secure (mixed content)");
    }
    let port = url.port().parse().ok()?;
    let reason = "browsers do not connect to this port";
    BAD_PORTS.contains(&port).then_some(reason)
}

fn is_loopback(host: &str) -> bool {
    host == "localhost"
        || host.ends_with(".localhost")
        || host.starts_with("127.")
        || host == "[::1]"
}

/// The [bad ports] of the Fetch standard.
///
/// [bad ports]: https://fetch.spec.whatwg.org/#port-blocking
const BAD_PORTS: [u16; 83] = [
    0, 1, 7, 9, 11, 13, 15, 17, 19, 20, 21, 22, 23, 25, 37, 42, 43, 53, 69, 77, 79, 87, 95, 101,
    102, 103, 104, 109, 110, 111, 113, 115, 117, 119, 123, 135, 137, 139, 143, 161, 179, 389, 427,
    465, 512, 513, 514, 515, 526, 530, 531, 532, 540, 548, 554, 556, 563, 587, 601, 636, 989, 990,
    993, 995, 1719, 1720, 1723, 2049, 3659, 4045, 4190, 5060, 5061, 6000, 6566, 6665, 6666, 6667,
    6668, 6669, 6679, 6697, 10080,
];

fn option(request: &Request, name: &str) -> String {
    sys::property(request, name).unwrap_or_default()
}

#[derive(PartialEq, Eq)]
enum Answer {
    /// A redirect that was not followed.
    Redirect,
    /// A response that the page may not read.
    Opaque,
    Other,
    /// The request was rejected.
    None,
    Late,
}

/// Probes the server with `HEAD`, which changes nothing, and reads nothing of the response. If the result is
/// a redirect, an opaque response or a timeout, and the request is a `GET`, probes with `GET`, too: a server
/// may ignore `HEAD`, or answer it and reset the request.
///
/// Boxed, so that its code is not repeated at each `await`.
fn probe<'a>(
    request: &'a Request,
    mode: &'a str,
    redirect: &'a str,
    slot: &'a ResponseSlot,
) -> Pin<Box<dyn Future<Output = Answer> + 'a>> {
    Box::pin(async move {
        let mut answer = Answer::None;
        for method in ["HEAD", "GET"] {
            answer = probe_with(method, request, mode, redirect, slot).await;
            let is_sure = matches!(answer, Answer::None | Answer::Other);
            if is_sure || request.method() != "GET" {
                break;
            }
        }
        answer
    })
}

async fn probe_with(
    method: &str,
    request: &Request,
    mode: &str,
    redirect: &str,
    slot: &ResponseSlot,
) -> Answer {
    let init = RequestInit::new();
    let options = [
        ("method", method),
        ("mode", mode),
        ("redirect", redirect),
        ("credentials", "same-origin"),
        ("cache", "no-store"),
    ];
    for (name, value) in options {
        sys::set_option(&init, name, value);
    }
    let abort = slot.next_controller();
    let signal = abort.as_ref().map(AbortController::signal);
    sys::set_option(&init, "signal", signal);
    let Ok(request) = Request::new_with_str_and_init(&request.url(), &init) else {
        return Answer::None;
    };
    let is_late = Rc::<Cell<bool>>::default();
    let late = Rc::clone(&is_late);
    let _timeout = Timeout::new(PROBE_TIME, move || {
        late.set(true);
        if let Some(abort) = abort {
            abort.abort();
        }
    });
    let answer = match sys::fetch(&request, &RequestInit::new()).await {
        Ok(response) => match &*sys::property(&response, "type").unwrap_or_default() {
            "opaqueredirect" => Answer::Redirect,
            "opaque" => Answer::Opaque,
            _ => Answer::Other,
        },
        Err(_) if is_late.get() => Answer::Late,
        Err(_) => Answer::None,
    };
    // The rest of the response is not needed.
    slot.abort();
    answer
}
