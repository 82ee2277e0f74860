//! A small mail server that a test starts: it keeps what it took, and behaves as it is told.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use tokio::io::{AsyncBufReadExt as _, AsyncRead, AsyncWrite, AsyncWriteExt as _, BufReader};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinHandle;
use tokio_rustls::TlsAcceptor;

/// What the server does with one mail.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Does {
    /// Takes it.
    Take,
    /// Answers so to whom it is for.
    RefuseAddress(u16),
    /// Answers so to the whole mail.
    RefuseMail(u16),
    /// Ends the connection when it hears whom it is for.
    HangUpAtAddress,
    /// Answers with what is no text when it hears whom it is for.
    Babble,
    /// Ends the connection in the middle of the mail.
    HangUpInside,
    /// Takes it, and ends the connection instead of saying so.
    TakeAndHangUp,
    /// Takes it after so many milliseconds.
    TakeSlowly(u64),
}

/// What it has seen.
#[derive(Default)]
pub struct Seen {
    /// The mails that it took, by whom they are for.
    pub taken: BTreeMap<String, Vec<String>>,
    /// How often each was offered.
    pub offered: BTreeMap<String, usize>,
    /// How many connections there were.
    pub connections: usize,
    /// What was said to sign in.
    pub signed_in: Vec<String>,
}

/// How a connection is encrypted.
#[derive(Clone)]
pub enum Encrypted {
    /// Not at all.
    No,
    /// From the first byte.
    AtOnce(TlsAcceptor),
    /// When the client asks for it; before that it takes nothing.
    WhenAsked(TlsAcceptor),
}

type Behaviour = Arc<dyn Fn(&str, usize) -> Does + Send + Sync>;

/// The server; ends with this value.
pub struct MailServer {
    pub port: u16,
    pub seen: Arc<Mutex<Seen>>,
    accepting: JoinHandle<()>,
}

impl Drop for MailServer {
    fn drop(&mut self) {
        self.accepting.abort();
    }
}

impl MailServer {
    /// One that does this with the mail for somebody that is offered so many times before.
    pub async fn start(does: impl Fn(&str, usize) -> Does + Send + Sync + 'static) -> Self {
        Self::on(0, does).await
    }

    /// The same on a port that was in use before.
    pub async fn on(port: u16, does: impl Fn(&str, usize) -> Does + Send + Sync + 'static) -> Self {
        Self::with(port, Encrypted::No, does).await
    }

    /// The same with encrypted connections.
    pub async fn with(
        port: u16,
        encrypted: Encrypted,
        does: impl Fn(&str, usize) -> Does + Send + Sync + 'static,
    ) -> Self {
        let listener = TcpListener::bind(("127.0.0.1", port)).await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let seen: Arc<Mutex<Seen>> = Arc::default();
        let (does, all): (Behaviour, _) = (Arc::new(does), Arc::clone(&seen));
        let accepting = tokio::spawn(async move {
            loop {
                let (stream, _) = listener.accept().await.unwrap();
                all.lock().unwrap().connections += 1;
                let (does, seen) = (Arc::clone(&does), Arc::clone(&all));
                let encrypted = encrypted.clone();
                tokio::spawn(async move {
                    // A client that goes away ends its connection alone.
                    let _ = talk(stream, &encrypted, &does, &seen).await;
                });
            }
        });
        Self { port, seen, accepting }
    }

    /// How many mails it took, whoever they are for.
    pub fn taken(&self) -> usize {
        self.seen.lock().unwrap().taken.values().map(Vec::len).sum()
    }

    /// How often it took a mail for this address.
    pub fn taken_for(&self, address: &str) -> usize {
        self.seen.lock().unwrap().taken.get(address).map_or(0, Vec::len)
    }

    /// The first mail for this address.
    pub fn mail_for(&self, address: &str) -> String {
        self.seen.lock().unwrap().taken[address][0].clone()
    }
}

