//! The routes by family, their names in one place, and what they share.

mod answers;
mod breaks;
mod control;
mod endings;
mod feeds;
mod kept;
mod mirrors;
mod reply;
mod still;
mod torn;
mod volume;

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use axum::{
    Router,
    extract::{DefaultBodyLimit, FromRef},
    http::{
        HeaderName, HeaderValue, StatusCode,
        header::{CACHE_CONTROL, CONTENT_SECURITY_POLICY},
    },
    middleware,
    response::{IntoResponse, Response},
    routing::{any, get, post},
};
use tower_http::{
    cors::{self, AllowHeaders, AllowMethods, AllowOrigin, CorsLayer},
    services::ServeDir,
    set_header::{SetResponseHeader, SetResponseHeaderLayer},
};

use crate::{client, counts::Registry, machine::Sampler, server::Options};

/// The most that `/control/{key}/send` takes at once.
const LARGEST_SEND: usize = 64 << 20;

/// The strictest policy for scripts that lets a page compile wasm.
const POLICY: HeaderValue = HeaderValue::from_static("script-src 'self' 'wasm-unsafe-eval'");

/// Together they make a page cross-origin isolated, as browsers call it.
const OPENER: HeaderName = HeaderName::from_static("cross-origin-opener-policy");
const SAME_ORIGIN: HeaderValue = HeaderValue::from_static("same-origin");
const EMBEDDER: HeaderName = HeaderName::from_static("cross-origin-embedder-policy");
const REQUIRE_CORP: HeaderValue = HeaderValue::from_static("require-corp");

/// What the handlers share.
#[derive(Clone, Default, FromRef)]
struct Shared {
    registry: Registry,
    sampler: Sampler,
    kept: kept::Kept,
}

/// All routes. `ROUTES.md` describes them; keep it in step.
pub(crate) fn router(options: &Options) -> Router {
    let shared = Shared::default();
    let mut router = Router::<Shared>::new()
        .route("/counts/{key}", get(control::counts))
        .route("/counts/{key}/wait", get(control::wait))
        .route("/requests/{key}", get(control::requests))
        .route(
            "/control/{key}/send",
            post(control::send).layer(DefaultBodyLimit::max(LARGEST_SEND)),
        )
        .route("/control/{key}/end", post(control::end))
        .route("/control/{key}/close", post(control::close))
        .route("/control/{key}/drop", post(control::cut))
        .route("/control/{key}/refuse", post(control::refuse))
        .route("/routes", get(table));
    if let Some(pkg) = &options.pkg {
        router = router.nest_service("/pkg", ServeDir::new(pkg));
    }
    if let Some(site) = &options.site {
        let strict = ServeDir::new(site.join("csp"));
        let strict = SetResponseHeader::overriding(strict, CONTENT_SECURITY_POLICY, POLICY);
        router = router
            .nest_service("/site/csp", strict)
            .nest_service("/site", ServeDir::new(site));
    }
    router = match &options.www {
        Some(www) if options.isolate => {
            let isolated = SetResponseHeader::overriding(ServeDir::new(www), OPENER, SAME_ORIGIN);
            let isolated = SetResponseHeader::overriding(isolated, EMBEDDER, REQUIRE_CORP);
            router.fallback_service(isolated)
        }
        Some(www) => router.fallback_service(ServeDir::new(www)),
        None => router.route("/", get(table)),
    };
    let no_store = HeaderValue::from_static("no-store");
    // The streams bring CORS of their own. They come first, because of two routers without a
    // fallback axum takes the answer for unknown paths, with its layers, from the second.
    streams(&shared.registry)
        .merge(router.layer(any_origin()))
        .with_state(shared)
        .layer(SetResponseHeaderLayer::if_not_present(
            CACHE_CONTROL,
            no_store,
        ))
}

