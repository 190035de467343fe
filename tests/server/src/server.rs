//! The accept loop, and the switch that cuts a connection.
//!
//! `axum::serve` hides the TCP connections, and this server must be able to cut one in the middle
//! of a body or before any answer. So it accepts them itself and hands every request the
//! [`Connection`] it came on.

use std::{
    io,
    net::SocketAddr,
    path::PathBuf,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use axum::Router;
use hyper::server::conn::http1;
use hyper_util::{
    rt::{TokioIo, TokioTimer},
    service::TowerToHyperService,
};
use tokio::net::{TcpListener, TcpStream};
use tokio_util::{sync::CancellationToken, task::TaskTracker};
use tower_http::add_extension::AddExtension;

use crate::{
    routes,
    socket::{Flow, Socket},
};

/// How much hyper gathers before it waits for the socket. Little, so that a client that does not
/// read holds back the scripts, and what they count as written is not far from what has left.
const WRITE_BUFFER: usize = 64 << 10;

/// Where to listen and what to serve beside the scenario routes.
#[derive(Clone, Debug)]
pub struct Options {
    /// The host name or address to listen on.
    pub host: String,
    /// The port to listen on; 0 lets the system choose a free one.
    pub port: u16,
    /// A directory to serve at `/`, with its `index.html`.
    pub www: Option<PathBuf>,
    /// Whether its pages are isolated from other origins: browsers give such pages a finer clock.
    pub isolate: bool,
    /// A directory to serve at `/pkg/`: what wasm-pack has built.
    pub pkg: Option<PathBuf>,
    /// A directory to serve at `/site/`: pages that use the package. What lies below its `csp/` is
    /// served with a Content-Security-Policy.
    pub site: Option<PathBuf>,
}

impl Default for Options {
    /// The loopback interface, a port chosen by the system, no files.
    fn default() -> Self {
        Self {
            host: "127.0.0.1".to_owned(),
            port: 0,
            www: None,
            isolate: false,
            pkg: None,
            site: None,
        }
    }
}

/// Why the server could not start.
#[derive(Debug, thiserror::Error)]
pub enum BindError {
    /// Another program listens on the port.
    #[error(
        "port {port} on {host} is in use: stop the program that holds it, \
         or choose another port (0 lets the system choose a free one)"
    )]
    PortInUse {
        /// The host that was asked for.
        host: String,
        /// The port that was asked for.
        port: u16,
    },
    /// A directory of static files is not there.
    #[error("{0} is not a directory: build or create it first, or leave the option away")]
    NoDirectory(PathBuf),
    /// Anything else that the system refused.
    #[error("cannot listen on {host}:{port}: {source}")]
    Io {
        /// The host that was asked for.
        host: String,
        /// The port that was asked for.
        port: u16,
        /// What the system said.
        source: io::Error,
    },
}

/// A running server. Dropping it stops it: it accepts nothing more and cuts every connection.
#[derive(Debug)]
#[must_use = "dropping the server stops it"]
pub struct Server {
    address: SocketAddr,
    stop: CancellationToken,
    tasks: TaskTracker,
}

impl Server {
    /// Starts a server; it answers requests as soon as this returns.
    ///
    /// # Errors
    ///
    /// If the address cannot be listened on, or a directory to serve does not exist.
    pub async fn bind(options: Options) -> Result<Self, BindError> {
        for directory in [&options.www, &options.pkg, &options.site]
            .into_iter()
            .flatten()
        {
            if !directory.is_dir() {
                return Err(BindError::NoDirectory(directory.clone()));
            }
        }
        let (listener, address) = match listen(&options).await {
            Ok(listening) => listening,
            Err(error) if error.kind() == io::ErrorKind::AddrInUse => {
                return Err(BindError::PortInUse {
                    host: options.host,
                    port: options.port,
                });
            }
            Err(source) => {
                return Err(BindError::Io {
                    host: options.host,
                    port: options.port,
                    source,
                });
            }
        };
        let router = routes::router(&options);
        let stop = CancellationToken::new();
        let tasks = TaskTracker::new();
        tasks.spawn(accept(listener, router, stop.clone(), tasks.clone()));
        Ok(Self {
            address,
            stop,
            tasks,
        })
    }

