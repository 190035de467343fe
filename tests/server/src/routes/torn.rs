//! A feed that is cut again and again, after any byte, and in the end is whole.

use std::ops::RangeInclusive;

use axum::{
    Extension,
    extract::{Path, Query},
    response::Response,
};
use bytes::{BufMut, Bytes, BytesMut};
use serde::Deserialize;

use super::{endings::numbered, volume::CHUNK};
use crate::{client::Client, sse, stream::Ending};

/// The bytes of a numbered event beside its number, which is in it twice.
const BESIDE_THE_NUMBER: u64 = "id: \ndata: {\"n\":}\n\n".len() as u64;

#[derive(Deserialize)]
pub(super) struct Tear {
    cuts: Option<u64>,
    seed: Option<u64>,
}

pub(super) async fn torn(
    Extension(client): Extension<Client>,
    Path(total): Path<u64>,
    Query(tear): Query<Tear>,
) -> Response {
    let mut numbers = client.next_id()..=total;
    let cuts = tear.cuts.unwrap_or(100);
    // This one too, which is the first request if no cut was made yet.
    let cuts_left = cuts.saturating_sub(client.number - 1);
    let random = random(tear.seed.unwrap_or(1), client.number);
    let cut = cut_after(length_of(&numbers), cuts_left, random);
    client.stream(move |output| async move {
        let mut left = cut.unwrap_or(u64::MAX);
        loop {
            let mut chunk = next_chunk(&mut numbers);
            if chunk.is_empty() {
                break;
            }
            if chunk.len() as u64 >= left {
                // It is less than the chunk's length.
                chunk.truncate(left as usize);
                output.write(chunk).await;
                return Ending::Cut;
            }
            left -= chunk.len() as u64;
            output.write(chunk).await;
        }
        output.write(sse::close_event()).await;
        Ending::End
    })
}

/// Takes as many events as are written at once.
fn next_chunk(numbers: &mut RangeInclusive<u64>) -> Bytes {
    let mut chunk = BytesMut::with_capacity(CHUNK + 64);
    while chunk.len() < CHUNK {
        let Some(n) = numbers.next() else { break };
        chunk.put(numbered("message", n));
    }
    chunk.freeze()
}

/// After how many of the bytes that are left of the feed the response is cut, if at all.
///
/// That is anything up to twice an even share, of which the last response, the whole one, has one
/// too. So there is always something left for the cuts to come, unless there is nothing at all.
fn cut_after(bytes_left: u64, cuts_left: u64, random: u64) -> Option<u64> {
    if bytes_left == 0 || cuts_left == 0 {
        return None;
    }
    let shares = u128::from(cuts_left) + 1;
    let most = (2 * u128::from(bytes_left) / shares).max(1);
    // Both are 64 bits at most: `most` is not above `bytes_left`, as there are two shares or more.
    let drawn = (u128::from(random) * most) >> 64;
    Some(drawn as u64 + 1)
}

/// The bytes of all the events of these numbers, which start from 1 or above.
fn length_of(numbers: &RangeInclusive<u64>) -> u64 {
    let (mut from, last) = (*numbers.start(), *numbers.end());
    let mut length = 0_u64;
    while from <= last {
        let digits = from.ilog10() + 1;
        // Up to where the numbers have so many digits.
        let to = 10_u64
            .checked_pow(digits)
            .map_or(last, |next| last.min(next - 1));
        let each = BESIDE_THE_NUMBER + 2 * u64::from(digits);
        length = length.saturating_add((to - from).saturating_add(1).saturating_mul(each));
        from = match to.checked_add(1) {
            Some(next) => next,
            None => break,
        };
    }
    length
}

/// A step of SplitMix64: the same for the same seed and number, and like nothing else.
fn random(seed: u64, number: u64) -> u64 {
    let state = seed.wrapping_add(number.wrapping_mul(0x9E37_79B9_7F4A_7C15));
    let mixed = (state ^ (state >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    mixed ^ (mixed >> 31)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_length_is_that_of_the_events() {
        for numbers in [
            RangeInclusive::new(1, 0),
            1..=1,
            5..=12,
            9..=10,
            98..=10_001,
        ] {
            let events = numbers.clone().map(|n| numbered("message", n).len() as u64);
            assert_eq!(length_of(&numbers), events.sum::<u64>(), "{numbers:?}");
        }
        assert_eq!(length_of(&(1..=u64::MAX)), u64::MAX);
    }

    #[test]
    fn all_cuts_come_before_the_feed_is_used_up_whatever_is_drawn() {
        let whole = length_of(&(1..=100_000));
        for seed in 0..1000 {
            let mut left = whole;
            for number in 1..=100 {
                let drawn = random(seed, number);
                let cut = cut_after(left, 101 - number, drawn).expect("a cut");
                assert!((1..=left).contains(&cut));
                left -= cut;
                assert!(left > 0 || number == 100);
            }
            assert_eq!(cut_after(left, 0, 7), None);
        }
        let mut left = whole;
        for cuts_left in (2..=100).rev() {
            left -= cut_after(left, cuts_left, u64::MAX).expect("a cut");
            assert!(left > 0);
        }
    }

    #[test]
    fn a_feed_that_is_used_up_is_not_cut() {
        assert_eq!(cut_after(0, 5, 7), None);
        assert_eq!(cut_after(1, 5, u64::MAX), Some(1));
        assert_eq!(cut_after(u64::MAX, 1, u64::MAX), Some(u64::MAX));
    }
}
