//! E-mail by SMTP.

use super::{PATIENCE, is_here};
use crate::config::Config;
use anyhow::{Context as _, bail};
use app::notice::post::{Carried, Letter};
use domain::notice::wording;
use lettre::message::Mailbox;
use lettre::message::header::{ContentTransferEncoding, ContentType, HeaderName, HeaderValue};
use lettre::transport::smtp::extension::ClientId;
use lettre::transport::smtp::response::{Category, Severity};
use lettre::{AsyncSmtpTransport, AsyncTransport as _, Message, Tokio1Executor};

/// Sends through one mail server.
pub(super) struct Mail {
    transport: AsyncSmtpTransport<Tokio1Executor>,
    from: Mailbox,
    host: String,
}

impl Mail {
    pub(super) fn open(config: &Config) -> anyhow::Result<Option<Self>> {
        let Some(address) = &config.mail_url else { return Ok(None) };
        let url = url::Url::parse(&address.0).context("mail_url is smtps://… or smtp://…?tls=required")?;
        let encrypted = match url.scheme() {
            "smtps" => true,
            "smtp" => url.query_pairs().any(|(key, value)| key == "tls" && value == "required"),
            _ => bail!("mail_url is smtps://… or smtp://…?tls=required"),
        };
        if !encrypted && !url.host_str().is_some_and(is_here) {
            bail!("mail_url would send in the clear: use smtps://… or smtp://…?tls=required");
        }
        let from = config.mail_from.parse().context("mail_from is an address such as noreply@example.vn")?;
        let host = config.public_host.split(':').next().unwrap_or_default().to_owned();
        let transport = AsyncSmtpTransport::<Tokio1Executor>::from_url(&address.0)
            .context("mail_url is not valid")?
            .hello_name(ClientId::Domain(host.clone()))
            .timeout(Some(PATIENCE))
            .build();
        Ok(Some(Self { transport, from, host }))
    }

    pub(super) async fn carry(&self, letter: &Letter, address: &str) -> Carried {
        let Some(message) = self.message(letter, address) else {
            return Carried::Refused { why: "bad_address" };
        };
        let Err(error) = self.transport.send(message).await else { return Carried::Taken };
        match error.status() {
            Some(code) => {
                // 530 to 535: our own credentials; the operator mends them, and what waits goes out.
                let ours = code.category == Category::Unspecified3;
                match code.severity {
                    Severity::PermanentNegativeCompletion if !ours => Carried::Refused { why: "refused" },
                    _ => Carried::Later { after: None, why: "service_failed" },
                }
            }
            None => Carried::Later { after: None, why: "unreachable" },
        }
    }

    fn message(&self, letter: &Letter, address: &str) -> Option<Message> {
        let language = letter.language;
        let mut text = format!("{}\n\n{}\n{}\n", letter.wording.text, wording::open(language), letter.open);
        if let Some(link) = &letter.act {
            text.push_str(&format!("\n{}\n{}\n", wording::act(language), link.0));
        }
        Message::builder()
            .from(self.from.clone())
            .to(address.parse().ok()?)
            .subject(format!("{}: {}", wording::application(language), letter.wording.title))
            // The same on every attempt: a mail server can tell a repetition.
            .message_id(Some(format!("<{}@{}>", letter.delivery_id, self.host)))
            .raw_header(HeaderValue::new(
                HeaderName::new_from_ascii_str("Auto-Submitted"),
                "auto-generated".to_owned(),
            ))
            .header(ContentType::TEXT_PLAIN)
            .header(ContentTransferEncoding::QuotedPrintable)
            .body(text)
            .ok()
    }
}
