//! What test programs print, read back as numbers.
//!
//! libtest (on the host) and wasm-bindgen-test (in browsers) print the same lines. Whatever is
//! missing in them counts as a failure: a suite that was skipped, crashed or ran into a time
//! limit must never look like one that passed.

use std::ops::AddAssign;

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    pub passed: u32,
    pub failed: u32,
    pub ignored: u32,
}

impl Counts {
    /// How many tests really ran.
    pub fn run(self) -> u32 {
        self.passed + self.failed
    }

    /// How many there are, with those that said themselves that they cannot be had here.
    pub fn known(self) -> u32 {
        self.run() + self.ignored
    }
}

impl AddAssign for Counts {
    fn add_assign(&mut self, other: Self) {
        self.passed += other.passed;
        self.failed += other.failed;
        self.ignored += other.ignored;
    }
}

/// What the output of test programs says.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Printed<'t> {
    /// The sum of all `test result:` lines.
    pub counts: Counts,
    /// How many such lines there were.
    pub results: u32,
    /// The sum of all `running N tests` lines.
    pub announced: u32,
    /// The lines `test NAME ... ok`.
    pub single_passed: u32,
    /// Whether the runner said that nothing matched.
    pub nothing_to_run: bool,
    /// The test that was started last, where the runner tells (it does for a suite that hangs).
    pub last_started: Option<&'t str>,
    /// What was said of the tests that failed: their names, and why.
    pub failures: Vec<&'t str>,
}

pub fn read(output: &str) -> Printed<'_> {
    let mut printed = Printed::default();
    // Libtest and wasm-bindgen-test tell why a test failed at the end, our own runners at once.
    let mut tells_at_the_end = false;
    let mut tells_at_once = false;
    for whole in output.lines().map(str::trim_end) {
        let line = whole.trim_start();
        let is_verdict = line.starts_with("test ");
        if is_verdict {
            tells_at_the_end &= !line.starts_with("test result: ");
            tells_at_once = line.ends_with("... FAIL") || line.ends_with("... FAILED");
        } else if line == "failures:" {
            tells_at_the_end = true;
        }
        let is_reason = tells_at_once && (is_verdict || whole.starts_with("    "));
        if !line.is_empty() && (tells_at_the_end || is_reason) {
            printed.failures.push(whole);
        }
        if let Some(rest) = line.strip_prefix("test result: ") {
            printed.results += 1;
            printed.counts += Counts {
                passed: number_before(rest, " passed"),
                failed: number_before(rest, " failed"),
                ignored: number_before(rest, " ignored"),
            };
        } else if line.starts_with("running ")
            && (line.ends_with(" tests") || line.ends_with(" test"))
        {
            printed.announced += number_before(line, " test");
        } else if line.starts_with("test ") && line.ends_with("... ok") {
            printed.single_passed += 1;
        } else if let Some(name) = line.strip_prefix("Invoking test: ") {
            printed.last_started = Some(name);
        } else if line == "no tests to run!" {
            printed.nothing_to_run = true;
        }
    }
    printed
}

/// The number that stands before `word`, or 0.
fn number_before(text: &str, word: &str) -> u32 {
    let Some((before, _)) = text.split_once(word) else {
        return 0;
    };
    let digits = before.rsplit(|c: char| !c.is_ascii_digit()).next();
    digits.and_then(|d| d.parse().ok()).unwrap_or(0)
}

/// How the run of one browser suite is to be judged.
#[derive(Debug, PartialEq, Eq)]
pub struct Verdict {
    pub counts: Counts,
    /// Why it failed, if it did.
    pub problem: Option<String>,
}

