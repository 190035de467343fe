//! Runs the cases one after the other and tells how each ended. The lines are those of other Rust
//! tests, so that whatever reads those reads these.

use std::{process::ExitCode, time::Instant};

use anyhow::{Result, ensure};

use crate::{
    cases::{self, Case},
    engine::Engine,
    page::Page,
};

pub async fn all(page: &Page, engine: Engine, filter: Option<&str>) -> ExitCode {
    let chosen = |case: &&Case| filter.is_none_or(|filter| case.name.contains(filter));
    let cases: Vec<Case> = cases::all();
    let chosen: Vec<&Case> = cases.iter().filter(chosen).collect();
    println!("running {} tests", chosen.len());
    let started = Instant::now();
    let (mut passed, mut failed) = (0, 0);
    for case in &chosen {
        match one(page, case).await {
            Ok(()) => {
                passed += 1;
                println!("test {} ... ok", case.name);
            }
            Err(error) => {
                failed += 1;
                println!("test {} ... FAILED\n    {error:#}", case.name);
            }
        }
    }
    let good = failed == 0 && passed > 0;
    let word = if good { "ok" } else { "FAILED" };
    println!(
        "\ntest result: {word}. {passed} passed; {failed} failed; 0 ignored; 0 measured; {} filtered out; finished in {:.2}s",
        cases.len() - chosen.len(),
        started.elapsed().as_secs_f32()
    );
    println!("page in {engine}: {passed} passed, {failed} failed");
    if good {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    }
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
