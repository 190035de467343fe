//! What the server sends, as enums: their variants are the names of the events.

use std::fmt;

use serde::Deserialize;

const GIB: f64 = (1_u64 << 30) as f64;

/// `event: cpu`, `event: memory` and `event: load`, again and again, and at last `event: close`.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Reading {
    Cpu {
        at: u64,
        cores: Vec<Percent>,
    },
    Memory {
        at: u64,
        total: u64,
        used: u64,
    },
    Load {
        at: u64,
        one: f64,
        five: f64,
        fifteen: f64,
    },
    Close {
        message: String,
    },
}

impl Reading {
    /// When it was taken, in milliseconds since the epoch.
    pub fn at(&self) -> Option<u64> {
        match *self {
            Reading::Cpu { at, .. } | Reading::Memory { at, .. } | Reading::Load { at, .. } => {
                Some(at)
            }
            Reading::Close { .. } => None,
        }
    }
}

impl fmt::Display for Reading {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Reading::Cpu { cores, .. } => {
                for (core, percent) in cores.iter().enumerate() {
                    let before = if core == 0 { "" } else { " · " };
                    write!(f, "{before}{percent}")?;
                }
                Ok(())
            }
            Reading::Memory { used, total, .. } => {
                let (used, total) = (*used as f64, *total as f64);
                write!(f, "{:.2} of {:.1} GiB", used / GIB, total / GIB)
            }
            Reading::Load {
                one, five, fifteen, ..
            } => write!(f, "{one:.2} · {five:.2} · {fifteen:.2}"),
            Reading::Close { message } => f.write_str(message),
        }
    }
}

/// A share from 0 to 100: any other number is as wrong as a text would be.
#[derive(Debug, Clone, Copy, PartialEq, Deserialize)]
#[serde(try_from = "f64")]
pub struct Percent(f64);

impl Percent {
    /// From 0 to 1.
    pub fn share(self) -> f64 {
        self.0 / 100.0
    }
}

impl TryFrom<f64> for Percent {
    type Error = String;

    fn try_from(number: f64) -> Result<Self, String> {
        if (0.0..=100.0).contains(&number) {
            Ok(Percent(number))
        } else {
            Err(format!("{number} is no percentage"))
        }
    }
}

impl fmt::Display for Percent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:.0} %", self.0)
    }
}

/// `event: test`, with the server's time in milliseconds since the epoch.
#[derive(Debug, Clone, Copy, PartialEq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Clock {
    Test(u64),
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_reading_says_in_words_what_it_is() {
        let percent = |number| Percent::try_from(number).unwrap();
        let cpu = Reading::Cpu {
            at: 7,
            cores: vec![percent(12.5), percent(100.0)],
        };
        let memory = Reading::Memory {
            at: 7,
            total: 24 << 30,
            used: 3 << 29,
        };
        let load = Reading::Load {
            at: 7,
            one: 1.0,
            five: 0.256,
            fifteen: 0.0,
        };
        assert_eq!(cpu.to_string(), "12 % · 100 %");
        assert_eq!(memory.to_string(), "1.50 of 24.0 GiB");
        assert_eq!(load.to_string(), "1.00 · 0.26 · 0.00");
    }

    #[test]
    fn a_share_beyond_the_whole_is_refused() {
        for number in [-0.1, 100.1, f64::NAN] {
            assert!(Percent::try_from(number).is_err());
        }
    }
}
