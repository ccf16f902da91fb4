//! One HTTP request and its answer.

use reqwest::header::HeaderMap;
use reqwest::{Client, Method, RequestBuilder};
use serde_json::Value;
use std::sync::Once;

/// A client of one server: a phone's app, a browser or a program.
#[derive(Debug, Clone)]
pub struct Http {
    base: String,
    client: Client,
}

impl Http {
    /// A client with a cookie jar of its own.
    #[must_use]
    pub fn new(base: &str) -> Self {
        Self { base: base.to_owned(), client: builder().cookie_store(true).build().unwrap() }
    }

    /// A client that keeps no cookies.
    #[must_use]
    pub fn without_cookies(base: &str) -> Self {
        Self { base: base.to_owned(), client: builder().build().unwrap() }
    }

    /// A request to a path of the server.
    pub fn request(&self, method: Method, path: &str) -> RequestBuilder {
        self.client.request(method, format!("{}{path}", self.base))
    }

    /// Where the server is: `http://127.0.0.1:<port>`.
    #[must_use]
    pub fn base(&self) -> &str {
        &self.base
    }
}

fn builder() -> reqwest::ClientBuilder {
    static PROVIDER: Once = Once::new();
    PROVIDER.call_once(|| {
        // Only missing when another was installed before, which is as good.
        let _ = rustls::crypto::ring::default_provider().install_default();
    });
    Client::builder().redirect(reqwest::redirect::Policy::none()).no_proxy()
}

/// Sends a request and reads the whole answer.
///
/// # Panics
/// When the server does not answer at all.
pub async fn send(request: RequestBuilder) -> Answer {
    let (client, request) = request.build_split();
    let request = request.unwrap();
    let asked = format!("{} {}", request.method(), request.url().path());
    let response =
        client.execute(request).await.unwrap_or_else(|error| panic!("{asked}: no answer: {error}"));
    let (status, headers) = (response.status().as_u16(), response.headers().clone());
    let bytes =
        response.bytes().await.unwrap_or_else(|error| panic!("{asked}: half an answer: {error}")).to_vec();
    let body = serde_json::from_slice(&bytes).unwrap_or(Value::Null);
    Answer { asked, status, headers, body, bytes }
}

/// Sends a request; reads the whole answer when it is a refusal, and only its head otherwise: it may have no end.
///
/// # Panics
/// When the server does not answer at all.
pub async fn head(request: RequestBuilder) -> Answer {
    let response = request.send().await.unwrap_or_else(|error| panic!("no answer: {error}"));
    let (asked, headers) = (response.url().path().to_owned(), response.headers().clone());
    let status = response.status().as_u16();
    let bytes = if status < 400 { Vec::new() } else { response.bytes().await.unwrap().to_vec() };
    let body = serde_json::from_slice(&bytes).unwrap_or(Value::Null);
    Answer { asked, status, headers, body, bytes }
}

/// An answer of the server.
#[derive(Debug, Clone)]
pub struct Answer {
    /// Method and path, for messages.
    pub asked: String,
    /// HTTP status.
    pub status: u16,
    /// Its headers.
    pub headers: HeaderMap,
    /// Its JSON; null when it is not JSON.
    pub body: Value,
    /// Its bytes.
    pub bytes: Vec<u8>,
}

impl Answer {
    /// The body of a success.
    ///
    /// # Panics
    /// When it is another status.
    #[track_caller]
    #[must_use]
    pub fn expect(self, status: u16) -> Value {
        assert_eq!(self.status, status, "{} answered {}", self.asked, self.text());
        self.body
    }

    /// The body of a 200.
    ///
    /// # Panics
    /// When it is another status.
    #[track_caller]
    #[must_use]
    pub fn ok(self) -> Value {
        self.expect(200)
    }

    /// The body of a problem with this status and code.
    ///
    /// # Panics
    /// When it is another problem, or none.
    #[track_caller]
    pub fn problem(self, status: u16, code: &str) -> Value {
        assert_eq!(
            (self.status, self.body["code"].as_str()),
            (status, Some(code)),
            "{}: {}",
            self.asked,
            self.text()
        );
        assert_eq!(self.headers["content-type"], "application/problem+json", "{}", self.asked);
        assert_eq!(self.body["status"], status, "{}", self.asked);
        assert_eq!(self.body["type"], format!("urn:emanifest:problem:{code}"), "{}", self.asked);
        self.body
    }

    /// The body as text.
    #[must_use]
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.bytes).into_owned()
    }

    /// A header as text.
    #[must_use]
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).and_then(|value| value.to_str().ok())
    }
}

/// The items of a list.
///
/// # Panics
/// When it is no list.
#[must_use]
pub fn items(list: &Value) -> &[Value] {
    list["items"].as_array().unwrap_or_else(|| panic!("no list: {list}"))
}
