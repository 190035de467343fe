//! The header [`Retry-After`]: seconds, or a date in one of the three formats of HTTP.
//!
//! The crate `httpdate` reads these dates as well. Measured alone, as wasm with `opt-level = "s"` after
//! `wasm-opt -Oz`, it has 6.7 KB (3.1 KB with gzip), and the function here 1.0 KB (0.6 KB), which every app over
//! `fetch()` links.
//!
//! [`Retry-After`]: https://www.rfc-editor.org/rfc/rfc9110.html#name-retry-after

/// The milliseconds to wait, from the value of `Retry-After`. `None` if the value is not valid.
///
/// A date is compared with the server's own clock, from the response's header `Date`, because the clock of the
/// device may be wrong. If the page cannot read that header, it is compared with `now`, in milliseconds since
/// 1970.
pub(crate) fn retry_after(value: &str, date: Option<&str>, now: f64) -> Option<u64> {
    // Header values have no spaces around them.
    if let Some(seconds) = number(value.as_bytes()) {
        return Some(u64::from(seconds) * 1000);
    }
    let then = http_date(value, now)?;
    let now = date.and_then(|date| http_date(date, now)).unwrap_or(now);
    // A date that has passed gives 0.
    Some((then - now) as u64)
}

/// `None` if there is anything but digits. A number that is too large becomes the largest.
fn number(digits: &[u8]) -> Option<u32> {
    let mut number = None;
    for byte in digits {
        let digit = byte.is_ascii_digit().then(|| byte - b'0')?;
        let before = number.unwrap_or(0u32);
        number = Some(before.saturating_mul(10).saturating_add(digit.into()));
    }
    number
}

const MONTHS: &[u8; 36] = b"JanFebMarAprMayJunJulAugSepOctNovDec";

const DAY: f64 = 86_400_000.0;

/// An HTTP date, in milliseconds since 1970. `now` decides which century a year of two digits belongs to.
///
/// The formats have the same five numbers. In two of them the month is behind the day, and the year is the
/// second number; in the third format, of C's `asctime`, the month is the first of all, and the year the last:
/// - `Sun, 06 Nov 1994 08:49:37 GMT`
/// - `Sunday, 06-Nov-94 08:49:37 GMT`
/// - `Sun Nov  6 08:49:37 1994`
#[inline(never)]
fn http_date(text: &str, now: f64) -> Option<f64> {
    let mut numbers = [0; 5];
    let mut found = 0;
    // The number of the month, and how many numbers come before it.
    let mut month = None;
    for word in text.as_bytes().split(|byte| b" ,-:".contains(byte)) {
        if let Some(number) = number(word) {
            *numbers.get_mut(found)? = number;
            found += 1;
        } else if let Some(at) = MONTHS.chunks_exact(3).position(|name| name == word) {
            month = Some((at as u32, found));
        }
    }
    let (month, before) = month?;
    if before == 0 {
        // The year is the last number.
        numbers[1..].rotate_right(1);
    }
    let [day, year, hour, minute, second] = numbers;
    let in_range = matches!(day, 1..=31) && hour < 24 && minute < 60 && second <= 60;
    if found < 5 || year > 9999 || !in_range {
        return None;
    }
    let clock = f64::from((hour * 60 + minute) * 60 + second) * 1000.0;
    if year >= 100 {
        return Some(days(year, month, day) * DAY + clock);
    }
    let date = days(2000 + year, month, day) * DAY + clock;
    // A date more than 50 years ahead is one of the past.
    if date - now > 50.0 * 365.25 * DAY {
        return Some(date - 36_525.0 * DAY);
    }
    Some(date)
}

/// The days from 1970 to this date; the month is from 0. Years begin in March here, so that the leap day is
/// the last day of a year.
fn days(year: u32, month: u32, day: u32) -> f64 {
    let (month, year) = match month {
        0 | 1 => (month + 10, year.saturating_sub(1)),
        _ => (month - 2, year),
    };
    let days = year * 365 + year / 4 - year / 100 + year / 400 + (month * 153 + 2) / 5 + day;
    f64::from(days) - 719_469.0
}

