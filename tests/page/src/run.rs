//! Runs the cases one after the other and tells how each ended. The lines are those of other Rust
//! tests, so that whatever reads those reads these.

use std::{process::ExitCode, time::Instant};

use anyhow::{Result, ensure};

use crate::{
    cases::{self, Case},
    engine::Engine,
    page::Page,
};

/// What has been run so far. Each test is told of when it has ended, and the sum at the end.
pub struct Tally {
    started: Instant,
    passed: u32,
    failed: u32,
    ignored: u32,
}

impl Tally {
    pub fn start() -> Self {
        Tally {
            started: Instant::now(),
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
        println!("test {name} ... ok");
    }

    pub fn ignored(&mut self, name: &str, why: &str) {
        self.ignored += 1;
        println!("test {name} ... ignored, {why}");
    }

    pub fn failed(&mut self, name: &str, why: &str) {
        self.failed += 1;
        println!("test {name} ... FAILED\n    {why}");
    }

    /// It is good only if something ran.
    pub fn end(self, what: &str, engine: Engine, filtered_out: usize) -> ExitCode {
        let Tally {
            started,
            passed,
            failed,
            ignored,
        } = self;
        let good = failed == 0 && passed > 0;
        let word = if good { "ok" } else { "FAILED" };
        println!(
            "\ntest result: {word}. {passed} passed; {failed} failed; {ignored} ignored; 0 measured; {filtered_out} filtered out; finished in {:.2}s",
            started.elapsed().as_secs_f32()
        );
        println!("{what} in {engine}: {passed} passed, {failed} failed");
        if good {
            ExitCode::SUCCESS
        } else {
            ExitCode::FAILURE
        }
    }
}

pub async fn all(page: &Page, filter: Option<&str>) -> ExitCode {
    let chosen = |case: &&Case| filter.is_none_or(|filter| case.name.contains(filter));
    let cases: Vec<Case> = cases::all();
    let chosen: Vec<&Case> = cases.iter().filter(chosen).collect();
    println!("running {} tests", chosen.len());
    let mut tally = Tally::start();
    for case in &chosen {
        match one(page, case).await {
            Ok(()) => tally.passed(case.name),
            Err(error) => tally.failed(case.name, &format!("{error:#}")),
        }
    }
    tally.end("page", page.engine, cases.len() - chosen.len())
}

/// A case has passed only if the page and the console report no error besides.
async fn one(page: &Page, case: &Case) -> Result<()> {
    // What the page before this one left.
    page.console_errors().await?;
    (case.run)(page).await?;
    let facts = page.facts().await?;
    let unexpected: Vec<_> = facts
        .problems
        .iter()
        .filter(|problem| !case.expects.is_some_and(|part| problem.contains(part)))
        .collect();
    ensure!(unexpected.is_empty(), "the page shows {unexpected:?}");
    ensure!(facts.console.is_empty(), "console: {:?}", facts.console);
    let console = page.console_errors().await?;
    ensure!(console.is_empty(), "the browser's console: {console:?}");
    Ok(())
}
