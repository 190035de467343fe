//! Answers told by their status and headers: failures, content types, redirects, cookies.

use std::time::{Duration, SystemTime};

use axum::{
    Extension, Json,
    extract::{Path, Query},
    http::{
        HeaderMap, HeaderValue, StatusCode,
        header::{
            ACCESS_CONTROL_EXPOSE_HEADERS, AUTHORIZATION, CONTENT_TYPE, COOKIE, LOCATION,
            RETRY_AFTER, SET_COOKIE,
        },
    },
    response::{IntoResponse, Response},
};
use bytes::Bytes;
use serde::Deserialize;
use serde_json::json;

use super::{BadRequest, endings::numbered, media_type};
use crate::{
    client::Client,
    sse::{self, Event},
    stream::{Ending, Output},
};

/// The event that ends `/bearer`.
const LAST_WITH_A_TOKEN: u64 = 4;

#[derive(Deserialize)]
pub(super) struct Status {
    #[serde(rename = "type")]
    content_type: Option<String>,
    body: Option<String>,
    after: Option<u64>,
    #[serde(default)]
    hold: bool,
}

pub(super) async fn status(
    Extension(client): Extension<Client>,
    Path(code): Path<u16>,
    Query(parameters): Query<Status>,
) -> Result<Response, BadRequest> {
    let Some(status) = status_of(code) else {
        return Err(BadRequest("a status is from 200 to 599".to_owned()));
    };
    if client.number <= parameters.after.unwrap_or(0) {
        let event = Event::new()
            .id(client.number)
            .json(&json!({ "n": client.number }));
        return Ok(client.stream(move |output| async move {
            output.write(event).await;
            Ending::End
        }));
    }
    if matches!(code, 204 | 205 | 304) {
        return Ok(status.into_response());
    }
    let content_type = parameters.content_type;
    let content_type = media_type(content_type.as_deref().unwrap_or("text/plain"))?;
    let body = parameters.body.unwrap_or_else(|| format!("{status}\n"));
    let body = body.into();
    let hold = parameters.hold;
    Ok(client.stream_as(status, content_type, move |output| say(output, body, hold)))
}

/// The status with this number, if a last response can have it.
fn status_of(code: u16) -> Option<StatusCode> {
    match code {
        200..=599 => StatusCode::from_u16(code).ok(),
        _ => None,
    }
}

#[derive(Deserialize)]
pub(super) struct Statuses {
    codes: String,
    retry_after: Option<u64>,
    #[serde(default)]
    as_date: bool,
}

/// A status for each request in turn, then the close event.
pub(super) async fn statuses(
    Extension(client): Extension<Client>,
    Query(parameters): Query<Statuses>,
) -> Result<Response, BadRequest> {
    let codes = parameters.codes.split(',');
    let codes = codes.map(|code| status_of(code.parse().ok()?));
    let Some(codes) = codes.collect::<Option<Vec<_>>>() else {
        return Err(BadRequest("codes are statuses from 200 to 599".to_owned()));
    };
    let code = codes.get(client.number.saturating_sub(1) as usize);
    let Some(refusal) = code.filter(|code| **code != StatusCode::OK) else {
        let (id, closes) = (client.next_id(), code.is_none());
        return Ok(client.stream(move |output| async move {
            output.write(numbered("message", id)).await;
            if closes {
                output.write(sse::close_event()).await;
            }
            Ending::End
        }));
    };
    let mut response = refusal.into_response();
    if let Some(seconds) = parameters.retry_after {
        let pause = if parameters.as_date {
            let date = SystemTime::now() + Duration::from_secs(seconds);
            HeaderValue::from_str(&httpdate::fmt_http_date(date))
        } else {
            Ok(HeaderValue::from(seconds))
        };
        let pause = pause.map_err(|error| BadRequest(error.to_string()))?;
        let headers = response.headers_mut();
        headers.insert(RETRY_AFTER, pause);
        let readable = HeaderValue::from_static("Retry-After, Date");
        headers.insert(ACCESS_CONTROL_EXPOSE_HEADERS, readable);
    }
    Ok(response)
}

/// Says one thing and ends, or is held open until the client goes.
async fn say(output: Output, bytes: Bytes, hold: bool) -> Ending {
    output.write(bytes).await;
    if hold {
        std::future::pending().await
    }
    Ending::End
}

#[derive(Deserialize)]
pub(super) struct ContentType {
    #[serde(rename = "type")]
    content_type: String,
    #[serde(default)]
    hold: bool,
}

pub(super) async fn content_type(
    Extension(client): Extension<Client>,
    Query(parameters): Query<ContentType>,
) -> Result<Response, BadRequest> {
    let content_type = media_type(&parameters.content_type)?;
    let mut body = Event::new().id(1).json(&json!({ "n": 1 })).to_vec();
    if !parameters.hold {
        body.extend_from_slice(&sse::close_event());
    }
    Ok(
        client.stream_as(StatusCode::OK, content_type, move |output| {
            say(output, body.into(), parameters.hold)
        }),
    )
}

#[derive(Deserialize)]
pub(super) struct Redirect {
    to: String,
    status: Option<u16>,
}

