//! Web push (RFC 8030, 8188, 8291, 8292): the crate `web-push` signs and encrypts, our own client sends, because the
//! crate's clients bring a second TLS stack, follow where they are led and never time out.

use super::resolve::PublicOnly;
use super::{PATIENCE, carried, client};
use crate::config::Config;
use crate::keys;
use anyhow::Context as _;
use app::notice::post::{Carried, Letter};
use data_encoding::BASE64URL_NOPAD;
use domain::notice::endpoint::PushHosts;
use serde_json::json;
use std::sync::Arc;
use web_push::{
    ContentEncoding, PartialVapidSignatureBuilder, SubscriptionInfo, Urgency, VapidSignatureBuilder,
    WebPushMessage, WebPushMessageBuilder, request_builder::build_request,
};

/// How long a signature to a push service holds; the standard allows a day.
const SIGNATURE_HOURS: i64 = 12;

/// Posts to push services.
pub(super) struct Push {
    hosts: PushHosts,
    signer: PartialVapidSignatureBuilder,
    contact: String,
    abroad: reqwest::Client,
    here: reqwest::Client,
}

impl Push {
    pub(super) fn open(config: &Config, hosts: PushHosts) -> anyhow::Result<Self> {
        let pem = keys::push_pem(&config.keys_dir)?.context("there is no key; run: emanifest keys push")?;
        let signer = VapidSignatureBuilder::from_pem_no_sub(pem.as_bytes())
            .map_err(|error| anyhow::anyhow!("the push key cannot be used: {error}"))?;
        let contact = match config.push_contact.as_str() {
            "" => format!("https://{}", config.public_host),
            contact => contact.to_owned(),
        };
        Ok(Self {
            hosts,
            signer,
            contact,
            abroad: client().https_only(true).dns_resolver(Arc::new(PublicOnly)).build()?,
            here: client().build()?,
        })
    }

    pub(super) async fn carry(&self, letter: &Letter, endpoint: &str, key: &[u8], secret: &[u8]) -> Carried {
        // Judged again: the list may have become shorter since the browser subscribed.
        let Ok(url) = self.hosts.check(endpoint) else { return Carried::Gone };
        let Ok(message) = self.message(letter, url.as_str(), key, secret) else {
            return Carried::Refused { why: "not_encrypted" };
        };
        let client = if self.hosts.is_here(url.as_str()) { &self.here } else { &self.abroad };
        let (head, body) = build_request::<Vec<u8>>(message).into_parts();
        let mut request = client.post(url).timeout(PATIENCE).body(body);
        for (name, value) in &head.headers {
            request = request.header(name.as_str(), value.as_bytes());
        }
        match request.send().await {
            Ok(response) => match response.status().as_u16() {
                404 | 410 => Carried::Gone,
                413 => Carried::Refused { why: "too_large" },
                _ => carried(&response),
            },
            // What the error says can name the endpoint, which is a secret.
            Err(error) if error.is_timeout() => Carried::Later { after: None, why: "no_answer" },
            Err(_) => Carried::Later { after: None, why: "unreachable" },
        }
    }

    fn message(
        &self,
        letter: &Letter,
        endpoint: &str,
        key: &[u8],
        secret: &[u8],
    ) -> Result<WebPushMessage, web_push::WebPushError> {
        let (key, secret) = (BASE64URL_NOPAD.encode(key), BASE64URL_NOPAD.encode(secret));
        let browser = SubscriptionInfo::new(endpoint.to_owned(), key, secret);
        let mut signature = self.signer.clone().add_sub_info(&browser);
        signature.add_claim("sub", self.contact.as_str());
        let until = letter.at + chrono::TimeDelta::hours(SIGNATURE_HOURS);
        signature.add_claim("exp", until.timestamp());
        let content = json!({
            "id": letter.about.id,
            "topic": letter.about.topic,
            "role": letter.about.role,
            "manifest_id": letter.about.manifest_id,
            "told_at": letter.about.told_at,
            "title": letter.wording.title,
            "text": letter.wording.text,
            "language": letter.language,
            "urgent": letter.urgent,
        })
        .to_string();
        let mut message = WebPushMessageBuilder::new(&browser);
        message.set_payload(ContentEncoding::Aes128Gcm, content.as_bytes());
        message.set_ttl(u32::try_from(letter.lasts.num_seconds()).unwrap_or(0));
        message.set_urgency(if letter.urgent { Urgency::High } else { Urgency::Normal });
        // A repetition that meets the first one still waiting takes its place.
        message.set_topic(letter.about.id.0.simple().to_string());
        message.set_vapid_signature(signature.build()?);
        message.build()
    }
}