/// Judges one suite (one test program) by what was printed and how the program ended: `None` when
/// it had to be ended, else whether it succeeded.
pub fn judge(printed: &Printed<'_>, ended: Option<bool>, filtered: bool) -> Verdict {
    let mut counts = printed.counts;
    let mut problem = None;
    if printed.results > 1 {
        problem = Some(format!("gave {} results instead of one", printed.results));
    } else if printed.results == 0 && printed.nothing_to_run && filtered && ended == Some(true) {
        // The filter names tests of the other suite.
    } else if printed.results == 0 {
        // Those that passed are known one by one; all others that were announced did not.
        counts.passed = printed.single_passed;
        counts.failed = printed
            .announced
            .saturating_sub(printed.single_passed)
            .max(1);
        problem = Some(match (ended, printed.announced, printed.last_started) {
            (None, _, _) => "took too long and was ended".to_string(),
            (_, 0, _) => "ran no test".to_string(),
            (_, _, Some(name)) => format!("gave no result; it broke off or hangs in {name}"),
            (_, _, None) => "broke off before its result".to_string(),
        });
    } else if counts.failed > 0 {
        problem = Some(format!("{} failed", counts.failed));
    } else if ended != Some(true) {
        problem = Some("ended with an error, though no test failed".to_string());
    } else if counts.run() == 0 && !filtered {
        problem = Some("ran no test".to_string());
    }
    if problem.is_some() {
        counts.failed = counts.failed.max(1);
    }
    Verdict { counts, problem }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PASSED: &str = "\
Running headless tests in Chrome on `http://127.0.0.1:43271/`
running 3 tests
test web::order_is_kept ... ok
test web::default_name_is_message ... ok
test web::slow ... ignored

test result: ok. 2 passed; 0 failed; 1 ignored; 0 filtered out; finished in 1.24s
";

    const TIMED_OUT: &str = "\
running 3 tests
test web::order_is_kept ... ok
Failed to detect test as having been run. It might have timed out.
console output:
    Invoking test: web::order_is_kept
    Invoking test: web::never_ends
Error: some tests failed
";

    fn problem(output: &str, ended: Option<bool>) -> (Counts, String) {
        let verdict = judge(&read(output), ended, false);
        (verdict.counts, verdict.problem.unwrap_or_default())
    }

    fn counts(passed: u32, failed: u32, ignored: u32) -> Counts {
        Counts {
            passed,
            failed,
            ignored,
        }
    }

    #[test]
    fn a_suite_that_passed_has_no_problem() {
        assert_eq!(
            problem(PASSED, Some(true)),
            (counts(2, 0, 1), String::new())
        );
    }

    #[test]
    fn the_results_of_several_host_programs_are_added() {
        let line = "test result: ok. 3 passed; 0 failed; 1 ignored; 0 measured; 5 filtered out; finished in 0.00s";
        let output = format!("running 4 tests\n{line}\nrunning 1 test\n{line}\n");
        let printed = read(&output);
        assert_eq!(printed.counts, counts(6, 0, 2));
        assert_eq!((printed.results, printed.announced), (2, 5));
    }

    #[test]
    fn failures_are_counted() {
        let output =
            "running 3 tests\ntest result: FAILED. 1 passed; 2 failed; 0 ignored; 0 filtered out\n";
        assert_eq!(
            problem(output, Some(false)),
            (counts(1, 2, 0), "2 failed".into())
        );
    }

    #[test]
    fn what_is_said_of_failures_is_kept_wherever_it_is_said() {
        let at_the_end = "\
test a::fails ... FAIL
test a::passes ... ok

failures:

---- a::fails output ----
    JS exception that was thrown:
        Error: 1 is not 2

failures:

    a::fails

test result: FAILED. 1 passed; 1 failed; 0 ignored
    More.
";
        let kept = [
            "test a::fails ... FAIL",
            "failures:",
            "---- a::fails output ----",
            "    JS exception that was thrown:",
            "        Error: 1 is not 2",
            "failures:",
            "    a::fails",
        ];
        assert_eq!(read(at_the_end).failures, kept);
        let at_once = "\
test a case ... FAILED
    1 is not 2
test another ... ok
    noise
test result: FAILED. 1 passed; 1 failed; 0 ignored
";
        let kept = ["test a case ... FAILED", "    1 is not 2"];
        assert_eq!(read(at_once).failures, kept);
        assert!(read(PASSED).failures.is_empty());
    }

    #[test]
    fn a_suite_that_was_skipped_in_silence_failed() {
        let (counts_, why) = problem("Finished in 0.1s\n", Some(true));
        assert_eq!((counts_, why.as_str()), (counts(0, 1, 0), "ran no test"));
        let (counts_, why) = problem("no tests to run!\n", Some(true));
        assert_eq!((counts_, why.as_str()), (counts(0, 1, 0), "ran no test"));
    }

    #[test]
    fn tests_without_a_result_failed() {
        let (counts_, why) = problem(TIMED_OUT, Some(false));
        assert_eq!(
            (counts_, why.as_str()),
            (
                counts(1, 2, 0),
                "gave no result; it broke off or hangs in web::never_ends"
            )
        );
        let (counts_, why) = problem(TIMED_OUT, None);
        assert_eq!(
            (counts_, why.as_str()),
            (counts(1, 2, 0), "took too long and was ended")
        );
    }

    #[test]
    fn an_error_after_passing_tests_is_a_failure() {
        let (counts_, why) = problem(PASSED, Some(false));
        assert_eq!((counts_.failed, why.is_empty()), (1, false));
    }

    #[test]
    fn with_a_filter_a_suite_may_have_nothing_to_run() {
        let verdict = judge(&read("no tests to run!\n"), Some(true), true);
        assert_eq!(
            verdict,
            Verdict {
                counts: counts(0, 0, 0),
                problem: None
            }
        );
    }
}
