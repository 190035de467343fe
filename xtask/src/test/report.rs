//! What a run of the tests leaves to say: what failed and why, how many tests ran where, and how
//! many seconds each step took.

use crate::process::Finished;
use crate::results::{self, Counts};
use crate::say;
use anyhow::Result;
use std::collections::BTreeMap;
use std::process::ExitCode;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

/// How many lines about one failure are printed again at the end.
const DETAIL_LINES: usize = 60;

/// Steps may run at the same time; each adds what it has to say here.
pub struct Report {
    started: Instant,
    entries: Mutex<Entries>,
}

#[derive(Default)]
struct Entries {
    failures: Vec<Failure>,
    /// How many of the failures are in no test program's count: checks, builds.
    uncounted: u32,
    /// The tests that ran on the host and in each engine.
    counts: BTreeMap<String, Counts>,
    seconds: Vec<(String, Duration)>,
}

struct Failure {
    what: String,
    details: Vec<String>,
}

impl Report {
    pub fn new() -> Self {
        Self {
            started: Instant::now(),
            entries: Mutex::default(),
        }
    }

    fn entries(&self) -> MutexGuard<'_, Entries> {
        self.entries.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Announces a step and times it. If it fails, that is noted, and the run goes on without its
    /// result.
    pub fn step<T>(&self, name: &str, work: impl FnOnce() -> Result<T>) -> Option<T> {
        say::step(name);
        let outcome = self.timed(name, work);
        self.keep(name, outcome)
    }

    /// The result of what was done, if it succeeded; else its error is noted.
    pub fn keep<T>(&self, name: &str, outcome: Result<T>) -> Option<T> {
        outcome
            .map_err(|error| self.note(format!("{name}: {error:#}")))
            .ok()
    }

    /// Runs a program of tests as a step. `place` is where its tests are counted: an engine, or the
    /// host. A run with a `filter` may have nothing to do.
    pub fn tests(
        &self,
        place: &str,
        name: &str,
        filtered: bool,
        run: impl FnOnce() -> Result<Finished>,
    ) {
        let Some(done) = self.step(name, run) else {
            return;
        };
        let succeeded = done.status.map(|status| status.success());
        let printed = results::read(&done.output);
        let verdict = results::judge(&printed, succeeded, filtered);
        if let Some(problem) = verdict.problem {
            self.note_counted(format!("{name}: {problem}"), &printed.failures);
        }
        let Counts {
            passed,
            failed,
            ignored,
        } = verdict.counts;
        say::notice(format!(
            "{name}: {passed} passed, {failed} failed, {ignored} ignored"
        ));
        self.count(place, verdict.counts);
    }

    /// Runs the tests of the host, many programs of tests in a row.
    pub fn host_tests(&self, place: &str, name: &str, run: impl FnOnce() -> Result<Finished>) {
        let Some(done) = self.step(name, run) else {
            return;
        };
        let printed = results::read(&done.output);
        let mut counts = printed.counts;
        if !done.status.is_some_and(|status| status.success()) {
            counts.failed = counts.failed.max(1);
            self.note_counted(name, &printed.failures);
        }
        self.count(place, counts);
    }

    pub fn timed<T>(&self, name: &str, work: impl FnOnce() -> T) -> T {
        let started = Instant::now();
        let result = work();
        let seconds = (name.to_owned(), started.elapsed());
        self.entries().seconds.push(seconds);
        result
    }

    pub fn count(&self, place: &str, counts: Counts) {
        let mut entries = self.entries();
        *entries.counts.entry(place.to_owned()).or_default() += counts;
    }

    /// Notes a failure that no test program counts.
    pub fn note(&self, what: impl Into<String>) {
        self.entries().uncounted += 1;
        self.note_counted(what, &[]);
    }

    /// Notes failed tests whose number is counted, with what was printed about them.
    pub fn note_counted(&self, what: impl Into<String>, details: &[&str]) {
        let what = what.into();
        eprintln!("failed: {what}");
        let details = details.iter().map(ToString::to_string).collect();
        self.entries().failures.push(Failure { what, details });
    }

    /// An engine that ran nothing, or fewer tests than another, has not been tested.
    pub fn compare(&self, engines: impl Iterator<Item = String>) {
        let known: Vec<(String, Counts)> = {
            let entries = self.entries();
            engines
                .map(|engine| {
                    let counts = entries.counts.get(&engine).copied();
                    (engine, counts.unwrap_or_default())
                })
                .collect()
        };
        let most = known.iter().map(|(_, counts)| counts.known()).max();
        for (engine, counts) in known {
            if counts.run() == 0 {
                self.note(format!("{engine}: no test ran"));
            } else if Some(counts.known()) < most {
                self.note(format!(
                    "{engine}: there were {} tests, but {} in another engine",
                    counts.known(),
                    most.unwrap_or_default()
                ));
            }
        }
    }

    /// Prints the seconds of each step, the failures, a line for each place, and the sum as the
    /// last line.
    pub fn print(self) -> ExitCode {
        let elapsed = self.started.elapsed();
        let Entries {
            failures,
            uncounted,
            counts,
            mut seconds,
        } = self
            .entries
            .into_inner()
            .unwrap_or_else(PoisonError::into_inner);
        println!("\nseconds of each step (some run at the same time):");
        seconds.sort_by_key(|(_, took)| std::cmp::Reverse(*took));
        for (name, took) in &seconds {
            println!("{:>7.1}  {name}", took.as_secs_f32());
        }
        println!("{:>7.1}  from beginning to end\n", elapsed.as_secs_f32());
        for Failure { what, details } in &failures {
            println!("failed: {what}");
            for line in details.iter().take(DETAIL_LINES) {
                println!("    {line}");
            }
            if details.len() > DETAIL_LINES {
                println!("    (and more, see above)");
            }
        }
        let mut sum = Counts::default();
        for (place, counts) in counts {
            sum += counts;
            println!(
                "{place}: {} tests run, {} passed, {} failed",
                counts.run(),
                counts.passed,
                counts.failed
            );
        }
        // A check or a missing engine is no test, but "0 failed" has to mean that nothing failed.
        println!("{} passed, {} failed", sum.passed, sum.failed + uncounted);
        if failures.is_empty() {
            ExitCode::SUCCESS
        } else {
            ExitCode::FAILURE
        }
    }
}
