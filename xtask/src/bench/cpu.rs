//! The CPU time of the page, from Linux's `/proc`: of the main thread of the process that the page runs in, and of all
//! threads of that process.
//!
//! `/proc/PID/task/TID/schedstat` begins with the nanoseconds that a thread has run. The scenario server and the browser's
//! network code run in other processes, so this is the time of the client alone.

use anyhow::{Context, Result};
use serde::Serialize;
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

/// Nanoseconds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Used {
    pub main: u64,
    pub process: u64,
}

/// Whether this system has these files.
pub fn is_measured() -> bool {
    Path::new("/proc/self/schedstat").exists()
}

/// The main threads of a browser's processes, at a moment when the page is idle.
pub struct Idle(BTreeMap<u32, u64>);

impl Idle {
    /// Looks at this process and all that it has started.
    pub fn look(browser: u32) -> Self {
        Self(main_threads(browser))
    }

    /// Finds the process of the page, which has been busy since then: its main thread has used far more time than all
    /// others. `None` if another process was busy as well, as when a browser starts.
    pub fn find_busy(&self, browser: u32) -> Option<Page> {
        let used = main_threads(browser).into_iter().map(|(pid, now)| {
            let before = self.0.get(&pid).copied().unwrap_or_default();
            (now.saturating_sub(before), pid)
        });
        let mut used: Vec<_> = used.collect();
        used.sort_unstable();
        let (most, pid) = used.pop()?;
        let (second, _) = used.pop().unwrap_or_default();
        let threads = BTreeMap::new();
        (most > 2 * second).then_some(Page { pid, threads })
    }
}

/// The process that the page runs in.
pub struct Page {
    pid: u32,
    /// What each thread had used when it was last seen: the time of one that has ended still counts.
    threads: BTreeMap<u32, u64>,
}

impl Page {
    pub fn used(&mut self) -> Result<Used> {
        let tasks = format!("/proc/{}/task", self.pid);
        let now = numbers_in(&tasks).into_iter();
        let now = now.filter_map(|tid| Some((tid, nanoseconds(&format!("{tasks}/{tid}"))?)));
        self.threads.extend(now);
        let main = self.threads.get(&self.pid);
        let main = *main.context("the process of the page is gone")?;
        let process = self.threads.values().sum();
        Ok(Used { main, process })
    }
}

fn main_threads(browser: u32) -> BTreeMap<u32, u64> {
    let mut family = BTreeSet::from([browser]);
    let parents: Vec<_> = numbers_in("/proc")
        .into_iter()
        .filter_map(|pid| {
            let stat = fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
            Some((pid, parent_in(&stat)?))
        })
        .collect();
    loop {
        let known = family.len();
        let children = parents.iter().filter(|(_, it)| family.contains(it));
        let children: Vec<_> = children.map(|(pid, _)| *pid).collect();
        family.extend(children);
        if family.len() == known {
            break;
        }
    }
    let used = |pid| Some((pid, nanoseconds(&format!("/proc/{pid}"))?));
    family.into_iter().filter_map(used).collect()
}

/// The parent in `/proc/PID/stat`, where the name of the program may hold anything.
fn parent_in(stat: &str) -> Option<u32> {
    let (_, fields) = stat.rsplit_once(") ")?;
    fields.split(' ').nth(1)?.parse().ok()
}

/// How long a thread has run; of a process, its main thread.
fn nanoseconds(thread: &str) -> Option<u64> {
    let text = fs::read_to_string(format!("{thread}/schedstat")).ok()?;
    text.split(' ').next()?.parse().ok()
}

fn numbers_in(folder: &str) -> Vec<u32> {
    let entries = fs::read_dir(folder).into_iter().flatten().flatten();
    let names = entries.map(|entry| entry.file_name());
    names
        .filter_map(|name| name.to_str()?.parse().ok())
        .collect()
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use super::*;
    use std::process::{Command, Stdio};
    use std::thread;
    use std::time::{Duration, Instant};

    #[test]
    fn the_parent_is_found_behind_a_name_with_anything_in_it() {
        assert_eq!(parent_in("7 (a) S 9 b) S 3 7 7"), Some(3));
        assert_eq!(parent_in("7 (a"), None);
    }

    #[test]
    fn the_busy_one_of_a_family_is_found_and_its_time_grows() {
        let own = std::process::id();
        let idle = Idle::look(own);
        let mut command = Command::new("sh");
        command.args(["-c", "(while :; do :; done) & sleep 100"]);
        let mut family = crate::process::Group::spawn(command.stdin(Stdio::null())).unwrap();
        thread::sleep(Duration::from_millis(500));
        let mut page = idle.find_busy(own).unwrap();
        assert_ne!(page.pid, own);
        assert_ne!(page.pid, family.child.id());
        let first = page.used().unwrap();
        let deadline = Instant::now() + Duration::from_secs(10);
        while page.used().unwrap().main == first.main {
            assert!(Instant::now() < deadline, "it has used nothing more");
            thread::sleep(Duration::from_millis(20));
        }
        assert!(family.child.try_wait().unwrap().is_none());
    }

    #[test]
    fn what_an_ended_thread_has_used_still_counts() {
        let pid = std::process::id();
        let mut page = Page {
            pid,
            threads: BTreeMap::from([(u32::MAX, 1 << 40)]),
        };
        let used = page.used().unwrap();
        assert!(used.process > (1 << 40) + used.main / 2);
    }
}