    /// The address that the server listens on, with the port that the system chose.
    #[must_use]
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// The address as a URL without a final slash, `http://127.0.0.1:49152`.
    #[must_use]
    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// Cuts every connection, and returns when all of them and the listening socket are closed.
    pub async fn shutdown(self) {
        self.stop.cancel();
        self.tasks.close();
        self.tasks.wait().await;
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.stop.cancel();
    }
}

async fn listen(options: &Options) -> io::Result<(TcpListener, SocketAddr)> {
    let listener = TcpListener::bind((options.host.as_str(), options.port)).await?;
    let address = listener.local_addr()?;
    Ok((listener, address))
}

/// A request's TCP connection, which its handler may cut. Clones are handles to the same one.
#[derive(Clone, Debug, Default)]
pub(crate) struct Connection {
    cut: CancellationToken,
    reset: Arc<AtomicBool>,
    flow: Arc<Flow>,
}

impl Connection {
    /// Closes the TCP connection as it is: nothing more is written, not even the end of a body.
    pub(crate) fn cut(&self) {
        self.cut.cancel();
    }

    /// Whether it was closed by this server in the middle.
    pub(crate) fn is_cut(&self) -> bool {
        self.cut.is_cancelled()
    }

    /// What is known of how its bytes flow.
    pub(crate) fn flow(&self) -> &Arc<Flow> {
        &self.flow
    }

    /// Resets the TCP connection instead of answering, as a port does where nothing listens.
    /// Firefox takes the mere end of a connection without an answer for a failure that no
    /// reconnect can mend. The handler that awaits this is dropped together with the connection,
    /// so it never goes on.
    pub(crate) async fn refuse<T>(&self) -> T {
        self.reset.store(true, Ordering::Relaxed);
        self.cut();
        std::future::pending().await
    }
}

async fn accept(
    listener: TcpListener,
    router: Router,
    stop: CancellationToken,
    tasks: TaskTracker,
) {
    loop {
        let accepted = tokio::select! {
            () = stop.cancelled() => return,
            accepted = listener.accept() => accepted,
        };
        match accepted {
            Ok((socket, _)) => {
                let connection = Connection {
                    cut: stop.child_token(),
                    ..Connection::default()
                };
                tasks.spawn(serve(socket, router.clone(), connection));
            }
            // Out of file descriptors, or a client that was gone before it was accepted: neither
            // ends the server. The pause keeps the first from turning into a busy loop.
            Err(_) => tokio::time::sleep(Duration::from_millis(20)).await,
        }
    }
}

async fn serve(socket: TcpStream, router: Router, connection: Connection) {
    // An event must leave when it is written. If the option cannot be set the client has gone.
    let _ = socket.set_nodelay(true);
    let socket = Socket::new(socket, connection.flow.clone());
    let service = TowerToHyperService::new(AddExtension::new(router, connection.clone()));
    // One request for each connection: browsers silently repeat a request when a *reused*
    // connection is closed without an answer, and tests that count requests would see both.
    let mut serving = http1::Builder::new()
        .timer(TokioTimer::new())
        .keep_alive(false)
        .max_buf_size(WRITE_BUFFER)
        .serve_connection(TokioIo::new(socket), service);
    // An error here is a client that went away or a body that was cut on purpose. Either way the
    // socket is closed by dropping it.
    tokio::select! {
        () = connection.cut.cancelled() => {
            if connection.reset.load(Ordering::Relaxed) {
                // As above: if it cannot be set the client has gone.
                let socket = serving.into_parts().io.into_inner();
                let _ = socket.into_stream().set_zero_linger();
            }
        }
        _ = &mut serving => {}
    }
}
