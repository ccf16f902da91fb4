//! The smallest HTTP/1.1 client that keeps a connection: one request, one sized answer. A measurement must not be one
//! of its client, so requests are bytes made before the clock starts.

use std::io;
use std::net::SocketAddr;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

/// Largest answer read.
const ANSWER_MAX: usize = 16 * 1024 * 1024;

/// A connection that is made at the first request and again after it broke.
#[derive(Debug)]
pub struct Client {
    address: SocketAddr,
    stream: Option<TcpStream>,
    buffer: Vec<u8>,
}

/// An answer.
#[derive(Debug, Clone)]
pub struct Answer {
    /// HTTP status.
    pub status: u16,
    /// Body.
    pub body: Vec<u8>,
}

impl Answer {
    /// The body as JSON; `null` when it is none.
    #[must_use]
    pub fn json(&self) -> serde_json::Value {
        serde_json::from_slice(&self.body).unwrap_or_default()
    }
}

/// The bytes of a request.
#[must_use]
pub fn request(method: &str, path: &str, token: Option<&str>, more: &[(&str, &str)], body: &[u8]) -> Vec<u8> {
    let mut head =
        format!("{method} {path} HTTP/1.1\r\nhost: 127.0.0.1\r\ncontent-length: {}\r\n", body.len());
    if !body.is_empty() {
        head.push_str("content-type: application/json\r\n");
    }
    if let Some(token) = token {
        head.extend(["authorization: Bearer ", token, "\r\n"]);
    }
    for (name, value) in more {
        head.extend([*name, ": ", *value, "\r\n"]);
    }
    head.push_str("\r\n");
    let mut bytes = head.into_bytes();
    bytes.extend_from_slice(body);
    bytes
}

impl Client {
    /// A client of a server; connects at its first request.
    #[must_use]
    pub fn new(address: SocketAddr) -> Self {
        Self { address, stream: None, buffer: Vec::with_capacity(16 * 1024) }
    }

    /// Sends a request and reads its answer. A broken connection is an error and is made anew next time.
    ///
    /// # Errors
    /// Whatever the connection says.
    pub async fn send(&mut self, request: &[u8]) -> io::Result<Answer> {
        let mut stream = match self.stream.take() {
            Some(stream) => stream,
            None => {
                let stream = TcpStream::connect(self.address).await?;
                stream.set_nodelay(true)?;
                stream
            }
        };
        stream.write_all(request).await?;
        let answer = read(&mut stream, &mut self.buffer).await?;
        self.stream = Some(stream);
        Ok(answer)
    }
}

async fn read(stream: &mut TcpStream, buffer: &mut Vec<u8>) -> io::Result<Answer> {
    buffer.clear();
    let head = loop {
        if let Some(at) = find(buffer, b"\r\n\r\n") {
            break at + 4;
        }
        more(stream, buffer).await?;
    };
    let bad = || io::Error::new(io::ErrorKind::InvalidData, "not the answer of our server");
    let text = std::str::from_utf8(&buffer[..head]).map_err(|_| bad())?;
    let status: u16 = text.get(9..12).and_then(|code| code.parse().ok()).ok_or_else(bad)?;
    let length = text.split("\r\n").find_map(|line| line.strip_prefix("content-length: "));
    let length: usize = length.map_or(Ok(0), str::parse).map_err(|_| bad())?;
    if length > ANSWER_MAX {
        return Err(bad());
    }
    while buffer.len() < head + length {
        more(stream, buffer).await?;
    }
    Ok(Answer { status, body: buffer[head..head + length].to_vec() })
}

async fn more(stream: &mut TcpStream, buffer: &mut Vec<u8>) -> io::Result<()> {
    if stream.read_buf(buffer).await? == 0 {
        return Err(io::ErrorKind::UnexpectedEof.into());
    }
    Ok(())
}

fn find(haystack: &[u8], needle: &[u8]) -> Option<usize> {
    haystack.windows(needle.len()).position(|window| window == needle)
}
