//! The program: what it prints, and when it ends.

use std::{process::Stdio, time::Duration};

use tokio::{
    io::{AsyncBufReadExt, BufReader},
    net::TcpListener,
    process::Command,
    time::timeout,
};

fn program(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_scenario-server"));
    command.args(arguments).kill_on_drop(true);
    command.stdin(Stdio::piped()).stdout(Stdio::piped());
    command
}

#[tokio::test]
async fn it_ends_when_it_is_told_to_although_a_stream_is_open() {
    let signals: &[&str] = if cfg!(unix) { &["TERM", "INT"] } else { &[] };
    for how in ["its input closes"].iter().chain(signals) {
        let mut child = program(&["--until-stdin-closes"]).spawn().expect("started");
        let stdout = child.stdout.as_mut().expect("piped");
        let mut line = String::new();
        let read = BufReader::new(stdout).read_line(&mut line).await;
        read.expect("a line");
        let url = line.strip_prefix("listening on ").expect(&line).trim_end();
        let stream = reqwest::get(format!("{url}/live")).await;
        let input = child.stdin.take();
        if signals.contains(how) {
            let id = child.id().expect("it runs").to_string();
            let kill = Command::new("kill").args(["-s", how, &id]).status();
            assert!(kill.await.expect("sent").success());
        } else {
            drop(input);
        }
        let status = timeout(Duration::from_secs(5), child.wait()).await;
        let status = status.expect("it ends in time").expect("a status");
        assert_eq!(status.code(), Some(0), "{how}");
        assert!(stream.expect("a stream").chunk().await.is_err(), "{how}");
    }
}

#[tokio::test]
async fn what_keeps_it_from_starting_is_a_clear_error() {
    let holder = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let port = holder.local_addr().expect("an address").port().to_string();
    let busy = format!("port {port} on 127.0.0.1 is in use");
    for (option, value, words) in [
        ("--port", &*port, [&*busy, "choose another port"]),
        (
            "--www",
            "no/such/place",
            ["no/such/place is not a directory", "create it first"],
        ),
    ] {
        let output = program(&[option, value]).output().await.expect("started");
        assert_eq!(output.status.code(), Some(1));
        let error = String::from_utf8_lossy(&output.stderr);
        assert!(words.iter().all(|word| error.contains(word)), "{error}");
    }
}
