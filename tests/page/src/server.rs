//! The scenario server: what it counted, and what it is told. None of these requests is counted.

use std::time::Duration;

use anyhow::{Context, Result, ensure};
use reqwest::{Client, StatusCode};
use serde::Deserialize;
use serde_json::Value;

/// What the server knows of the requests under a key.
#[derive(Debug, Clone, Deserialize)]
pub struct Counts {
    pub opened: u64,
    pub open: u64,
    pub requests: u64,
    pub last_event_ids: Vec<String>,
}

/// How long the server may take to see what a page did.
const SEEN_WITHIN: Duration = Duration::from_secs(30);

/// The readings come with a reconnection time of 1 s: this is longer than twice that.
const SILENCE: Duration = Duration::from_millis(2500);

/// What is served for the suite of the package.
pub const SITES: &[&str] = &["/site/csp/", "/site/vite/", "/site/webpack/"];

#[derive(Debug, Clone)]
pub struct Server {
    pub url: String,
    client: Client,
}

impl Server {
    /// The server at this address, if there is one that serves what is needed.
    pub async fn reach(url: &str, needed: &[&str]) -> Result<Self> {
        let server = Server {
            url: url.trim_end_matches('/').to_owned(),
            client: Client::new(),
        };
        for path in needed {
            let answer = server.get(path).send().await;
            let status = answer
                .with_context(|| format!("no scenario server at {url}"))?
                .status();
            ensure!(status == StatusCode::OK, "{url}{path} answers {status}");
        }
        Ok(server)
    }

    pub async fn counts(&self, key: &str) -> Result<Counts> {
        Ok(self
            .get(&format!("/counts/{key}"))
            .send()
            .await?
            .json()
            .await?)
    }

    /// Waits until the counts are as the query says, such as `open=0`.
    pub async fn until(&self, key: &str, query: &str) -> Result<()> {
        let (so, counts) = self.wait(key, query, SEEN_WITHIN).await?;
        ensure!(so, "not {query} for {key}: {counts:?}");
        Ok(())
    }

    /// Waits until nothing is open under the key, and then for longer than a browser would to reconnect.
    pub async fn no_request_follows(&self, key: &str) -> Result<()> {
        self.until(key, "open=0").await?;
        let next = self.counts(key).await?.requests + 1;
        let (again, counts) = self.wait(key, &format!("requests={next}"), SILENCE).await?;
        ensure!(
            !again && counts.open == 0,
            "{key} was asked for again: {counts:?}"
        );
        Ok(())
    }

    /// Whether the counts became so in time, and the counts at the end.
    async fn wait(&self, key: &str, query: &str, within: Duration) -> Result<(bool, Counts)> {
        let milliseconds = within.as_millis();
        let path = format!("/counts/{key}/wait?{query}&timeout_ms={milliseconds}");
        let answer = self.get(&path).send().await?;
        Ok((answer.status() == StatusCode::OK, answer.json().await?))
    }

    /// The method of each request under the key.
    pub async fn methods(&self, key: &str) -> Result<Vec<String>> {
        #[derive(Deserialize)]
        struct Asked {
            method: String,
        }
        let asked: Vec<Asked> = self
            .get(&format!("/requests/{key}"))
            .send()
            .await?
            .json()
            .await?;
        Ok(asked.into_iter().map(|asked| asked.method).collect())
    }

    /// Writes these bytes into the open streams of the key.
    pub async fn send(&self, key: &str, bytes: String) -> Result<()> {
        let path = format!("{}/control/{key}/send", self.url);
        let answer = self.client.post(path).body(bytes).send().await?;
        answer.error_for_status()?;
        Ok(())
    }

    /// From now on every request under the key is refused, as if there were no server.
    pub async fn refuse(&self, key: &str) -> Result<()> {
        self.control(key, "refuse").await
    }

    /// Requests under the key are answered again.
    pub async fn accept(&self, key: &str) -> Result<()> {
        self.control(key, "refuse?times=0").await
    }

    /// Does this to the open streams of the key, such as `drop`.
    pub async fn control(&self, key: &str, action: &str) -> Result<()> {
        let path = format!("{}/control/{key}/{action}", self.url);
        self.client.post(path).send().await?.error_for_status()?;
        Ok(())
    }

    /// Asks for a stream under the key as any client could, and leaves it at once.
    pub async fn visit(&self, key: &str) -> Result<()> {
        let answer = self.get(&format!("/finish/1?key={key}")).send().await?;
        answer.error_for_status()?.text().await?;
        Ok(())
    }

    /// The whole reply to a prompt, and the number of its tokens, read without a browser.
    pub async fn reply(&self, prompt: &str) -> Result<(String, u64)> {
        let query = [("prompt", prompt), ("pace_ms", "0"), ("key", "page-test")];
        let body = self
            .get("/reply")
            .query(&query)
            .send()
            .await?
            .text()
            .await?;
        let mut text = String::new();
        let mut tokens = 0;
        for data in body.lines().filter_map(|line| line.strip_prefix("data: ")) {
            if data != "[DONE]" {
                let message: Value = serde_json::from_str(data)?;
                text += message["token"].as_str().context("no token")?;
                tokens += 1;
            }
        }
        Ok((text, tokens))
    }

    fn get(&self, path: &str) -> reqwest::RequestBuilder {
        self.client.get(format!("{}{path}", self.url))
    }
}