pub(super) async fn redirect(
    Extension(client): Extension<Client>,
    Query(parameters): Query<Redirect>,
) -> Result<Response, BadRequest> {
    let status = match parameters.status {
        None | Some(307) => StatusCode::TEMPORARY_REDIRECT,
        Some(301) => StatusCode::MOVED_PERMANENTLY,
        Some(302) => StatusCode::FOUND,
        Some(303) => StatusCode::SEE_OTHER,
        Some(308) => StatusCode::PERMANENT_REDIRECT,
        Some(_) => {
            let message = "status must be 301, 302, 303, 307 or 308";
            return Err(BadRequest(message.to_owned()));
        }
    };
    let location = local_path(&parameters.to, &client.key_name)?;
    Ok((status, [(LOCATION, location)]).into_response())
}

/// A path on this server, with the key, so that the next request is counted with this one.
fn local_path(to: &str, key: &str) -> Result<HeaderValue, BadRequest> {
    // Browsers read `//host` and `/\host` as another host, and leave tabs and line ends away.
    let local = to.starts_with('/') && !to[1..].starts_with(['/', '\\']);
    let plain = to.bytes().all(|byte| byte.is_ascii_graphic());
    if !local || !plain {
        let message = "to must be a path on this server, such as /live?retry=5";
        return Err(BadRequest(message.to_owned()));
    }
    let (path, query) = to.split_once('?').unwrap_or((to, ""));
    let has_key = form_urlencoded::parse(query.as_bytes()).any(|(name, _)| name == "key");
    let location = if has_key {
        to.to_owned()
    } else {
        form_urlencoded::Serializer::for_suffix(format!("{path}?{query}"), path.len() + 1)
            .append_pair("key", key)
            .finish()
    };
    HeaderValue::from_str(&location).map_err(|error| BadRequest(error.to_string()))
}

#[derive(Deserialize)]
pub(super) struct Bearer {
    prefix: Option<String>,
}

/// Each request needs a token of its own, so that a client that computes its headers only once is
/// turned away.
pub(super) async fn bearer(
    Extension(client): Extension<Client>,
    Query(parameters): Query<Bearer>,
    headers: HeaderMap,
) -> Response {
    let prefix = parameters.prefix.as_deref().unwrap_or("token-");
    let token = format!("{prefix}{}", client.number);
    let wanted = format!("Bearer {token}");
    if headers.get(AUTHORIZATION).map(HeaderValue::as_bytes) != Some(wanted.as_bytes()) {
        let error = json!({ "error": format!("expected {token}") });
        return (StatusCode::UNAUTHORIZED, Json(error)).into_response();
    }
    let id = client.next_id();
    client.stream(move |output| async move {
        output.write(numbered("message", id)).await;
        if id >= LAST_WITH_A_TOKEN {
            output.write(sse::close_event()).await;
        }
        Ending::End
    })
}

pub(super) async fn set_cookie(
    Extension(client): Extension<Client>,
) -> Result<Response, BadRequest> {
    cookie_answer(&client, "")
}

pub(super) async fn clear_cookie(
    Extension(client): Extension<Client>,
) -> Result<Response, BadRequest> {
    cookie_answer(&client, "; Max-Age=0")
}

/// `SameSite=None` would need a secure connection. `Lax` is enough: a page on another port of the
/// same host is of another origin, but of the same site.
fn cookie_answer(client: &Client, more: &str) -> Result<Response, BadRequest> {
    let name = cookie_name(&client.key_name)?;
    let cookie = format!("{name}=yes; Path=/; SameSite=Lax{more}");
    Ok((StatusCode::NO_CONTENT, [(SET_COOKIE, cookie)]).into_response())
}

/// Each key has its own cookie: browsers share cookies between the ports of a host, so tests that
/// run side by side would meet each other's.
fn cookie_name(key: &str) -> Result<String, BadRequest> {
    let fits = |byte: u8| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte);
    if key.bytes().all(fits) {
        Ok(format!("scenario-{key}"))
    } else {
        let message = "here the key names a cookie: letters, digits, '-', '_' and '.' only";
        Err(BadRequest(message.to_owned()))
    }
}

pub(super) async fn require_cookie(
    Extension(client): Extension<Client>,
    headers: HeaderMap,
) -> Result<Response, BadRequest> {
    let wanted = format!("{}=yes", cookie_name(&client.key_name)?);
    let mut pairs = headers
        .get_all(COOKIE)
        .into_iter()
        .flat_map(|line| line.as_bytes().split(|byte| *byte == b';'));
    if !pairs.any(|pair| pair.trim_ascii() == wanted.as_bytes()) {
        let plain = HeaderValue::from_static("text/plain");
        let body = format!("the cookie {wanted} is missing\n");
        let answer = (StatusCode::UNAUTHORIZED, [(CONTENT_TYPE, plain)], body);
        return Ok(answer.into_response());
    }
    Ok(client.stream(|output| async move {
        let event = Event::new().id(1).json(&json!({ "cookie": true }));
        output.write(event).await;
        output.write(sse::close_event()).await;
        Ending::End
    }))
}
