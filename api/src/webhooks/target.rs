//! Sending one message: one connection, to an address that was looked at, one request, and its status.
//!
//! Always: a name is looked up once, the addresses that it has are looked at, and the connection goes to one of these very
//! addresses, so that no name leads elsewhere the second time. No proxy of the environment is used, no redirect is
//! followed, nothing is kept of an answer but its status and how long it asks to be left alone.

use std::io;
use std::net::{IpAddr, SocketAddr};
use std::time::Duration;

use http_body_util::{BodyExt as _, Full};
use hyper::body::{Bytes, Incoming};
use hyper::client::conn::http1;
use hyper::header::{HOST, RETRY_AFTER};
use hyper::{Request, Response};
use hyper_util::rt::TokioIo;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpStream, lookup_host};
use tokio::time::{Instant, timeout, timeout_at};
use tokio_rustls::TlsConnector;
use tokio_rustls::rustls::pki_types::ServerName;
use url::{Host, Url};

use super::settings::Settings;

/// How many addresses of a name are tried.
const MOST_ADDRESSES: usize = 4;
/// How much of an answer is read at most, and for how long: whoever answers may finish a sentence.
const MOST_READ: usize = 16 * 1024;
const LONGEST_READ: Duration = Duration::from_secs(1);
/// How large the head of an answer may be.
const LARGEST_HEAD: usize = 16 * 1024;

/// What a receiver answered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Answer {
    pub(super) status: u16,
    /// How long it asks to be left alone.
    pub(super) retry_after: Option<String>,
}

/// Sends a message.
///
/// # Errors
/// Why there is no answer, a sentence.
pub(super) async fn send(
    settings: &Settings,
    url: &Url,
    headers: &[(&'static str, String)],
    body: Bytes,
) -> Result<Answer, String> {
    let sending = async {
        let stream = connect(settings, url, Instant::now() + settings.connect_timeout).await?;
        let request = request(url, headers, body)?;
        if url.scheme() != "https" {
            return exchange(stream, request).await;
        }
        let name =
            ServerName::try_from(url.host_str().unwrap_or_default().trim_matches(['[', ']']).to_owned());
        let name =
            name.map_err(|_| "The name of the host is none that a certificate could have.".to_owned())?;
        let connector = TlsConnector::from(settings.tls.clone());
        let stream = connector.connect(name, stream).await;
        exchange(stream.map_err(|error| format!("The connection cannot be encrypted: {error}."))?, request)
            .await
    };
    timeout(settings.timeout, sending)
        .await
        .unwrap_or_else(|_| Err("There was no answer in time.".to_owned()))
}

/// Connects until this moment, to one address after the other: none takes the time of all.
async fn connect(settings: &Settings, url: &Url, until: Instant) -> Result<TcpStream, String> {
    let late = || "The connection did not come in time.".to_owned();
    let port = url.port_or_known_default().unwrap_or_default();
    let addresses: Vec<SocketAddr> = match url.host() {
        Some(Host::Ipv4(address)) => vec![SocketAddr::new(IpAddr::V4(address), port)],
        Some(Host::Ipv6(address)) => vec![SocketAddr::new(IpAddr::V6(address), port)],
        Some(Host::Domain(name)) => {
            let found = timeout_at(until, lookup_host((name, port))).await.map_err(|_| late())?;
            found.map_err(|_| "The name of the host does not resolve.".to_owned())?.collect()
        }
        None => Vec::new(),
    };
    let mut failure = "The name of the host does not resolve.".to_owned();
    let is_let_through = |address: &SocketAddr| match settings.targets.refusal(address.ip()) {
        None => true,
        Some(why) => {
            failure = format!("Nothing is sent to the address of the host: {why}.");
            false
        }
    };
    let addresses: Vec<_> = addresses.into_iter().filter(is_let_through).take(MOST_ADDRESSES).collect();
    let mut left = u32::try_from(addresses.len()).unwrap_or(u32::MAX);
    for address in addresses {
        let share = until.saturating_duration_since(Instant::now()) / left.max(1);
        left = left.saturating_sub(1);
        match timeout(share, TcpStream::connect(address)).await {
            Ok(Ok(stream)) => return Ok(stream),
            Ok(Err(error)) => failure = format!("There is no connection: {}.", kind(&error)),
            Err(_) => failure = late(),
        }
    }
    Err(failure)
}

/// What went wrong, without what is told of one machine.
fn kind(error: &io::Error) -> String {
    error.kind().to_string()
}

fn request(
    url: &Url,
    headers: &[(&'static str, String)],
    body: Bytes,
) -> Result<Request<Full<Bytes>>, String> {
    let path = url.query().map_or(url.path().to_owned(), |query| format!("{}?{query}", url.path()));
    let host = url.host_str().unwrap_or_default();
    let host = url.port().map_or(host.to_owned(), |port| format!("{host}:{port}"));
    let mut request = Request::post(path).header(HOST, host);
    for (name, value) in headers {
        request = request.header(*name, value);
    }
    request.body(Full::new(body)).map_err(|_| "The message cannot be put into a request.".to_owned())
}

async fn exchange<S>(stream: S, request: Request<Full<Bytes>>) -> Result<Answer, String>
where
    S: AsyncRead + AsyncWrite + Send + Unpin + 'static,
{
    let broken = |_: hyper::Error| "The connection ended before there was an answer.".to_owned();
    let builder = http1::Builder::new().max_buf_size(LARGEST_HEAD).to_owned();
    let (mut sender, connection) = builder.handshake(TokioIo::new(stream)).await.map_err(broken)?;
    // The connection moves only while it is looked after; what it ends in is told to whoever waits for the answer.
    let looking_after = async {
        let _ = connection.await;
        std::future::pending::<Result<Answer, String>>().await
    };
    let asking = async {
        let response = sender.send_request(request).await.map_err(broken)?;
        let retry_after = response.headers().get(RETRY_AFTER).and_then(|value| value.to_str().ok());
        let answer =
            Answer { status: response.status().as_u16(), retry_after: retry_after.map(str::to_owned) };
        // The status is all that counts.
        let _ = timeout(LONGEST_READ, read(response)).await;
        Ok(answer)
    };
    tokio::select! {
        answered = asking => answered,
        ended = looking_after => ended,
    }
}

async fn read(mut response: Response<Incoming>) {
    let mut left = MOST_READ;
    while let Some(Ok(frame)) = response.body_mut().frame().await {
        let read = frame.data_ref().map_or(0, Bytes::len);
        match left.checked_sub(read) {
            Some(rest) => left = rest,
            None => return,
        }
    }
}
