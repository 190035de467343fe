//! Runs the cases one after the other and tells how each ended. The lines are those of other Rust
//! tests, so that whatever reads those reads these.

use std::{
    process::ExitCode,
    time::{Duration, Instant},
};

use anyhow::{Result, ensure};

use crate::{
    cases::{self, Case},
    engine::Engine,
    page::Page,
};

/// How many of the slowest tests are named at the end.
const SLOWEST: usize = 5;

/// What has been run so far. Each test is told of when it has ended, and the sum at the end.
pub struct Tally {
    started: Instant,
    told: Instant,
    times: Vec<(Duration, String)>,
    passed: u32,
    failed: u32,
    ignored: u32,
}

impl Tally {
    pub fn start() -> Self {
        Tally {
            started: Instant::now(),
            told: Instant::now(),
            times: Vec::new(),
            passed: 0,
            failed: 0,
            ignored: 0,
        }
    }

    /// Counts a test that passed and is not worth a line.
    pub fn count_passed(&mut self) {
        self.passed += 1;
    }

    pub fn passed(&mut self, name: &str) {
        self.passed += 1;
        self.tell(name, "ok");
    }

    pub fn ignored(&mut self, name: &str, why: &str) {
        self.ignored += 1;
        self.tell(name, &format!("ignored, {why}"));
    }

    pub fn failed(&mut self, name: &str, why: &str) {
        self.failed += 1;
        self.tell(name, &format!("FAILED\n    {why}"));
    }

    fn tell(&mut self, name: &str, outcome: &str) {
        println!("test {name} ... {outcome}");
        self.times.push((self.told.elapsed(), name.to_owned()));
        self.told = Instant::now();
    }

    /// It is good only if something ran.
    pub fn end(mut self, what: &str, engine: Engine, filtered_out: usize) -> ExitCode {
        let (passed, failed, ignored) = (self.passed, self.failed, self.ignored);
        let good = failed == 0 && passed > 0;
        let word = if good { "ok" } else { "FAILED" };
        println!("\nthe slowest:");
        self.times.sort_by(|one, other| other.cmp(one));
        for (time, name) in self.times.iter().take(SLOWEST) {
            println!("{:6.2} s  {name}", time.as_secs_f32());
        }
        println!(
            "\ntest result: {word}. {passed} passed; {failed} failed; {ignored} ignored; 0 measured; {filtered_out} filtered out; finished in {:.2}s",
            self.started.elapsed().as_secs_f32()
        );
        println!("{what} in {engine:?}: {passed} passed, {failed} failed");
        if good {
            ExitCode::SUCCESS
        } else {
            ExitCode::FAILURE
        }
    }
}

/// Runs each case whose name contains the filter.
pub async fn all(page: &Page, filter: Option<&str>) -> ExitCode {
    let mut cases = cases::of(page.site);
    let all = cases.len();
    cases.retain(|case| filter.is_none_or(|filter| case.name.contains(filter)));
    println!("running {} tests", cases.len());
    let mut tally = Tally::start();
    for case in &cases {
        let name = format!("{:?}: {}", page.site, case.name);
        match one(page, case).await {
            Ok(()) => tally.passed(&name),
            Err(error) => tally.failed(&name, &format!("{error:#}")),
        }
    }
    let what = format!("{:?}", page.site);
    tally.end(&what, page.engine, all - cases.len())
}

/// A case has passed only if the page and the console report no error at its end.
async fn one(page: &Page, case: &Case) -> Result<()> {
    // What the page before this one left.
    page.console_errors().await?;
    (case.run)(page).await?;
    let facts = page.facts().await?;
    ensure!(facts.problems.is_empty(), "it shows {:?}", facts.problems);
    ensure!(facts.console.is_empty(), "console: {:?}", facts.console);
    let console = page.console_errors().await?;
    ensure!(console.is_empty(), "the browser's console: {console:?}");
    Ok(())
}
