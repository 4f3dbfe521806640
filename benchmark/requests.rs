//! CPU time of one request: the real transport against the fake, eight in flight. Linux only.
//!
//! ```text
//! benchmark-requests <origin of the fake> <how many>
//! ```

mod cost;

use std::error::Error;
use std::num::NonZeroU32;
use std::sync::Arc;

use catalyst_sync::http::{Allowance, HttpOptions, HttpTransport, Offer, Pace, Secret, grant};
use catalyst_sync::port::{Method, Request, Transport};
use catalyst_sync::system::SystemClock;
use futures_util::{StreamExt as _, stream};
use tokio_util::sync::CancellationToken;

const IN_FLIGHT: u8 = 8;

#[tokio::main(worker_threads = 2)]
async fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [origin, count] = &arguments[..] else {
        return Err("benchmark-requests <origin> <how many>".into());
    };
    let count: u32 = count.parse()?;
    let transport = transport(origin)?;
    let request = Request {
        method: Method::Get,
        path: "/contenttypes/ContentType0".to_owned(),
        headers: Vec::new(),
        body: None,
    };
    let cancel = CancellationToken::new();
    // The first one fetches the token and connects.
    transport.send(&request, &cancel).await?;
    let before = cost::cpu_ms()?;
    let sent = stream::iter(0..count).map(|_| transport.send(&request, &cancel));
    let mut answers = sent.buffer_unordered(IN_FLIGHT.into());
    while let Some(answer) = answers.next().await {
        answer?;
    }
    let us = (cost::cpu_ms()? - before) * 1e3 / f64::from(count);
    println!("{}", serde_json::json!({ "us": us }));
    Ok(())
}

fn transport(origin: &str) -> Result<HttpTransport, Box<dyn Error>> {
    let offer = Offer {
        api_url: Some(format!("{origin}/v1")),
        client_id: Some("test-client".to_owned()),
        client_secret: Some(Secret::new("test-secret")),
    };
    let allowance = Allowance { api_url: "https://api.cms.optimizely.com/v1", allowed_hosts: &[] };
    let (endpoint, credentials) = grant(&offer, &Offer::default(), allowance)?;
    let options = HttpOptions {
        pace: Pace {
            requests_per_minute: NonZeroU32::MAX,
            max_in_flight: NonZeroU32::MIN.saturating_add(u32::from(IN_FLIGHT) - 1),
        },
        ..HttpOptions::standard()
    };
    Ok(HttpTransport::new(endpoint, credentials, options, Arc::new(SystemClock))?)
}
