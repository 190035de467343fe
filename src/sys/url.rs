//! URLs, resolved as the page or worker resolves them.

use js_sys::Reflect;
use web_sys::Url;

use super::exception::property;

/// The URL of the page or worker.
fn base_url() -> Option<String> {
    let location = Reflect::get(&js_sys::global(), &"location".into()).ok()?;
    property(&location, "href")
}

/// The URL, resolved against the one of the page or worker.
pub(crate) fn parse_url(url: &str) -> Option<Url> {
    match base_url() {
        Some(base) => Url::new_with_base(url, &base).ok(),
        None => Url::new(url).ok(),
    }
}

/// Whether the URL has another origin than the page or worker.
pub(crate) fn is_of_another_origin(url: &str) -> bool {
    let origin = parse_url(url).map(|url| url.origin());
    base_url().is_some_and(|base| Some(origin_of(&base)) != origin)
}

/// The origin of an absolute URL; empty if the URL cannot be parsed.
pub(crate) fn origin_of(url: &str) -> String {
    Url::new(url).map(|url| url.origin()).unwrap_or_default()
}

/// Whether the page or worker came over HTTPS.
pub(crate) fn page_is_secure() -> bool {
    base_url().is_some_and(|base| base.starts_with("https:"))
}
