//! A small client that keeps its connections: it takes little from the cores that the servers need.

use std::{
    cell::RefCell,
    net::SocketAddr,
    rc::Rc,
    time::{Duration, Instant},
};

use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpStream,
    task::LocalSet,
};

/// What came of a time of load.
#[derive(Default)]
pub struct Load {
    /// How long each request took.
    pub latencies: Vec<Duration>,
    /// How long it went on.
    pub time: Duration,
}

impl Load {
    /// Requests a second.
    pub fn rate(&self) -> f64 {
        self.latencies.len() as f64 / self.time.as_secs_f64()
    }

    /// Adds another time of load.
    pub fn add(&mut self, other: Self) {
        self.latencies.extend(other.latencies);
        self.time += other.time;
    }

    /// Within how much of a millisecond so many percent of the requests were answered.
    pub fn percentile(&self, percent: usize) -> f64 {
        let mut sorted = self.latencies.clone();
        sorted.sort_unstable();
        let last = sorted.len().saturating_sub(1);
        sorted.get(last * percent / 100).map_or(0.0, |latency| latency.as_secs_f64() * 1000.0)
    }
}

/// One connection.
pub struct Connection {
    stream: TcpStream,
    buffer: Vec<u8>,
}

impl Connection {
    /// Connects.
    pub async fn open(address: SocketAddr) -> Self {
        let stream = TcpStream::connect(address).await.unwrap();
        stream.set_nodelay(true).unwrap();
        Self { stream, buffer: Vec::with_capacity(256 * 1024) }
    }

    /// Sends a request and reads the body of its answer, which has to be a good one.
    pub async fn ask(&mut self, request: &[u8]) -> &[u8] {
        self.stream.write_all(request).await.unwrap();
        self.buffer.clear();
        let (mut body, mut length) = (None, 0);
        loop {
            if let Some(start) = body
                && self.buffer.len() >= start + length
            {
                return &self.buffer[start..];
            }
            let read = self.stream.read_buf(&mut self.buffer).await.unwrap();
            assert!(read > 0, "the server hung up: {}", String::from_utf8_lossy(request));
            if body.is_none()
                && let Some(end) = self.buffer.windows(4).position(|window| window == b"\r\n\r\n")
            {
                let head = std::str::from_utf8(&self.buffer[..end]).unwrap();
                assert!(head.starts_with("HTTP/1.1 200"), "{head}");
                let field = head.lines().find_map(|line| {
                    let (name, value) = line.split_once(": ")?;
                    name.eq_ignore_ascii_case("content-length").then_some(value)
                });
                length = field.expect("the length of the answer").parse().unwrap();
                body = Some(end + 4);
            }
        }
    }
}

/// Asks over so many connections for so long; `request` makes the so many-th request.
pub async fn load(
    address: SocketAddr,
    connections: usize,
    time: Duration,
    request: impl Fn() -> Rc<[u8]> + 'static,
) -> Load {
    let request = Rc::new(request);
    let latencies = Rc::new(RefCell::new(Vec::new()));
    let tasks = LocalSet::new();
    let began = Instant::now();
    for _ in 0..connections {
        let (request, latencies) = (Rc::clone(&request), Rc::clone(&latencies));
        tasks.spawn_local(async move {
            let mut connection = Connection::open(address).await;
            while began.elapsed() < time {
                let request = request();
                let sent = Instant::now();
                let body = connection.ask(&request).await;
                assert!(body.starts_with(b"{\"data\""), "{}", String::from_utf8_lossy(body));
                latencies.borrow_mut().push(sent.elapsed());
            }
        });
    }
    tasks.await;
    Load { latencies: latencies.take(), time: began.elapsed() }
}
