//! The events of the machine, as an enum: its variants are their names.

use std::fmt;

use serde::Deserialize;

pub const GIB: f64 = (1_u64 << 30) as f64;

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
                let cores: Vec<_> = cores.iter().map(Percent::to_string).collect();
                f.write_str(&cores.join(" · "))
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_reading_says_in_words_what_it_is() {
        let cores = [12.5, 100.0].map(|number| Percent::try_from(number).unwrap());
        let (at, cores) = (7, cores.to_vec());
        let (total, used) = (24 << 30, 3 << 29);
        let (one, five, fifteen) = (1.0, 0.256, 0.0);
        let cpu = Reading::Cpu { at, cores };
        let memory = Reading::Memory { at, total, used };
        let load = Reading::Load {
            at,
            one,
            five,
            fifteen,
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
