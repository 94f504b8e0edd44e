//! Clients that dawdle are let go, so that they do not keep others out.

use crate::hub::Hub;
use gongjian_hub::http::Settings;
use std::net::SocketAddr;
use std::time::Duration;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::time::timeout;

const PATIENCE: Duration = Duration::from_secs(20);

async fn connect(address: SocketAddr, said: &str) -> TcpStream {
    let mut stream = TcpStream::connect(address).await.unwrap();
    stream.write_all(said.as_bytes()).await.unwrap();
    stream
}

/// All that comes until the server closes the connection.
async fn rest(mut stream: TcpStream) -> String {
    let mut answer = Vec::new();
    // A connection that is reset is closed too.
    let _ = timeout(PATIENCE, stream.read_to_end(&mut answer)).await.expect("the server closes");
    String::from_utf8_lossy(&answer).into_owned()
}

fn impatient() -> Settings {
    Settings { header_seconds: 1, body_seconds: 1, stall_seconds: 1, ..Settings::default() }
}

#[tokio::test]
async fn headers_that_do_not_come_end_the_connection() {
    let hub = Hub::sqlite().await;
    let address = hub.listen(impatient()).await;
    assert_eq!(rest(connect(address, "").await).await, "");
    assert!(
        !rest(connect(address, "GET /healthz HTTP/1.1\r\nHost: hub\r\nX-Slow: ").await).await.contains("200")
    );
    let answered = rest(connect(address, "GET /healthz HTTP/1.1\r\nHost: hub\r\n\r\n").await).await;
    assert!(
        answered.starts_with("HTTP/1.1 200 OK"),
        "a connection that is kept is not kept for ever: {answered}"
    );
}

#[tokio::test]
async fn a_body_that_does_not_come_is_told_so() {
    let hub = Hub::sqlite().await;
    let address = hub.listen(impatient()).await;
    let head = "POST /graphql HTTP/1.1\r\nHost: hub\r\nAccept-Language: en\r\nContent-Type: application/json\r\n\
                Content-Length: 100\r\n\r\n{\"query\":";
    let answer = rest(connect(address, head).await).await;
    assert!(answer.starts_with("HTTP/1.1 408"), "{answer}");
    assert!(answer.contains("LIMIT_REACHED") && answer.contains("within 1 seconds"), "{answer}");
}

#[tokio::test]
async fn headers_larger_than_the_buffer_are_refused() {
    let hub = Hub::sqlite().await;
    let address = hub.listen(impatient()).await;
    let large = format!("GET /healthz HTTP/1.1\r\nHost: hub\r\nX-Large: {}\r\n\r\n", "x".repeat(300_000));
    let mut stream = TcpStream::connect(address).await.unwrap();
    // The server may close before it has read all.
    let _ = stream.write_all(large.as_bytes()).await;
    assert!(!rest(stream).await.contains("200 OK"));
}

#[tokio::test]
async fn whoever_does_not_read_the_answers_is_let_go() {
    let hub = Hub::sqlite().await;
    let address = hub.listen(impatient()).await;
    let mut stream = TcpStream::connect(address).await.unwrap();
    let query = "{__schema{types{name%20description%20fields{name%20description}}}}";
    let ask = format!("GET /graphql?query={query} HTTP/1.1\r\nHost: hub\r\n\r\n");
    let asking = async { while stream.write_all(ask.as_bytes()).await.is_ok() {} };
    timeout(PATIENCE, asking).await.expect("the server closes");
}

#[tokio::test]
async fn connections_beyond_the_limit_wait_for_their_turn() {
    let hub = Hub::sqlite().await;
    let address = hub.listen(Settings { connections: 1, header_seconds: 1, ..Settings::default() }).await;
    let first = connect(address, "").await;
    let second = connect(address, "GET /healthz HTTP/1.1\r\nHost: hub\r\nConnection: close\r\n\r\n").await;
    let (first, second) = tokio::join!(rest(first), rest(second));
    assert_eq!(first, "");
    assert!(second.starts_with("HTTP/1.1 200 OK"), "{second}");
}
