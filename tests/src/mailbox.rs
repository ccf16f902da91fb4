//! A mail server and a gateway for texts on loopback, as simple as the protocols allow.

use axum::extract::State;
use http::{HeaderMap, StatusCode};
use serde_json::Value;
use std::sync::{Arc, Mutex};
use tokio::io::{AsyncBufReadExt as _, AsyncWriteExt as _, BufReader};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinHandle;

/// An e-mail as it came.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mail {
    /// Recipient of the envelope.
    pub to: String,
    /// Headers and body, quoted-printable undone.
    pub text: String,
}

/// A mail server that takes everything but what it is told to refuse.
#[derive(Debug)]
pub struct MailServer {
    /// `smtp://127.0.0.1:PORT`.
    pub url: String,
    mails: Arc<Mutex<Vec<Mail>>>,
    refuse: Arc<Mutex<Option<u16>>>,
    serving: JoinHandle<()>,
}

impl Drop for MailServer {
    fn drop(&mut self) {
        self.serving.abort();
    }
}

impl MailServer {
    /// Starts it on loopback.
    ///
    /// # Panics
    /// When there is no port.
    pub async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("smtp://{}", listener.local_addr().unwrap());
        let (mails, refuse) = (Arc::default(), Arc::default());
        let shared = (Arc::clone(&mails), Arc::clone(&refuse));
        let serving = tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let (mails, refuse) = shared.clone();
                tokio::spawn(async move { serve(stream, &mails, &refuse).await });
            }
        });
        Self { url, mails, refuse, serving }
    }

    /// From now on answers recipients with this status; `None` takes them.
    ///
    /// # Panics
    /// When another thread panicked.
    pub fn refuses(&self, status: Option<u16>) {
        *self.refuse.lock().unwrap() = status;
    }

    /// What came since the last time.
    ///
    /// # Panics
    /// When another thread panicked.
    #[must_use]
    pub fn take(&self) -> Vec<Mail> {
        std::mem::take(&mut *self.mails.lock().unwrap())
    }
}

async fn serve(stream: TcpStream, mails: &Mutex<Vec<Mail>>, refuse: &Mutex<Option<u16>>) -> Option<()> {
    let mut stream = BufReader::new(stream);
    stream.write_all(b"220 here\r\n").await.ok()?;
    let mut to = String::new();
    loop {
        let mut line = String::new();
        if stream.read_line(&mut line).await.ok()? == 0 {
            return None;
        }
        let verb = line.split_whitespace().next().unwrap_or_default().to_uppercase();
        let answer = match verb.as_str() {
            "EHLO" | "HELO" => "250-here\r\n250 8BITMIME".to_owned(),
            "RCPT" => {
                to = line.split_once('<')?.1.split_once('>')?.0.to_owned();
                let refused = *refuse.lock().unwrap();
                refused.map_or_else(|| "250 good".to_owned(), |status| format!("{status} no"))
            }
            "DATA" => {
                stream.write_all(b"354 go on\r\n").await.ok()?;
                let mut text = String::new();
                loop {
                    let mut line = String::new();
                    stream.read_line(&mut line).await.ok()?;
                    if line == ".\r\n" {
                        break;
                    }
                    text.push_str(&line);
                }
                mails.lock().unwrap().push(Mail { to: to.clone(), text: unquoted(&text) });
                "250 kept".to_owned()
            }
            "QUIT" => {
                stream.write_all(b"221 bye\r\n").await.ok()?;
                return Some(());
            }
            _ => "250 good".to_owned(),
        };
        stream.write_all(format!("{answer}\r\n").as_bytes()).await.ok()?;
    }
}

/// Undoes quoted-printable: soft line ends and `=XX`.
fn unquoted(text: &str) -> String {
    let text = text.replace("=\r\n", "");
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((first, tail)) = rest.split_first() {
        let code = (*first == b'=')
            .then(|| {
                tail.get(..2).and_then(|hex| u8::from_str_radix(std::str::from_utf8(hex).ok()?, 16).ok())
            })
            .flatten();
        bytes.push(code.unwrap_or(*first));
        rest = if code.is_some() { &tail[2..] } else { tail };
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

type Texts = Arc<Mutex<Vec<(String, Value)>>>;

/// A gateway for texts that takes everything.
#[derive(Debug)]
pub struct Gateway {
    /// Where it takes texts.
    pub url: String,
    texts: Texts,
    serving: JoinHandle<()>,
}

impl Drop for Gateway {
    fn drop(&mut self) {
        self.serving.abort();
    }
}

impl Gateway {
    /// Starts it on loopback.
    ///
    /// # Panics
    /// When there is no port.
    pub async fn start() -> Self {
        let texts = Texts::default();
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}/send", listener.local_addr().unwrap());
        let router =
            axum::Router::new().route("/send", axum::routing::post(take)).with_state(Arc::clone(&texts));
        let serving = tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
        Self { url, texts, serving }
    }

    /// Authorisation and body of what came since the last time.
    ///
    /// # Panics
    /// When another thread panicked.
    #[must_use]
    pub fn take(&self) -> Vec<(String, Value)> {
        std::mem::take(&mut *self.texts.lock().unwrap())
    }
}

async fn take(
    State(texts): State<Texts>,
    headers: HeaderMap,
    axum::Json(body): axum::Json<Value>,
) -> StatusCode {
    let authorisation =
        headers.get("authorization").and_then(|value| value.to_str().ok()).unwrap_or_default();
    texts.lock().unwrap().push((authorisation.to_owned(), body));
    StatusCode::ACCEPTED
}
