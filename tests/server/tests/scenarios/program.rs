//! The program: what it prints, and when it ends.

use std::{process::Stdio, time::Duration};

use tokio::{
    io::{AsyncBufReadExt, AsyncReadExt, BufReader},
    net::TcpListener,
    process::{Child, Command},
};

fn program(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_scenario-server"));
    command
        .args(arguments)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .kill_on_drop(true);
    command
}

/// Starts the program and returns the URL that it prints.
async fn start(arguments: &[&str]) -> (Child, String) {
    let mut child = program(arguments).spawn().expect("started");
    let stdout = child.stdout.as_mut().expect("piped");
    let mut line = String::new();
    let read = BufReader::new(stdout).read_line(&mut line).await;
    read.expect("a line");
    let url = line.strip_prefix("listening on ").expect(&line);
    (child, url.trim_end().to_owned())
}

async fn exit_code(child: &mut Child) -> Option<i32> {
    let exited = tokio::time::timeout(Duration::from_secs(5), child.wait()).await;
    exited.expect("it ends in time").expect("a status").code()
}

#[tokio::test]
async fn it_ends_when_its_input_closes_although_a_stream_is_open() {
    let (mut child, url) = start(&["--until-stdin-closes"]).await;
    let mut stream = reqwest::get(format!("{url}/live")).await.expect("a stream");
    drop(child.stdin.take());
    assert_eq!(exit_code(&mut child).await, Some(0));
    assert!(stream.chunk().await.is_err());
}

#[cfg(unix)]
#[tokio::test]
async fn it_ends_at_once_on_the_signals_although_a_stream_is_open() {
    for signal in ["TERM", "INT"] {
        let (mut child, url) = start(&[]).await;
        let _stream = reqwest::get(format!("{url}/live")).await.expect("a stream");
        let id = child.id().expect("it runs").to_string();
        let kill = Command::new("kill")
            .args(["-s", signal, &id])
            .status()
            .await;
        assert!(kill.expect("sent").success());
        assert_eq!(exit_code(&mut child).await, Some(0), "{signal}");
    }
}

#[tokio::test]
async fn a_busy_port_is_a_clear_error() {
    let holder = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let port = holder.local_addr().expect("an address").port().to_string();
    let mut child = program(&["--port", &port]).spawn().expect("started");
    assert_eq!(exit_code(&mut child).await, Some(1));
    let mut error = String::new();
    let stderr = child.stderr.as_mut().expect("piped");
    stderr.read_to_string(&mut error).await.expect("text");
    assert!(
        error.contains(&format!("port {port} on 127.0.0.1 is in use")),
        "{error}"
    );
    assert!(error.contains("choose another port"), "{error}");
}

#[tokio::test]
async fn a_missing_directory_is_a_clear_error() {
    let mut child = program(&["--www", "no/such/place"])
        .spawn()
        .expect("started");
    assert_eq!(exit_code(&mut child).await, Some(1));
    let mut error = String::new();
    let stderr = child.stderr.as_mut().expect("piped");
    stderr.read_to_string(&mut error).await.expect("text");
    assert!(
        error.contains("no/such/place is not a directory"),
        "{error}"
    );
}
