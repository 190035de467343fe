//! URLs and origins.

use js_sys::Reflect;
use web_sys::Url;

use super::exception::property;

/// The [origin] of the page or worker; `None` on a server.
///
/// [origin]: https://html.spec.whatwg.org/multipage/webappapis.html#dom-origin
fn own_origin() -> Option<String> {
    property(&js_sys::global(), "origin")
}

/// Whether this absolute URL has another origin than the page or worker.
pub(crate) fn is_of_another_origin(url: &str) -> bool {
    own_origin().is_some_and(|origin| origin != origin_of(url))
}

/// Whether this URL, relative or not, can be resolved.
pub(crate) fn can_be_resolved(url: &str) -> bool {
    let location = Reflect::get(&js_sys::global(), &"location".into());
    let base = location
        .ok()
        .and_then(|location| property(&location, "href"));
    let base = base.unwrap_or_default();
    Url::new(url).is_ok() || Url::new_with_base(url, &base).is_ok()
}

/// The origin of an absolute URL.
pub(crate) fn origin_of(url: &str) -> String {
    Url::new(url).map(|url| url.origin()).unwrap_or_default()
}

/// Whether the page or worker was loaded by `https:`.
pub(crate) fn page_is_secure() -> bool {
    own_origin().is_some_and(|origin| origin.starts_with("https:"))
}
