//! The world outside a server: a push service, a mail server and a gateway on loopback, and browsers with real keys.

use crate::World;
use crate::http::Http;
use app::App;
use app::live::Relay;
use app::notice::deliver::{self, Round};
use app::notice::post::Post;
use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::response::{IntoResponse, Response};
use data_encoding::BASE64URL_NOPAD;
use domain::seal::key::PublicKey;
use http::{HeaderMap, StatusCode};
use ring::rand::SystemRandom;
use serde_json::{Value, json};
use server::config::Config;
use server::post::PostOffice;
use server::{compose, keys};
use std::collections::VecDeque;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex};
use tokio::net::TcpListener;
use tokio::task::JoinHandle;

/// A message as a push service took it.
#[derive(Debug, Clone)]
pub struct Message {
    /// The browser it is for: the last part of its endpoint.
    pub browser: String,
    /// Headers.
    pub headers: HeaderMap,
    /// Encrypted.
    pub body: Vec<u8>,
}

impl Message {
    /// A header as text; empty when it is missing.
    #[must_use]
    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default()
    }

    /// The claims of its VAPID token, after checking the signature by the key that comes with it; that key, too.
    ///
    /// # Panics
    /// When it is not signed as RFC 8292 says.
    #[must_use]
    pub fn signed_claims(&self) -> (Value, Vec<u8>) {
        let parameters = self.header("authorization").strip_prefix("vapid ").unwrap();
        let parameter = |name: &str| {
            let found = parameters.split(',').find_map(|part| part.trim().strip_prefix(name));
            found.unwrap_or_else(|| panic!("no {name} in {parameters}")).to_owned()
        };
        let (token, key) = (parameter("t="), BASE64URL_NOPAD.decode(parameter("k=").as_bytes()).unwrap());
        let (signed, signature) = token.rsplit_once('.').unwrap();
        let signature: [u8; 64] = BASE64URL_NOPAD.decode(signature.as_bytes()).unwrap().try_into().unwrap();
        let public = PublicKey::from_bytes(&key).unwrap();
        assert!(public.verifies(signed.as_bytes(), &signature), "the token is not signed by its key");
        let (header, claims) = signed.split_once('.').unwrap();
        let json = |part: &str| -> Value {
            serde_json::from_slice(&BASE64URL_NOPAD.decode(part.as_bytes()).unwrap()).unwrap()
        };
        assert_eq!(json(header)["alg"], "ES256");
        (json(claims), key)
    }
}

/// A status and the seconds it asks to wait.
type Reply = (u16, Option<u32>);

#[derive(Clone, Default)]
struct Inbox {
    messages: Arc<Mutex<Vec<Message>>>,
    answers: Arc<Mutex<VecDeque<Reply>>>,
}

/// A push service that takes everything, unless told to answer otherwise.
pub struct PushService {
    /// Where it is.
    pub origin: String,
    inbox: Inbox,
    serving: JoinHandle<()>,
}

impl std::fmt::Debug for PushService {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("PushService").field("origin", &self.origin).finish_non_exhaustive()
    }
}

impl Drop for PushService {
    fn drop(&mut self) {
        self.serving.abort();
    }
}

impl PushService {
    /// Starts it on loopback.
    ///
    /// # Panics
    /// When there is no port.
    pub async fn start() -> Self {
        let inbox = Inbox::default();
        let router = axum::Router::new()
            .route("/p/{browser}", axum::routing::post(take))
            .fallback(async || StatusCode::IM_A_TEAPOT)
            .with_state(inbox.clone());
        let (origin, serving) = listen(router).await;
        Self { origin, inbox, serving }
    }

    /// The next answers: a status each, with seconds to wait.
    ///
    /// # Panics
    /// When another thread panicked.
    pub fn answers(&self, next: &[(u16, Option<u32>)]) {
        self.inbox.answers.lock().unwrap().extend(next);
    }

    /// What came since the last time.
    ///
    /// # Panics
    /// When another thread panicked.
    #[must_use]
    pub fn take(&self) -> Vec<Message> {
        std::mem::take(&mut *self.inbox.messages.lock().unwrap())
    }

