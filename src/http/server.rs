//! The server's side of each connection: how many there may be, and how slow they may be.

use super::Settings;
use axum::Router;
use axum::extract::ConnectInfo;
use hyper::Request;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::{Service as _, service_fn};
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::service::TowerToHyperService;
use std::io::ErrorKind;
use std::net::SocketAddr;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{OwnedSemaphorePermit, Semaphore, watch};
use tokio_io_timeout::TimeoutStream;

/// Room for the headers of a request, and for what waits to be sent.
const BUFFER_BYTES: usize = 64 << 10;
/// How long to wait where the system gives no more connections.
const PAUSE: Duration = Duration::from_millis(500);

/// A connection's place among those that there may be. Whatever outlives the requests of a connection keeps it.
#[derive(Debug, Clone)]
pub struct Place {
    _permit: Arc<OwnedSemaphorePermit>,
}

/// Serves connections until the hub is about to stop, and then those that are under way to their end.
pub async fn serve(
    listener: TcpListener,
    router: Router,
    settings: &Settings,
    mut stopping: watch::Receiver<bool>,
) {
    let mut http = http1::Builder::new();
    http.timer(TokioTimer::new())
        .header_read_timeout(Duration::from_secs(settings.header_seconds))
        .max_buf_size(BUFFER_BYTES);
    let stall = Duration::from_secs(settings.stall_seconds);
    let most = u32::from(settings.connections);
    let places = Arc::new(Semaphore::new(usize::from(settings.connections)));
    let service = TowerToHyperService::new(router);
    loop {
        let (stream, peer, place) = tokio::select! {
            accepted = accept(&listener, &places) => accepted,
            () = super::stopped(&mut stopping) => break,
        };
        let service = service.clone();
        let service = service_fn(move |mut request: Request<Incoming>| {
            request.extensions_mut().insert(ConnectInfo(peer));
            request.extensions_mut().insert(place.clone());
            service.call(request)
        });
        let mut stream = TimeoutStream::new(stream);
        stream.set_write_timeout(Some(stall));
        let connection = http.serve_connection(TokioIo::new(Box::pin(stream)), service).with_upgrades();
        let mut stopping = stopping.clone();
        tokio::spawn(async move {
            let mut connection = pin!(connection);
            let ended = tokio::select! {
                ended = connection.as_mut() => ended,
                () = super::stopped(&mut stopping) => {
                    connection.as_mut().graceful_shutdown();
                    connection.await
                }
            };
            // A client that breaks off or dawdles is no fault of ours.
            if let Err(error) = ended {
                tracing::debug!(error = &error as &dyn std::error::Error, "a connection broke");
            }
        });
    }
    drop(listener);
    // Every connection has a place until it ends, sockets that have left HTTP among them.
    let _ = places.acquire_many(most).await;
}

/// The next connection, once there is a place for it.
async fn accept(listener: &TcpListener, places: &Arc<Semaphore>) -> (TcpStream, SocketAddr, Place) {
    let permit = loop {
        if let Ok(permit) = places.clone().acquire_owned().await {
            break permit;
        }
        tokio::time::sleep(PAUSE).await;
    };
    loop {
        match listener.accept().await {
            Ok((stream, peer)) => {
                // Small answers go at once; where this cannot be had, they go a little later.
                let _ = stream.set_nodelay(true);
                return (stream, peer, Place { _permit: Arc::new(permit) });
            }
            Err(error) => {
                let of_client =
                    [ErrorKind::ConnectionRefused, ErrorKind::ConnectionAborted, ErrorKind::ConnectionReset];
                if !of_client.contains(&error.kind()) {
                    tracing::error!(error = &error as &dyn std::error::Error, "no connection can be taken");
                    tokio::time::sleep(PAUSE).await;
                }
            }
        }
    }
}
