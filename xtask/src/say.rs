//! What the commands say about themselves, on stderr, so that a tool's own output stays its own.

/// Announces a step before it is done: what, and why.
pub fn step(text: impl AsRef<str>) {
    eprintln!("==> {}", text.as_ref());
}

/// Something that was left out or went differently, and that the reader should know.
pub fn notice(text: impl AsRef<str>) {
    eprintln!("notice: {}", text.as_ref());
}