async fn talk(
    stream: TcpStream,
    encrypted: &Encrypted,
    does: &Behaviour,
    seen: &Arc<Mutex<Seen>>,
) -> std::io::Result<()> {
    stream.set_nodelay(true)?;
    match encrypted {
        Encrypted::No => {
            let mut stream = BufReader::new(stream);
            say(&mut stream, "220 mail.test ESMTP").await?;
            session(&mut stream, does, seen).await
        }
        Encrypted::AtOnce(tls) => {
            let mut stream = BufReader::new(tls.accept(stream).await?);
            say(&mut stream, "220 mail.test ESMTP").await?;
            session(&mut stream, does, seen).await
        }
        Encrypted::WhenAsked(tls) => {
            let mut plain = BufReader::new(stream);
            say(&mut plain, "220 mail.test ESMTP").await?;
            loop {
                let mut line = String::new();
                if plain.read_line(&mut line).await? == 0 {
                    return Ok(());
                }
                match line.trim() {
                    "STARTTLS" => break,
                    line if line.starts_with("EHLO") => {
                        plain.write_all(b"250-mail.test\r\n").await?;
                        say(&mut plain, "250 STARTTLS").await?;
                    }
                    _ => say(&mut plain, "530 encrypt first").await?,
                }
            }
            say(&mut plain, "220 go on").await?;
            let mut stream = BufReader::new(tls.accept(plain.into_inner()).await?);
            session(&mut stream, does, seen).await
        }
    }
}

async fn say<S: AsyncWrite + Unpin>(stream: &mut S, line: &str) -> std::io::Result<()> {
    stream.write_all(format!("{line}\r\n").as_bytes()).await?;
    stream.flush().await
}

/// What stands between angle brackets.
fn address(line: &str) -> String {
    let (_, rest) = line.split_once('<').unwrap_or_default();
    rest.split('>').next().unwrap_or_default().to_owned()
}

async fn session<S>(
    stream: &mut BufReader<S>,
    does: &Behaviour,
    seen: &Arc<Mutex<Seen>>,
) -> std::io::Result<()>
where
    S: AsyncRead + AsyncWrite + Unpin,
{
    let mut to = String::new();
    let mut now = Does::Take;
    loop {
        let mut line = String::new();
        if stream.read_line(&mut line).await? == 0 {
            return Ok(());
        }
        let command = line.split([' ', ':', '\r']).next().unwrap_or_default().to_uppercase();
        match command.as_str() {
            "EHLO" => {
                stream.write_all(b"250-mail.test\r\n250-8BITMIME\r\n").await?;
                say(stream, "250 AUTH PLAIN LOGIN").await?;
            }
            "AUTH" => {
                seen.lock().unwrap().signed_in.push(line.trim().to_owned());
                say(stream, "235 fine").await?;
            }
            "RCPT" => {
                to = address(&line);
                let offered = {
                    let mut seen = seen.lock().unwrap();
                    let offered = seen.offered.entry(to.clone()).or_default();
                    *offered += 1;
                    *offered - 1
                };
                now = does(&to, offered);
                match now {
                    Does::HangUpAtAddress => return Ok(()),
                    Does::Babble => {
                        stream.write_all(b"250 \xff\xfe\r\n").await?;
                        stream.flush().await?;
                    }
                    Does::RefuseAddress(code) => say(stream, &format!("{code} not this address")).await?,
                    _ => say(stream, "250 fine").await?,
                }
            }
            "DATA" => {
                say(stream, "354 go on").await?;
                let mut mail = String::new();
                loop {
                    let mut line = String::new();
                    if stream.read_line(&mut line).await? == 0 {
                        return Ok(());
                    }
                    if now == Does::HangUpInside && mail.len() > 40 {
                        return Ok(());
                    }
                    if line == ".\r\n" {
                        break;
                    }
                    mail.push_str(line.strip_prefix('.').unwrap_or(&line));
                }
                if let Does::RefuseMail(code) = now {
                    say(stream, &format!("{code} not this mail")).await?;
                    continue;
                }
                if let Does::TakeSlowly(millis) = now {
                    tokio::time::sleep(Duration::from_millis(millis)).await;
                }
                // Taken is what a real server would have on its disk, whether it can still say so or not.
                seen.lock().unwrap().taken.entry(to.clone()).or_default().push(mail);
                if now == Does::TakeAndHangUp {
                    return Ok(());
                }
                say(stream, "250 taken").await?;
            }
            "QUIT" => {
                say(stream, "221 bye").await?;
                return Ok(());
            }
            _ => say(stream, "250 fine").await?,
        }
    }
}
