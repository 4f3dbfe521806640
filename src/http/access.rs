//! Which credentials may go to which address.

use url::Url;

use super::{Credentials, Endpoint, EndpointError, Secret};

/// What one source, the environment or a provider's configuration, brings.
#[derive(Debug, Clone, Default)]
pub struct Offer {
    /// Base address of the API.
    pub api_url: Option<String>,
    /// Client id.
    pub client_id: Option<String>,
    /// Client secret.
    pub client_secret: Option<Secret>,
}

/// Where requests may go besides the environment's address.
#[derive(Debug, Clone, Copy)]
pub struct Allowance<'p> {
    /// The platform's own address, used when nobody names another.
    pub api_url: &'p str,
    /// Hosts (`host`, or `host:port` for one port only) that a configuration may name besides.
    pub allowed_hosts: &'p [String],
}

/// Why there is no access.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum AccessError {
    /// The address cannot be used at all.
    #[error("{of}: {reason}")]
    Address {
        /// Who named it.
        of: &'static str,
        /// What is wrong with it.
        reason: EndpointError,
    },
    /// A configuration names a host that nobody allowed.
    #[error("{origin} is not an allowed host")]
    HostNotAllowed {
        /// The host.
        origin: String,
    },
    /// A configuration names another host than the environment and brings no credentials for it.
    #[error("the credentials of the environment do not go to {origin}")]
    ForeignHost {
        /// The host.
        origin: String,
    },
    /// No client id, or no secret.
    #[error("{missing} is missing")]
    CredentialsMissing {
        /// Which one.
        missing: &'static str,
    },
}

/// Decides where requests go and with which credentials: address and credentials come from the same
/// source.
///
/// A configuration may bring an address of the environment's origin, of the platform's own, or of an
/// allowed host. For any origin but the environment's (which is the platform's own when the
/// environment names none) it must bring its own credentials too.
///
/// # Errors
///
/// [`AccessError`] says what is missing or refused.
pub fn grant(
    environment: &Offer,
    configuration: &Offer,
    allowance: Allowance<'_>,
) -> Result<(Endpoint, Credentials), AccessError> {
    let parse = |of, text: &str| {
        Endpoint::parse(text).map_err(|reason| AccessError::Address { of, reason })
    };
    let own = parse("the platform's address", allowance.api_url)?;
    let trusted = match present(environment.api_url.as_deref()) {
        Some(text) => parse("the environment's address", text)?,
        None => own.clone(),
    };
    let endpoint = match present(configuration.api_url.as_deref()) {
        Some(text) => parse("the configured address", text)?,
        None => trusted.clone(),
    };
    let given = match complete(configuration) {
        Err(Incomplete::Nothing) if endpoint.origin() == trusted.origin() => complete(environment),
        given => given,
    };
    let origin = || endpoint.origin().to_string();
    let is_known = [&trusted, &own].iter().any(|known| known.origin() == endpoint.origin());
    if !is_known && !is_allowed(endpoint.base(), allowance.allowed_hosts) {
        return Err(AccessError::HostNotAllowed { origin: origin() });
    }
    match given {
        Ok(credentials) => Ok((endpoint, credentials)),
        Err(Incomplete::Nothing) if endpoint.origin() != trusted.origin() => {
            Err(AccessError::ForeignHost { origin: origin() })
        }
        Err(Incomplete::Nothing) => {
            Err(AccessError::CredentialsMissing { missing: "the client id" })
        }
        Err(Incomplete::Part(missing)) => Err(AccessError::CredentialsMissing { missing }),
    }
}

/// What a source lacks of credentials.
enum Incomplete {
    Nothing,
    Part(&'static str),
}

/// Half of the credentials is never completed from another source: the two would not belong
/// together.
fn complete(offer: &Offer) -> Result<Credentials, Incomplete> {
    let client_id = present(offer.client_id.as_deref());
    let client_secret = offer.client_secret.as_ref().filter(|secret| !secret.is_empty());
    match (client_id, client_secret) {
        (Some(id), Some(secret)) => {
            Ok(Credentials { client_id: id.to_owned(), client_secret: secret.clone() })
        }
        (None, None) => Err(Incomplete::Nothing),
        (Some(_), None) => Err(Incomplete::Part("the client secret")),
        (None, Some(_)) => Err(Incomplete::Part("the client id")),
    }
}

fn present(text: Option<&str>) -> Option<&str> {
    text.map(str::trim).filter(|text| !text.is_empty())
}

fn is_allowed(url: &Url, allowed: &[String]) -> bool {
    let Some(host) = url.host_str() else { return false };
    let with_port = url.port_or_known_default().map(|port| format!("{host}:{port}"));
    allowed.iter().any(|entry| {
        entry.eq_ignore_ascii_case(host)
            || with_port.as_deref().is_some_and(|full| entry.eq_ignore_ascii_case(full))
    })
}
