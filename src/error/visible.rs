//! Formats texts and numbers in errors: printable, on one line, and with little code.

use std::fmt::{self, Write};

/// The first 200 characters of a text, with line breaks escaped.
pub(super) struct Line<'a>(pub &'a str);

impl fmt::Display for Line<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        const LONGEST: usize = 200;
        write_visibly(f, self.0, LONGEST, false)
    }
}

/// A text in quotes, as `Debug` writes it. `Debug` would link Unicode's tables of printable characters into
/// every app: 6 KB.
pub(crate) struct Quoted<'a>(pub &'a str);

impl fmt::Display for Quoted<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_char('"')?;
        write_visibly(f, self.0, usize::MAX, true)?;
        f.write_char('"')
    }
}

/// Writes a text, and escapes, as Rust does, characters that would break the line or move the cursor.
fn write_visibly(
    f: &mut fmt::Formatter<'_>,
    text: &str,
    longest: usize,
    in_quotes: bool,
) -> fmt::Result {
    for (at, c) in text.chars().enumerate() {
        if at == longest {
            return write!(f, "… ({} bytes)", Number(text.len() as u64));
        }
        let escape = match c {
            '\n' => "\\n",
            '\r' => "\\r",
            '\t' => "\\t",
            '"' if in_quotes => "\\\"",
            '\\' if in_quotes => "\\\\",
            c if c.is_control() || moves_text(c) => {
                write_code(f, c)?;
                continue;
            }
            c => {
                f.write_char(c)?;
                continue;
            }
        };
        f.write_str(escape)?;
    }
    Ok(())
}

/// Whether the character changes the direction of the text around it, or breaks the line.
fn moves_text(c: char) -> bool {
    matches!(c, '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

/// Writes the code of a character, of four hexadecimal digits at most.
fn write_code(f: &mut fmt::Formatter<'_>, c: char) -> fmt::Result {
    f.write_str("\\u{")?;
    let code = u32::from(c);
    let skipped = (code.leading_zeros() / 4).min(7);
    for place in (0..8 - skipped).rev() {
        let digit = (code >> (4 * place) & 0xF) as u8;
        let zero = if digit < 10 { b'0' } else { b'a' - 10 };
        f.write_char(char::from(zero + digit))?;
    }
    f.write_char('}')
}

/// A number. The standard formatting, with signs, padding and other bases, makes an app with one stream 921
/// bytes larger (`bench/examples/size_stream.rs`, before compression).
pub(crate) struct Number(pub u64);

impl fmt::Display for Number {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (before, digit) = (self.0 / 10, self.0 % 10);
        if before > 0 {
            Number(before).fmt(f)?;
        }
        f.write_char(char::from(b'0' + digit as u8))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quoted_texts_are_written_as_rust_writes_them() {
        for text in [
            "",
            "/sse?a=\"b\\c\"",
            "a\r\n\tb",
            "\u{1b}[1m\u{10}\u{7f}\u{9f}",
            "é 水 🎉",
            "a\u{202e}b\u{2066}\u{61c}\u{200f}\u{2028}",
        ] {
            assert_eq!(Quoted(text).to_string(), format!("{text:?}"));
        }
    }

    #[test]
    fn numbers_are_written_as_rust_writes_them() {
        for number in [0, 7, 10, 1_000_203, u64::MAX] {
            assert_eq!(Number(number).to_string(), number.to_string());
        }
    }
}
