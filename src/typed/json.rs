//! The data of a [`Frame`] as JSON.

use serde::Deserialize;

use crate::{error::DecodeError, message::Frame};

impl Frame<'_> {
    /// The data, read as JSON. The value may borrow from the frame, so that a callback can look at a `&str`
    /// in it without a copy. [`Text`](crate::Text) takes the raw data.
    ///
    /// It is read by `serde_json`, with the features your app gives it: `float_roundtrip` for floats
    /// that are exact to the last bit, `arbitrary_precision` for numbers of any length.
    ///
    /// # Errors
    ///
    /// [`DecodeError`], with the message, if the data is not JSON or has another shape.
    ///
    /// ```
    /// use serde::Deserialize;
    /// use wasm_eventsource::Frame;
    ///
    /// #[derive(Deserialize)]
    /// struct Tick<'a> {
    ///     symbol: &'a str,
    ///     price: f64,
    /// }
    ///
    /// let frame = Frame::new("tick", r#"{"symbol":"ABC","price":41.5}"#);
    /// let tick: Tick = frame.json()?;
    /// assert_eq!((tick.symbol, tick.price), ("ABC", 41.5));
    /// # Ok::<(), wasm_eventsource::DecodeError>(())
    /// ```
    pub fn json<'s, T: Deserialize<'s>>(&'s self) -> Result<T, DecodeError> {
        super::content(self)
    }

    /// The data, read as JSON into a JavaScript value by the engine's `JSON.parse`: for a value that is
    /// passed on to JavaScript.
    ///
    /// # Errors
    ///
    /// [`DecodeError`], with the message, if the data is not JSON.
    #[cfg(feature = "js")]
    pub fn js_value(&self) -> Result<wasm_bindgen::JsValue, DecodeError> {
        crate::sys::parse_json(self.data())
            .map_err(|reason| DecodeError::new(self.clone(), &reason))
    }

    /// The data, read as JSON by way of a JavaScript value: `JSON.parse`, then `serde_wasm_bindgen`.
    ///
    /// [`json`](Self::json) is the better choice for a type of Rust's: it took a third to a half of
    /// the time, for records of 29 and 102 bytes and an array of 10 KB in three engines, and made the
    /// wasm of a minimal app 2.4 KiB larger (gzip). `cargo xtask bench` measures both;
    /// `BENCHMARKS.md` has the tables. This one is for an app that has `serde_wasm_bindgen` already
    /// and not `serde_json`, and for types made for it.
    ///
    /// Numbers are JavaScript's here: an integer beyond 2⁵³ is not exact. [`Text`](crate::Text) and
    /// [`Envelope`](crate::Envelope) work only with [`json`](Self::json).
    ///
    /// # Errors
    ///
    /// [`DecodeError`], with the message, if the data is not JSON or has another shape.
    #[cfg(feature = "js")]
    pub fn json_by_js<T: serde::de::DeserializeOwned>(&self) -> Result<T, DecodeError> {
        serde_wasm_bindgen::from_value(self.js_value()?)
            .map_err(|reason| DecodeError::new(self.clone(), &reason))
    }
}

#[cfg(all(test, feature = "js"))]
mod tests {
    use super::*;

    #[test]
    fn outside_a_browser_there_are_no_javascript_values_and_no_panic() {
        let frame = Frame::new("tick", "1");
        assert!(
            frame
                .js_value()
                .unwrap_err()
                .reason()
                .contains("no JavaScript")
        );
        assert!(frame.json_by_js::<u8>().is_err());
    }
}
