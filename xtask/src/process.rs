//! Starting other programs so that none of them outlives us.
//!
//! A driver starts a browser, which starts a dozen helpers; ending the driver alone leaves the
//! rest behind. So each program gets a process group of its own, and ending it means ending the
//! group. The groups are also kept in a list, for the case that we are interrupted.

use anyhow::{Context, Result, bail};
use std::io::{BufRead, BufReader, Read, Write};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::mpsc::{self, RecvTimeoutError};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

/// The process groups that run now.
static RUNNING: Mutex<Vec<u32>> = Mutex::new(Vec::new());

fn running() -> MutexGuard<'static, Vec<u32>> {
    RUNNING.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Makes an interrupt (ctrl-c, or a request to end) end everything that was started.
pub fn end_all_on_interrupt() {
    let outcome = ctrlc::set_handler(|| {
        // The lock is kept, so that nothing new can start meanwhile.
        let groups = running();
        for group in groups.iter() {
            signal(*group, Signal::Terminate);
        }
        thread::sleep(Duration::from_millis(300));
        for group in groups.iter() {
            signal(*group, Signal::Kill);
        }
        std::process::exit(130);
    });
    if let Err(error) = outcome {
        crate::say::notice(format!(
            "an interrupt will not be cleaned up after: {error}"
        ));
    }
}

/// A started program with all that it starts in turn; dropping it ends them.
#[must_use = "dropping it ends the program"]
pub struct Group {
    pub child: Child,
}

impl Group {
    pub fn spawn(command: &mut Command) -> Result<Self> {
        #[cfg(unix)]
        std::os::unix::process::CommandExt::process_group(command, 0);
        // Holding the list while spawning: an interrupt comes before the program or after its
        // entry, never between.
        let mut list = running();
        let child = command
            .spawn()
            .with_context(|| format!("cannot start `{}`", shown(command)))?;
        list.push(child.id());
        Ok(Self { child })
    }
}

impl Drop for Group {
    fn drop(&mut self) {
        let id = self.child.id();
        if !matches!(self.child.try_wait(), Ok(Some(_))) {
            signal(id, Signal::Terminate);
            let deadline = Instant::now() + Duration::from_secs(2);
            while Instant::now() < deadline && !matches!(self.child.try_wait(), Ok(Some(_))) {
                thread::sleep(Duration::from_millis(20));
            }
        }
        // What is left of the group, even if the program itself has ended long ago.
        signal(id, Signal::Kill);
        let _ = self.child.kill();
        let _ = self.child.wait();
        running().retain(|other| *other != id);
    }
}

#[derive(Clone, Copy)]
enum Signal {
    Terminate,
    Kill,
}

/// Sends a signal to a whole process group; that it is gone already is fine.
#[cfg(unix)]
fn signal(group: u32, signal: Signal) {
    use nix::sys::signal::{Signal as Unix, killpg};
    let signal = match signal {
        Signal::Terminate => Unix::SIGTERM,
        Signal::Kill => Unix::SIGKILL,
    };
    if let Ok(group) = i32::try_from(group) {
        let _ = killpg(nix::unistd::Pid::from_raw(group), signal);
    }
}

/// Elsewhere there are no such groups; `taskkill /T` ends a program and what it started.
#[cfg(not(unix))]
fn signal(group: u32, signal: Signal) {
    if matches!(signal, Signal::Kill) {
        let id = group.to_string();
        let _ = Command::new("taskkill")
            .args(["/T", "/F", "/PID", &id])
            .output();
    }
}

/// Runs a program to its end, its output visible as it comes; an error if it fails.
pub fn run(command: impl Into<Command>) -> Result<()> {
    let mut command = command.into();
    let group = Group::spawn(command.stdin(Stdio::null()))?;
    succeed(group, &command)
}

/// Waits for the end of a program; an error if it failed.
fn succeed(mut group: Group, command: &Command) -> Result<()> {
    let status = group.child.wait()?;
    if !status.success() {
        bail!("`{}` failed ({status})", shown(command));
    }
    Ok(())
}

/// Runs a program to its end and returns what it wrote on its standard output; its messages are
/// visible as they come. An error if it fails.
pub fn read(command: &mut Command) -> Result<String> {
    command.stdin(Stdio::null()).stdout(Stdio::piped());
    let mut group = Group::spawn(command)?;
    let mut output = String::new();
    if let Some(mut stdout) = group.child.stdout.take() {
        stdout.read_to_string(&mut output)?;
    }
    succeed(group, command)?;
    Ok(output)
}