    /// A browser that subscribes here.
    ///
    /// # Panics
    /// When there is no randomness.
    #[must_use]
    pub fn browser(&self, name: &str) -> Browser {
        let (pair, auth) = ece::generate_keypair_and_auth_secret().unwrap();
        Browser { endpoint: format!("{}/p/{name}", self.origin), keys: pair.raw_components().unwrap(), auth }
    }
}

async fn take(
    State(inbox): State<Inbox>,
    Path(browser): Path<String>,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    inbox.messages.lock().unwrap().push(Message { browser, headers, body: body.to_vec() });
    let (status, wait) = inbox.answers.lock().unwrap().pop_front().unwrap_or((201, None));
    let status = StatusCode::from_u16(status).unwrap();
    match wait {
        Some(seconds) => (status, [("retry-after", seconds.to_string())]).into_response(),
        None => status.into_response(),
    }
}

async fn listen(router: axum::Router) -> (String, JoinHandle<()>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let origin = format!("http://{}", listener.local_addr().unwrap());
    (origin, tokio::spawn(async move { axum::serve(listener, router).await.unwrap() }))
}

/// A browser with a push subscription.
#[derive(Clone)]
pub struct Browser {
    /// Where its service takes messages.
    pub endpoint: String,
    keys: ece::EcKeyComponents,
    auth: [u8; 16],
}

impl std::fmt::Debug for Browser {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Browser").field("endpoint", &self.endpoint).finish_non_exhaustive()
    }
}

impl Browser {
    /// What it gives to the server.
    #[must_use]
    pub fn subscription(&self) -> Value {
        json!({
            "endpoint": self.endpoint,
            "expirationTime": null,
            "keys": {
                "p256dh": BASE64URL_NOPAD.encode(self.keys.public_key()),
                "auth": BASE64URL_NOPAD.encode(&self.auth),
            },
            "name": "Chrome, Android",
            "language": "vi",
        })
    }

    /// What a message says.
    ///
    /// # Panics
    /// When it is not encrypted for this browser.
    #[must_use]
    pub fn read(&self, message: &Message) -> Value {
        assert_eq!(message.header("content-encoding"), "aes128gcm");
        let plain = ece::decrypt(&self.keys, &self.auth, &message.body)
            .unwrap_or_else(|error| panic!("not for this browser: {error}"));
        serde_json::from_slice(&plain).unwrap()
    }
}

/// A server of a world that reaches people outside: another process over the same database, as it were.
#[derive(Clone)]
pub struct Station {
    /// Its use-cases.
    pub app: App,
    /// Its door.
    pub http: Http,
    /// Its way out.
    pub post: Arc<dyn Post>,
    _relay: Option<Arc<Relay>>,
}

impl std::fmt::Debug for Station {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Station")
    }
}

impl Station {
    /// One stroke of the job: what was told is spread and sent.
    ///
    /// # Panics
    /// When the database fails.
    pub async fn round(&self) -> Round {
        deliver::round(&self.app, &self.post).await.unwrap()
    }
}

impl World {
    /// A server over this world's database with a push service, and whatever else the configuration says.
    ///
    /// # Panics
    /// When it cannot be configured so.
    pub async fn station(&self, service: &PushService, also: impl FnOnce(Config) -> Config) -> Station {
        let config = also(Config {
            keys_dir: self.keys_dir.clone(),
            push_test_service: Some(service.origin.clone()),
            stream_heartbeat_s: 1,
            ..Self::config_in(&self.keys_dir)
        });
        if keys::open_push(&config.keys_dir, &SystemRandom::new()).unwrap().is_none() {
            keys::create_push(&config.keys_dir, &SystemRandom::new()).unwrap();
        }
        let post = PostOffice::open(&config, &SystemRandom::new(), true).unwrap();
        let app = compose::app_by_clock(
            &config,
            self.app.db.clone(),
            self.app.keyring.clone(),
            post.means(),
            false,
            Arc::new(self.clock.clone()),
        );
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let base = format!("http://{}", listener.local_addr().unwrap());
        let router = server::http::router(app.clone(), None);
        let service = router.into_make_service_with_connect_info::<SocketAddr>();
        tokio::spawn(async move { axum::serve(listener, service).await.unwrap() });
        let relay = Relay::start(app.core()).await.unwrap().map(Arc::new);
        Station { app, http: Http::without_cookies(&base), post, _relay: relay }
    }
}
