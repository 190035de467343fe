//! The page in a browser: loading it, using it, and waiting for its facts.

use std::{
    fmt::Display,
    time::{Duration, Instant},
};

use anyhow::{Context, Result, bail, ensure};
use fantoccini::{Client, ClientBuilder, Locator, elements::Element};
use hyper_util::client::legacy::connect::HttpConnector;
use serde_json::{Value, json};
use tokio::time::{sleep, timeout};

use crate::{
    driver::Driver,
    engine::Engine,
    facts::{self, Facts},
    server::Server,
    site::Site,
};

/// How long a fact may take to come true on a busy machine.
const DEADLINE: Duration = Duration::from_secs(90);

/// Between two looks at the page. Each look runs a script there: on a busy machine, looks without a pause leave a
/// page of WebKitGTK no time for its events.
const PAUSE: Duration = Duration::from_millis(100);

/// Keeps what the page writes to the console from now on as an attribute: no driver but
/// Chromium's hands it out.
const KEEP_CONSOLE: &str = r#"
    const kept = [];
    for (const level of ["error", "warn"]) {
        const original = console[level];
        console[level] = (...words) => {
            kept.push(`${level}: ${words.join(" ")}`);
            document.documentElement.dataset.console = JSON.stringify(kept);
            original.apply(console, words);
        };
    }"#;

pub struct Page {
    pub site: Site,
    pub server: Server,
    pub engine: Engine,
    client: Client,
    driver_url: String,
}

impl Page {
    /// Starts a browser.
    pub async fn connect(
        driver: &Driver,
        engine: Engine,
        server: Server,
        site: Site,
    ) -> Result<Self> {
        let client = ClientBuilder::new(HttpConnector::new())
            .capabilities(engine.capabilities()?)
            .connect(&driver.url)
            .await?;
        Ok(Page {
            site,
            server,
            engine,
            client,
            driver_url: driver.url.clone(),
        })
    }

    /// Loads another page of the same server.
    pub async fn go(&self, path: &str) -> Result<()> {
        let url = format!("{}{path}", self.server.url);
        self.client
            .goto(&url)
            .await
            .with_context(|| format!("loading {url}"))
    }

    /// Waits until the page's text has these words in it, in whatever case, and returns it.
    pub async fn until_text(&self, words: &str) -> Result<String> {
        let deadline = Instant::now() + DEADLINE;
        loop {
            let text = self.run("return document.body.textContent").await?;
            let text = text.as_str().unwrap_or_default();
            if text.to_lowercase().contains(words) {
                return Ok(text.to_owned());
            }
            ensure!(
                Instant::now() < deadline,
                "not within {DEADLINE:?}: {words:?} in {text:?}"
            );
            sleep(PAUSE).await;
        }
    }

    /// Ends the browser.
    pub async fn leave(self) {
        // If it does not end now, it will with its driver.
        let _ = timeout(Duration::from_secs(10), self.client.close()).await;
    }

    pub async fn facts(&self) -> Result<Facts> {
        serde_json::from_value(self.run(facts::SCRIPT).await?).context("the page's facts")
    }

    /// Waits until the facts are so, and returns them.
    pub async fn until(&self, what: &str, so: impl Fn(&Facts) -> bool) -> Result<Facts> {
        let deadline = Instant::now() + DEADLINE;
        loop {
            let facts = self.facts().await?;
            if so(&facts) {
                return Ok(facts);
            }
            if Instant::now() >= deadline {
                bail!("not within {DEADLINE:?}: {what}; the page has {facts:?}");
            }
            sleep(PAUSE).await;
        }
    }

    /// Loads the page anew, with a new key, and waits until its stream is open. Its console is kept.
    pub async fn open(&self) -> Result<Facts> {
        self.go(self.site.path()).await?;
        self.run(KEEP_CONSOLE).await?;
        self.until("the stream is open", |now| now.state == "open")
            .await
    }

    pub async fn until_closed(&self) -> Result<Facts> {
        self.until("it is closed", |now| now.state == "closed")
            .await
    }