/// The stream routes. Preflights are counted outside of what answers them, requests inside.
fn streams(registry: &Registry) -> Router<Shared> {
    let counted = middleware::from_fn_with_state(registry.clone(), client::count);
    let preflights = middleware::from_fn_with_state(registry.clone(), client::count_preflight);
    let refused = middleware::from_fn(client::refuse_preflight);
    // `*` allows no credentials, and no `Authorization` header either.
    let anybody = CorsLayer::new()
        .allow_origin(cors::Any)
        .allow_methods(cors::Any)
        .allow_headers(cors::Any);
    // Any method: the fetch transport may also POST for a stream.
    let open = Router::<Shared>::new()
        .route("/time", any(feeds::time))
        .route("/machine", any(feeds::machine))
        .route("/reply", any(reply::reply))
        .route("/tokens/{n}", any(reply::tokens_at_once))
        .route("/finish/{n}", any(endings::finish))
        .route("/comments/{n}", any(endings::comments))
        .route("/end/{n}", any(endings::end))
        .route("/mixed/{n}", any(endings::mixed))
        .route("/resume/{total}", any(endings::resume))
        .route("/torn/{total}", any(torn::torn))
        .route("/status/{code}", any(answers::status))
        .route("/statuses", any(answers::statuses))
        .route("/content-type", any(answers::content_type))
        .route("/redirect", any(answers::redirect))
        .route("/bearer", any(answers::bearer))
        .route("/cookies/set", any(answers::set_cookie))
        .route("/cookies/clear", any(answers::clear_cookie))
        .route("/cookies/required", any(answers::require_cookie))
        .route("/verbatim", any(mirrors::verbatim))
        .route("/kept/{name}", any(kept::kept))
        .route("/headers", any(mirrors::headers))
        .route("/cut/event", any(breaks::cut_event))
        .route("/cut/utf8", any(breaks::cut_utf8))
        .route("/split/utf8", any(breaks::split_utf8))
        .route("/stall", any(breaks::stall))
        .route("/refuse", any(breaks::refuse))
        .route("/never", any(still::never))
        .route("/silent", any(still::silent))
        .route("/live", any(still::silent))
        .route("/named/{name}", any(still::named))
        .route("/burst/{n}", any(volume::burst))
        .route("/flood/{megabytes}", any(volume::flood))
        .route("/huge/{bytes}", any(volume::huge))
        .route_layer(counted.clone())
        .route_layer(any_origin());
    let simple = Router::<Shared>::new()
        .route("/closed/preflight/finish/{n}", any(endings::finish))
        .route_layer(counted.clone())
        .route_layer(any_origin())
        .route_layer(refused.clone());
    let closed = Router::<Shared>::new()
        .route("/closed/finish/{n}", any(endings::finish))
        .route_layer(counted.clone())
        .route_layer(refused);
    let wide_open = Router::<Shared>::new()
        .route("/wide-open/finish/{n}", any(endings::finish))
        .route_layer(counted)
        .route_layer(anybody);
    open.merge(simple)
        .merge(closed)
        .merge(wide_open)
        .route_layer(preflights)
}

/// Pages of any origin may ask for anything, with credentials.
fn any_origin() -> CorsLayer {
    CorsLayer::new()
        .allow_origin(AllowOrigin::mirror_request())
        .allow_methods(AllowMethods::mirror_request())
        .allow_headers(AllowHeaders::mirror_request())
        .allow_credentials(true)
}

/// `/routes`: this server's manual.
async fn table() -> &'static str {
    include_str!("../ROUTES.md")
}

/// A request that cannot be carried out, and why.
#[derive(Debug)]
pub(crate) struct BadRequest(pub(crate) String);

impl IntoResponse for BadRequest {
    fn into_response(self) -> Response {
        (StatusCode::BAD_REQUEST, self.0).into_response()
    }
}

/// A parameter in milliseconds as the period of a timer, which cannot be zero.
fn period(name: &str, milliseconds: u64) -> Result<Duration, BadRequest> {
    const LONGEST: u64 = 24 * 60 * 60 * 1000;
    match milliseconds {
        1..=LONGEST => Ok(Duration::from_millis(milliseconds)),
        _ => Err(BadRequest(format!("{name} must be from 1 to {LONGEST}"))),
    }
}

/// An event name from a parameter.
fn event_name(name: &str) -> Result<&str, BadRequest> {
    if crate::sse::fits_a_field(name) {
        Ok(name)
    } else {
        Err(BadRequest("an event name has no line ends".to_owned()))
    }
}

/// A content type from a parameter.
fn media_type(text: &str) -> Result<HeaderValue, BadRequest> {
    HeaderValue::from_str(text)
        .map_err(|_| BadRequest("type cannot be sent in a header".to_owned()))
}

/// The time in milliseconds since the epoch.
pub(crate) fn now_ms() -> u64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH);
    since.map_or(0, |since| since.as_millis() as u64)
}
