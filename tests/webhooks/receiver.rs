//! A small HTTP receiver that a test starts: it keeps what it was told, and behaves as it is told.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use serde_json::Value;
use tokio::io::{
    AsyncBufReadExt as _, AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _, BufReader,
};
use tokio::net::TcpListener;
use tokio::task::JoinHandle;
use tokio_rustls::TlsAcceptor;

/// What the receiver does with a message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Does {
    /// Answers with this status.
    Answer(u16),
    /// Answers with this status and this header.
    With(u16, String),
    /// Answers with this status after so many milliseconds.
    Slowly(u16, u64),
    /// Never answers.
    Hang,
    /// Ends the connection instead of an answer.
    HangUp,
    /// Answers with this status and a body without an end.
    Endless(u16),
    /// Answers with a head without an end.
    EndlessHead,
    /// Answers with this status, and ends the connection inside a body that is announced to be longer.
    Short(u16),
    /// Answers with what is no HTTP.
    Babble,
}

/// A message that was received.
#[derive(Clone, Debug)]
pub struct Got {
    pub path: String,
    pub headers: BTreeMap<String, String>,
    pub body: Vec<u8>,
}

impl Got {
    /// What it says.
    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap()
    }

    /// The id by which it is known.
    pub fn id(&self) -> &str {
        &self.headers["webhook-id"]
    }

    /// The id of the event, where the query asks for it.
    pub fn event(&self) -> String {
        self.json()["data"]["node"]["id"].as_str().unwrap_or_default().to_owned()
    }
}

type Behaviour = Arc<dyn Fn(&Got, usize) -> Does + Send + Sync>;

/// What it has seen.
#[derive(Default)]
pub struct Seen {
    pub got: Vec<Got>,
    pub connections: usize,
}

/// The receiver; ends with this value.
pub struct Receiver {
    pub port: u16,
    pub seen: Arc<Mutex<Seen>>,
    accepting: JoinHandle<()>,
}

impl Drop for Receiver {
    fn drop(&mut self) {
        self.accepting.abort();
    }
}

impl Receiver {
    /// One that does this with a message of which it got so many to the same path before.
    pub async fn start(does: impl Fn(&Got, usize) -> Does + Send + Sync + 'static) -> Self {
        Self::with(None, does).await
    }

    /// The same with encrypted connections.
    pub async fn with(
        encrypted: Option<TlsAcceptor>,
        does: impl Fn(&Got, usize) -> Does + Send + Sync + 'static,
    ) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let seen: Arc<Mutex<Seen>> = Arc::default();
        let (does, all): (Behaviour, _) = (Arc::new(does), Arc::clone(&seen));
        let accepting = tokio::spawn(async move {
            loop {
                let (stream, _) = listener.accept().await.unwrap();
                all.lock().unwrap().connections += 1;
                let (does, seen, encrypted) = (Arc::clone(&does), Arc::clone(&all), encrypted.clone());
                tokio::spawn(async move {
                    // A client that goes away ends its connection alone.
                    match encrypted {
                        None => drop(talk(stream, &does, &seen).await),
                        Some(acceptor) => {
                            if let Ok(stream) = acceptor.accept(stream).await {
                                drop(talk(stream, &does, &seen).await);
                            }
                        }
                    }
                });
            }
        });
        Self { port, seen, accepting }
    }

    /// Where it is.
    pub fn url(&self, path: &str) -> String {
        format!("http://127.0.0.1:{}{path}", self.port)
    }

    /// What it got to this path.
    pub fn got(&self, path: &str) -> Vec<Got> {
        self.seen.lock().unwrap().got.iter().filter(|got| got.path == path).cloned().collect()
    }

    /// Waits until it got so many messages to this path.
    pub async fn until(&self, path: &str, count: usize) -> Vec<Got> {
        let began = Instant::now();
        loop {
            let got = self.got(path);
            if got.len() >= count {
                return got;
            }
            assert!(began.elapsed() < Duration::from_mins(1), "{path} got {} of {count}", got.len());
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    }
}

async fn talk<S>(stream: S, does: &Behaviour, seen: &Mutex<Seen>) -> std::io::Result<()>
where
    S: AsyncRead + AsyncWrite + Unpin,
{
    let mut stream = BufReader::new(stream);
    let mut line = String::new();
    stream.read_line(&mut line).await?;
    let path = line.split(' ').nth(1).unwrap_or_default().to_owned();
    let mut headers = BTreeMap::new();
    loop {
        line.clear();
        stream.read_line(&mut line).await?;
        let Some((name, value)) = line.trim_end().split_once(": ") else { break };
        headers.insert(name.to_lowercase(), value.to_owned());
    }
    let length = headers.get("content-length").map_or(0, |length| length.parse().unwrap());
    let mut body = vec![0; length];
    stream.read_exact(&mut body).await?;
    let got = Got { path, headers, body };
    let does = {
        let mut seen = seen.lock().unwrap();
        let before = seen.got.iter().filter(|known| known.path == got.path).count();
        let does = does(&got, before);
        seen.got.push(got);
        does
    };
    let head = |status: u16, more: &str| format!("HTTP/1.1 {status} Whatever\r\n{more}connection: close\r\n");
    match does {
        Does::Answer(status) => {
            stream.write_all((head(status, "content-length: 2\r\n") + "\r\nok").as_bytes()).await?;
        }
        Does::With(status, header) => {
            let more = format!("content-length: 0\r\n{header}\r\n");
            stream.write_all((head(status, &more) + "\r\n").as_bytes()).await?;
        }
        Does::Slowly(status, millis) => {
            tokio::time::sleep(Duration::from_millis(millis)).await;
            stream.write_all((head(status, "content-length: 0\r\n") + "\r\n").as_bytes()).await?;
        }
        Does::Hang => tokio::time::sleep(Duration::from_mins(5)).await,
        Does::HangUp => {}
        Does::Endless(status) => {
            stream.write_all((head(status, "") + "\r\n").as_bytes()).await?;
            loop {
                stream.write_all(&[b'x'; 4096]).await?;
            }
        }
        Does::EndlessHead => {
            stream.write_all(b"HTTP/1.1 200 OK\r\n").await?;
            for number in 0.. {
                stream.write_all(format!("x-{number}: {}\r\n", "y".repeat(1000)).as_bytes()).await?;
            }
        }
        Does::Short(status) => {
            stream.write_all((head(status, "content-length: 1000\r\n") + "\r\nok").as_bytes()).await?;
        }
        Does::Babble => stream.write_all(b"Good morning.\r\n\r\n").await?,
    }
    stream.flush().await?;
    stream.shutdown().await
}