    /// Waits until the demo page has seen no request for longer than the browser would wait.
    pub async fn until_silent(&self) -> Result<()> {
        let facts = self
            .until("silence", |now| now.proof.verdict == "silent")
            .await?;
        let proof = &facts.proof;
        ensure!(
            !proof.now.is_empty() && proof.now == proof.at_close,
            "{proof:?}"
        );
        let counts = self.server.counts(&facts.key).await?;
        ensure!(
            counts.requests.to_string() == proof.now && counts.open == 0,
            "{counts:?}"
        );
        Ok(())
    }

    /// Makes the server `drop` the connection of the readings, or `close` it by an event: by the page's
    /// button, if it has one.
    pub async fn tell_server(&self, action: &str) -> Result<()> {
        if self.site == Site::Leptos {
            return self.server.control(&self.facts().await?.key, action).await;
        }
        self.click(&format!("server-{action}")).await
    }

    pub async fn click(&self, id: &str) -> Result<()> {
        let clicked = self.element(id).await?.click().await;
        clicked.with_context(|| format!("clicking #{id}"))
    }

    /// Clicks by a script: a click by the driver waits for the page to be drawn, and on a busy machine what
    /// is clicked at may be over by then.
    pub async fn click_at_once(&self, id: &str) -> Result<()> {
        let script = format!("document.getElementById('{id}').click()");
        self.run(&script).await.map(drop)
    }

    /// Types into an element, as a keyboard does.
    pub async fn keys(&self, id: &str, keys: &str) -> Result<()> {
        let typed = self.element(id).await?.send_keys(keys).await;
        typed.with_context(|| format!("typing into #{id}"))
    }

    async fn element(&self, id: &str) -> Result<Element> {
        let found = self.client.find(Locator::Id(id)).await;
        found.with_context(|| format!("the page has no #{id}"))
    }

    pub async fn run(&self, script: &str) -> Result<Value> {
        Ok(self.client.execute(script, Vec::new()).await?)
    }

    pub async fn screenshot(&self) -> Result<Vec<u8>> {
        Ok(self.client.screenshot().await?)
    }

    /// Gives the page a size and a colour scheme. Chromium does so by the pixel; elsewhere it is the
    /// window that has the size, and the scheme is the system's.
    pub async fn shape(&self, width: u32, height: u32, dark: bool) -> Result<()> {
        if self.engine != Engine::Chromium {
            ensure!(!dark, "{:?} cannot be told to be dark", self.engine);
            self.client.set_window_size(width, height).await?;
            return Ok(());
        }
        let size = json!({
            "width": width, "height": height, "deviceScaleFactor": 1, "mobile": false,
        });
        let scheme = if dark { "dark" } else { "light" };
        let media = json!({ "features": [{ "name": "prefers-color-scheme", "value": scheme }] });
        for (command, parameters) in [
            ("Emulation.setDeviceMetricsOverride", size),
            ("Emulation.setEmulatedMedia", media),
        ] {
            let body = json!({ "cmd": command, "params": parameters });
            self.tell_driver("goog/cdp/execute", &body).await?;
        }
        Ok(())
    }

    /// The errors in the browser's console since the last look, those of the network left out: that
    /// a connection was cut is what some cases are about. Only Chromium tells.
    pub async fn console_errors(&self) -> Result<Vec<String>> {
        if self.engine != Engine::Chromium {
            return Ok(Vec::new());
        }
        let entries = self
            .tell_driver("se/log", &json!({ "type": "browser" }))
            .await?;
        let entries = entries.as_array().context("the console is no list")?;
        Ok(entries
            .iter()
            .filter(|entry| entry["level"] == "SEVERE" && entry["source"] != "network")
            .map(|entry| entry["message"].as_str().unwrap_or_default().to_owned())
            .collect())
    }

    /// A command that fantoccini has no name for.
    async fn tell_driver(&self, command: impl Display, body: &Value) -> Result<Value> {
        let session = self.client.session_id().await?.context("no session")?;
        let url = format!("{}/session/{session}/{command}", self.driver_url);
        let answer = reqwest::Client::new().post(url).json(body).send().await?;
        let mut answer: Value = answer.error_for_status()?.json().await?;
        Ok(answer["value"].take())
    }
}
