//! The project's commands: `cargo xtask demo`, `cargo xtask test`, ...
//!
//! One file a command; each does its own set-up through [`setup`], so that nothing has to be
//! installed by hand first. A new command is a new file and one more line in [`Task`].

mod bench;
mod cargo;
mod demo;
mod engine;
mod flags;
mod package;
mod process;
mod project;
mod results;
mod say;
mod server;
mod setup;
mod sizes;
mod sources;
mod test;

use clap::{CommandFactory, Parser, Subcommand};
use std::process::ExitCode;

#[derive(Parser)]
#[command(name = "cargo xtask", bin_name = "cargo xtask", about)]
struct Cli {
    #[command(subcommand)]
    task: Option<Task>,
}

#[derive(Subcommand)]
enum Task {
    /// Build the package or an app, start the server and show the page until interrupted
    Demo(demo::Args),
    /// Build the npm package into pkg/, and say how large it is
    Package(package::Args),
    /// Check the code and run every test, in Chromium, Firefox and WebKitGTK too
    Test(test::Args),
    /// Measure the library beside others in each engine
    Bench(bench::Args),
    /// Weigh the smallest apps and the npm package, and compare with bench/sizes.json
    Sizes(sizes::Args),
    /// Install what the other commands need, each tool only if it is missing
    Setup(setup::Args),
}

fn main() -> ExitCode {
    process::end_all_on_interrupt();
    let outcome = match Cli::parse().task {
        None => Ok(list()),
        Some(Task::Demo(args)) => demo::run(&args),
        Some(Task::Package(args)) => package::run(&args),
        Some(Task::Test(args)) => test::run(&args),
        Some(Task::Bench(args)) => bench::run(&args),
        Some(Task::Sizes(args)) => sizes::run(&args),
        Some(Task::Setup(args)) => setup::run(&args),
    };
    outcome.unwrap_or_else(|error| {
        eprintln!("error: {error:#}");
        ExitCode::FAILURE
    })
}

/// One line a command, and nothing else: what `cargo xtask` alone is asked for.
fn list() -> ExitCode {
    for task in Cli::command().get_subcommands() {
        let about = task.get_about().map(ToString::to_string);
        println!(
            "cargo xtask {:<7} {}",
            task.get_name(),
            about.unwrap_or_default()
        );
    }
    ExitCode::SUCCESS
}