#[cfg(all(test, not(target_arch = "wasm32")))]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// 2026-11-26 00:00:00.
    const NOW: f64 = 1_795_651_200_000.0;

    #[test]
    fn seconds_are_read() {
        assert_eq!(retry_after("120", None, NOW), Some(120_000));
        assert_eq!(retry_after("0", None, NOW), Some(0));
        assert_eq!(
            retry_after("99999999999", None, NOW),
            Some(u64::from(u32::MAX) * 1000)
        );
    }

    #[test]
    fn the_three_formats_of_dates_are_read() {
        for date in [
            "Sun, 06 Nov 1994 08:49:37 GMT",
            "Sunday, 06-Nov-94 08:49:37 GMT",
            "Sun Nov  6 08:49:37 1994",
        ] {
            assert_eq!(http_date(date, NOW), Some(784_111_777_000.0), "{date}");
        }
    }

    #[test]
    fn a_year_of_two_digits_is_at_most_50_years_ahead() {
        let ahead = http_date("Sunday, 01-Nov-76 00:00:00 GMT", NOW);
        assert_eq!(ahead, http_date("Sun, 01 Nov 2076 00:00:00 GMT", NOW));
        let past = http_date("Sunday, 01-Nov-77 00:00:00 GMT", NOW);
        assert_eq!(past, http_date("Sun, 01 Nov 1977 00:00:00 GMT", NOW));
    }

    #[test]
    fn a_date_is_compared_with_the_clock_of_the_server_and_else_of_the_device() {
        let then = "Thu, 26 Nov 2026 00:02:00 GMT";
        assert_eq!(retry_after(then, None, NOW), Some(120_000));
        let date = Some("Thu, 26 Nov 2026 00:01:30 GMT");
        assert_eq!(retry_after(then, date, NOW), Some(30_000));
        assert_eq!(retry_after(then, Some("now"), NOW), Some(120_000));
        assert_eq!(
            retry_after("Wed, 25 Nov 2026 00:00:00 GMT", None, NOW),
            Some(0)
        );
    }

    #[test]
    fn what_is_neither_gives_none() {
        for value in [
            "",
            " ",
            "soon",
            "-1",
            "1.5",
            "12 s",
            "Sun, 06 Nov 1994 GMT",
            "Sun, 06 Nov 1994 08:49:37 GMT 1",
            "Sun, 00 Nov 1994 08:49:37 GMT",
            "Sun, 06 Nov 1994 24:49:37 GMT",
            "Sun, 06 Nov 19940 08:49:37 GMT",
            "Sun, 06 Nox 1994 08:49:37 GMT",
            "Sun, 06 Nov 1994 08:4x:37 GMT",
        ] {
            assert_eq!(retry_after(value, None, NOW), None, "{value}");
        }
    }

    /// Days before each month of a common year.
    const BEFORE: [u64; 12] = [0, 31, 59, 90, 120, 151, 181, 212, 243, 273, 304, 334];
    const NAMES: [&str; 12] = [
        "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
    ];
    const WEEKDAYS: [&str; 7] = [
        "Thursday",
        "Friday",
        "Saturday",
        "Sunday",
        "Monday",
        "Tuesday",
        "Wednesday",
    ];

    fn is_leap(year: u64) -> bool {
        year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400))
    }

    /// Writes a time in the three formats, by counting the years and months from 1970.
    fn written(seconds: u64) -> [String; 3] {
        let (mut day, clock) = (seconds / 86_400, seconds % 86_400);
        let weekday = WEEKDAYS[(day % 7) as usize];
        let mut year = 1970;
        while day >= 365 + u64::from(is_leap(year)) {
            day -= 365 + u64::from(is_leap(year));
            year += 1;
        }
        let starts = |month: usize| BEFORE[month] + u64::from(month > 1 && is_leap(year));
        let month = (0..12).rev().find(|month| starts(*month) <= day).unwrap();
        let day = day - starts(month) + 1;
        let (short, month) = (&weekday[..3], NAMES[month]);
        let (hour, minute, second) = (clock / 3600, clock / 60 % 60, clock % 60);
        let time = format!("{hour:02}:{minute:02}:{second:02}");
        [
            format!("{short}, {day:02} {month} {year} {time} GMT"),
            format!("{weekday}, {day:02}-{month}-{:02} {time} GMT", year % 100),
            format!("{short} {month} {day:2} {time} {year}"),
        ]
    }

    proptest! {
        #[test]
        fn every_date_is_read_as_it_was_written(seconds in 0u64..253_402_300_800) {
            let [fixed, short_year, asctime] = written(seconds);
            let millis = seconds as f64 * 1000.0;
            prop_assert_eq!(http_date(&fixed, NOW), Some(millis));
            prop_assert_eq!(http_date(&asctime, NOW), Some(millis));
            let read = http_date(&short_year, NOW).unwrap();
            prop_assert!(read - NOW <= 50.0 * 365.25 * DAY && NOW - read < 50.01 * 365.25 * DAY);
            if (NOW - millis).abs() < 49.0 * 365.25 * DAY {
                prop_assert_eq!(read, millis);
            }
        }

        #[test]
        fn no_text_makes_it_panic(text: String, date: Option<String>, now: f64) {
            retry_after(&text, date.as_deref(), now);
        }

        #[test]
        fn no_text_that_is_like_a_date_makes_it_panic(text in "[JanFebMr0-9 :,-]{0,40}") {
            retry_after(&text, None, NOW);
        }

        #[test]
        fn seconds_are_read_up_to_any_number(seconds: u32) {
            let millis = u64::from(seconds) * 1000;
            prop_assert_eq!(retry_after(&seconds.to_string(), None, NOW), Some(millis));
        }
    }
}