/// What becomes of the lines that a program writes.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Output {
    /// They are visible as they come.
    Shown,
    /// They are shown together at the end, if the program fails: for programs that run side by side.
    Kept,
}

/// How a program ended, and what it wrote on both its outputs.
pub struct Finished {
    /// Nothing when it was ended by us for taking too long.
    pub status: Option<ExitStatus>,
    pub output: String,
}

/// Runs a program to its end and keeps what it writes.
pub fn run_and_read(command: &mut Command, limit: Duration, shown: Output) -> Result<Finished> {
    command
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    let mut group = Group::spawn(command)?;
    let (lines, received) = mpsc::channel();
    forward(group.child.stdout.take(), lines.clone());
    forward(group.child.stderr.take(), lines);

    let deadline = Instant::now() + limit;
    let mut output = Vec::new();
    let mut status = None;
    loop {
        match received.recv_timeout(Duration::from_millis(200)) {
            Ok(line) => {
                if shown == Output::Shown {
                    let _ = std::io::stdout().write_all(&line);
                }
                output.extend(line);
                if Instant::now() < deadline {
                    continue;
                }
            }
            // Both outputs are closed: the program is done or will be at once.
            Err(RecvTimeoutError::Disconnected) => {
                status = Some(group.child.wait()?);
                break;
            }
            // Silence. A browser that was left behind may hold the outputs open for ever, so
            // the end of the program counts, not the end of its output.
            Err(RecvTimeoutError::Timeout) => {
                status = group.child.try_wait()?;
            }
        }
        if status.is_some() || Instant::now() >= deadline {
            break;
        }
    }
    if shown == Output::Kept && !status.is_some_and(|status| status.success()) {
        let _ = std::io::stdout().write_all(&output);
    }
    Ok(Finished {
        status,
        output: String::from_utf8_lossy(&output).into_owned(),
    })
}

/// Sends what comes out of `source` line by line.
fn forward(source: Option<impl Read + Send + 'static>, lines: mpsc::Sender<Vec<u8>>) {
    let Some(source) = source else { return };
    thread::spawn(move || {
        let mut source = BufReader::new(source);
        loop {
            let mut line = Vec::new();
            match source.read_until(b'\n', &mut line) {
                Ok(1..) if lines.send(line).is_ok() => {}
                _ => return,
            }
        }
    });
}

/// A command the way one would type it, for messages.
pub fn shown(command: &Command) -> String {
    let mut text = command.get_program().to_string_lossy().into_owned();
    for arg in command.get_args() {
        text.push(' ');
        text.push_str(&arg.to_string_lossy());
    }
    text
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;

    fn finished(script: &str, limit: Duration) -> Finished {
        let mut command = Command::new("sh");
        command.args(["-c", script]);
        run_and_read(&mut command, limit, Output::Kept).unwrap()
    }

    #[test]
    fn keeps_both_outputs_and_the_status() {
        let done = finished("echo out; echo err >&2; exit 3", Duration::from_secs(60));
        assert_eq!(done.status.unwrap().code(), Some(3));
        assert!(done.output.contains("out\n") && done.output.contains("err\n"));
    }

    #[test]
    fn ends_a_program_that_takes_too_long() {
        let done = finished("echo started; sleep 100", Duration::from_millis(300));
        assert!(done.status.is_none());
        assert_eq!(done.output, "started\n");
    }

    #[test]
    fn is_not_held_up_by_a_grandchild_that_keeps_the_output_open_and_ends_it() {
        let done = finished("sleep 100 & echo $!", Duration::from_secs(60));
        assert!(done.status.unwrap().success());
        let pid: i32 = done.output.trim().parse().unwrap();
        let pid = nix::unistd::Pid::from_raw(pid);
        let deadline = Instant::now() + Duration::from_secs(5);
        // The orphan is reaped by whoever adopted it, a moment after it was ended.
        while nix::sys::signal::kill(pid, None).is_ok() && !is_zombie(pid.as_raw()) {
            assert!(Instant::now() < deadline, "the grandchild still runs");
            thread::sleep(Duration::from_millis(20));
        }
    }

    fn is_zombie(pid: i32) -> bool {
        let stat = std::fs::read_to_string(format!("/proc/{pid}/stat"));
        stat.is_ok_and(|text| text.contains(") Z "))
    }
}
