//! The shared sampler behind `/machine`: one task reads the machine for all clients, and it runs
//! only while somebody listens.

use std::{
    sync::{Arc, Weak},
    time::Duration,
};

use parking_lot::Mutex;
use serde_json::{Value, json};
use sysinfo::{
    CpuRefreshKind, MINIMUM_CPU_UPDATE_INTERVAL, MemoryRefreshKind, RefreshKind, System,
};
use tokio::{sync::watch, task::JoinHandle};

use crate::routes::now_ms;

/// How often the machine is read. A client may listen less or more often: it is sent the latest.
const PERIOD: Duration = Duration::from_millis(250);

/// One reading, as the data of the three events.
#[derive(Clone, Debug)]
pub(crate) struct Reading {
    pub(crate) cpu: Value,
    pub(crate) memory: Value,
    pub(crate) load: Value,
}

/// Starts the sampling task for the first listener. Clones share the task.
#[derive(Clone, Debug, Default)]
pub(crate) struct Sampler(Arc<Mutex<Weak<Listening>>>);

impl Sampler {
    /// Listens to the machine; the task ends when the last listener is dropped.
    pub(crate) fn listen(&self) -> Arc<Listening> {
        let mut running = self.0.lock();
        if let Some(listening) = running.upgrade() {
            return listening;
        }
        let (sender, readings) = watch::channel(None);
        let task = tokio::spawn(sample(sender));
        let listening = Arc::new(Listening { readings, task });
        *running = Arc::downgrade(&listening);
        listening
    }
}

/// The running task, while somebody holds this.
#[derive(Debug)]
pub(crate) struct Listening {
    readings: watch::Receiver<Option<Reading>>,
    task: JoinHandle<()>,
}

impl Listening {
    /// The latest reading; waits for the first one. None if the sampler has failed.
    pub(crate) async fn latest(&self) -> Option<Reading> {
        let mut readings = self.readings.clone();
        let reading = readings.wait_for(Option::is_some).await.ok()?;
        reading.clone()
    }
}

impl Drop for Listening {
    fn drop(&mut self) {
        self.task.abort();
    }
}

async fn sample(readings: watch::Sender<Option<Reading>>) {
    let kind = RefreshKind::nothing()
        .with_cpu(CpuRefreshKind::nothing().with_cpu_usage())
        .with_memory(MemoryRefreshKind::nothing().with_ram());
    let mut system = System::new_with_specifics(kind);
    // A percentage is the difference between two looks.
    tokio::time::sleep(MINIMUM_CPU_UPDATE_INTERVAL).await;
    loop {
        system.refresh_specifics(kind);
        readings.send_replace(Some(read(&system)));
        tokio::time::sleep(PERIOD).await;
    }
}

fn read(system: &System) -> Reading {
    let at = now_ms();
    let percent = |usage: f32| (f64::from(usage) * 10.0).round() / 10.0;
    let cores: Vec<f64> = system
        .cpus()
        .iter()
        .map(|core| percent(core.cpu_usage()))
        .collect();
    let load = System::load_average();
    Reading {
        cpu: json!({ "cores": cores, "at": at }),
        memory: json!({ "used": system.used_memory(), "total": system.total_memory(), "at": at }),
        load: json!({ "one": load.one, "five": load.five, "fifteen": load.fifteen, "at": at }),
    }
}
