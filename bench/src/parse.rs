//! The parsers in a page.

use std::hint::black_box;

use bytes::Bytes;
use wasm_bindgen::prelude::*;

use crate::parsers::{CHUNKINGS, CORPORA, PARSERS, check, measure};

/// The names of the parsers, the corpora or the chunkings, in their order.
#[wasm_bindgen]
pub fn parser_names() -> Vec<String> {
    PARSERS.map(|(name, _)| name.to_string()).to_vec()
}

#[wasm_bindgen]
pub fn corpus_names() -> Vec<String> {
    CORPORA.map(|(name, _)| name.to_string()).to_vec()
}

#[wasm_bindgen]
pub fn chunking_names() -> Vec<String> {
    CHUNKINGS.map(|(name, _)| name.to_string()).to_vec()
}

/// Throws unless all find the same.
#[wasm_bindgen]
pub fn check_parsers() -> Result<(), JsError> {
    check().map_err(|difference| JsError::new(&difference))
}

/// What is parsed again and again.
#[wasm_bindgen]
pub struct Corpus(Bytes);

#[wasm_bindgen]
impl Corpus {
    /// `None` for an index that there is not.
    pub fn at(index: usize) -> Option<Corpus> {
        let (_, text) = CORPORA.get(index)?;
        Some(Self(Bytes::from(text())))
    }

    #[wasm_bindgen(getter)]
    pub fn length(&self) -> usize {
        self.0.len()
    }

    /// Parses it so often. The sum of lengths is returned for the sake of having been made.
    pub fn parse(&self, parser: usize, chunking: usize, times: u32) -> Option<f64> {
        let (_, run) = PARSERS.get(parser)?;
        let (_, chunk) = CHUNKINGS.get(chunking)?;
        let lengths = (0..times).map(|_| measure(*run, black_box(&self.0), *chunk) as f64);
        Some(lengths.sum())
    }
}
