//! `--lan`: HTTPS on this machine's private address, with codes in the terminal for phones to scan.

use super::authority::{self, Certified};
use crate::config::Config;
use anyhow::{Context as _, bail};
use axum::Router;
use axum::response::Html;
use axum::routing::get;
use chrono::{DateTime, Utc};
use http::{HeaderName, header};
use qrcode::render::unicode::Dense1x2;
use qrcode::{EcLevel, QrCode};
use std::net::{IpAddr, Ipv4Addr, SocketAddr, UdpSocket};
use std::path::Path;
use tokio::net::TcpListener;

/// Port of the demo over HTTPS when none is configured; the next one serves the authority's certificate.
const PORT: u16 = 8443;
/// Where the private networks are: asking for the way there tells the own address; nothing is sent.
const ASKED: [[u8; 4]; 5] =
    [[192, 168, 1, 1], [192, 168, 0, 1], [10, 0, 0, 1], [172, 16, 0, 1], [192, 0, 2, 1]];

/// Points the configuration at this machine's private address and certifies it.
///
/// # Errors
/// When there is no private address, or the configured one is public.
pub(super) fn prepare(config: &mut Config, data: &Path, now: DateTime<Utc>) -> anyhow::Result<Certified> {
    let (address, port) = match config.listen.ip() {
        IpAddr::V4(address) if address.is_loopback() => (own_address()?, PORT),
        IpAddr::V4(address) => (address, config.listen.port()),
        IpAddr::V6(_) => bail!("--lan works with an IPv4 address; set EMANIFEST_LISTEN to one"),
    };
    if !authority::is_local(address) {
        bail!(
            "{address} is not a private address: the demo's logins lie in a file, it must not be reachable from the \
             internet; set EMANIFEST_LISTEN to this machine's private address and port, such as 192.168.1.7:{PORT}"
        );
    }
    let certified = authority::certify(&data.join("demo-lan"), address, now)?;
    config.listen = SocketAddr::from((address, port));
    config.public_host = config.listen.to_string();
    config.tls_cert = Some(certified.certificate.clone());
    config.tls_key = Some(certified.key.clone());
    Ok(certified)
}

fn own_address() -> anyhow::Result<Ipv4Addr> {
    let ways = ASKED.into_iter().filter_map(|network| {
        let socket = UdpSocket::bind((Ipv4Addr::UNSPECIFIED, 0)).ok()?;
        socket.connect((Ipv4Addr::from(network), 9)).ok()?;
        match socket.local_addr().ok()?.ip() {
            IpAddr::V4(address) => Some(address),
            IpAddr::V6(_) => None,
        }
    });
    let found: Vec<Ipv4Addr> = ways.collect();
    found.iter().copied().find(|address| authority::is_local(*address)).with_context(|| {
        format!(
            "this machine has no private address (found {found:?}); join the phones' network, or set EMANIFEST_LISTEN \
             to an address and port such as 192.168.1.7:{PORT}"
        )
    })
}

/// Serves the authority's certificate with short instructions on the next port, over plain HTTP: a phone cannot trust
/// the HTTPS side before it has it.
///
/// # Errors
/// When the port is taken.
pub(super) async fn serve_certificate(config: &Config, certified: &Certified) -> anyhow::Result<()> {
    let port = config.listen.port().checked_add(1).context("the port after the last is none")?;
    let address = SocketAddr::from((config.listen.ip(), port));
    let listener = TcpListener::bind(address).await.with_context(|| format!("cannot listen on {address}"))?;
    let (certificate, page) = (certified.authority.clone(), instructions(&config.public_host));
    let headers: [(HeaderName, &str); 2] = [
        (header::CONTENT_TYPE, "application/x-x509-ca-cert"),
        (header::CONTENT_DISPOSITION, "attachment; filename=\"emanifest-demo-ca.crt\""),
    ];
    let router = Router::new()
        .route("/ca.crt", get(move || async move { (headers, certificate) }))
        .fallback(move || async move { Html(page) });
    tokio::spawn(async move {
        if let Err(error) = axum::serve(listener, router).await {
            tracing::warn!(%error, "the certificate of the demo's authority is served no more");
        }
    });
    print(
        "1. The phone trusts this demo: scan, install the certificate",
        &format!("http://{address}/ca.crt"),
    )?;
    println!("   Help for the phone: http://{address}/");
    print("2. Then open the app", &format!("https://{}/", config.public_host))
}

/// Prints an address as a code for a terminal with a dark background.
fn print(title: &str, address: &str) -> anyhow::Result<()> {
    let code = QrCode::with_error_correction_level(address, EcLevel::L)?;
    let drawn = code
        .render::<Dense1x2>()
        .dark_color(Dense1x2::Light)
        .light_color(Dense1x2::Dark)
        .quiet_zone(true)
        .build();
    println!("\n{title}: {address}\n{drawn}");
    Ok(())
}

fn instructions(host: &str) -> String {
    format!(
        r#"<!doctype html><html lang="vi"><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>E-manifest (demo)</title>
<h1>E-manifest – bản dùng thử</h1>
<ol>
<li><a href="/ca.crt">Tải chứng chỉ</a>.
<li>Android: Cài đặt → Bảo mật → Mã hoá và thông tin xác thực → Cài chứng chỉ → Chứng chỉ CA.
<li>iPhone: Cài đặt → Đã tải về hồ sơ → Cài đặt; rồi Cài đặt chung → Giới thiệu → Cài đặt tin cậy chứng nhận → bật.
<li>Mở <a href="https://{host}/">https://{host}/</a>.
<li>Khi dùng thử xong, gỡ chứng chỉ khỏi điện thoại.
</ol>
<h2 lang="en">In English</h2>
<ol lang="en">
<li>Download the <a href="/ca.crt">certificate</a>.
<li>Android: Settings → Security → Encryption and credentials → Install a certificate → CA certificate.
<li>iPhone: Settings → Profile downloaded → Install; then General → About → Certificate Trust Settings → switch on.
<li>Open <a href="https://{host}/">https://{host}/</a>.
<li>Remove the certificate from the phone when you are done.
</ol></html>"#
    )
}
