//! The table of codes.

use std::fmt;

use serde::Serialize;

/// What kind of failure an error is, which decides whether it is retried and what it stops.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ErrorClass {
    /// The input or the definition is not acceptable.
    Validation,
    /// A type that must exist first is missing or failed.
    Dependency,
    /// Both sides moved the same thing.
    Conflict,
    /// It exists already.
    Duplicate,
    /// The platform does not know us.
    Auth,
    /// The platform knows us and refuses this.
    Forbidden,
    /// Too many requests.
    RateLimit,
    /// The platform could not be reached, or could not answer.
    Network,
    /// What was named does not exist.
    NotFound,
    /// The user cancelled.
    Cancelled,
    /// A database or the state is not usable.
    State,
    /// A defect of the engine.
    Internal,
}

macro_rules! codes {
    ($(#[doc = $doc:literal] $name:ident = $text:literal, $class:ident, $status:literal,
        $step:literal;)+) => {
        /// Stable codes of [`SyncError`](super::SyncError).
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[non_exhaustive]
        pub enum ErrorCode { $(#[doc = $doc] $name,)+ }

        impl ErrorCode {
            /// Every code, in the order of the table.
            pub const ALL: &'static [Self] = &[$(Self::$name,)+];

            /// The code as programs see it.
            #[must_use]
            pub fn as_str(self) -> &'static str {
                match self { $(Self::$name => $text,)+ }
            }

            /// The class it belongs to.
            #[must_use]
            pub fn class(self) -> ErrorClass {
                match self { $(Self::$name => ErrorClass::$class,)+ }
            }

            /// The HTTP status that a route should answer with.
            #[must_use]
            pub fn status(self) -> u16 {
                match self { $(Self::$name => $status,)+ }
            }

            /// What it means, in a sentence.
            #[must_use]
            pub fn meaning(self) -> &'static str {
                match self { $(Self::$name => $doc.trim_ascii(),)+ }
            }

            /// What to do about it where the place of the error knows nothing better.
            #[must_use]
            pub fn next_step(self) -> &'static str {
                match self { $(Self::$name => $step,)+ }
            }
        }
    };
}

codes! {
    /// An argument is missing or of the wrong form; the message names it.
    InvalidArgument = "INVALID_ARGUMENT", Validation, 400,
        "correct the argument that the message names";
    /// A type cannot be deployed as it is; the findings say why.
    ValidationFailed = "VALIDATION_FAILED", Validation, 422,
        "change the definition in the studio as the message says";
    /// The platform refused the definition.
    Rejected = "REJECTED", Validation, 422,
        "change the definition in the studio as the message says";
    /// The change would lose content and was not allowed to.
    DataLossRefused = "DATA_LOSS_REFUSED", Validation, 409,
        "deploy with allowDataLoss to accept the loss";
    /// The deletion was not allowed.
    DeleteRefused = "DELETE_REFUSED", Validation, 409,
        "deploy with allowDelete to accept the deletion";
    /// A key that fits several types.
    AmbiguousType = "AMBIGUOUS_TYPE", Validation, 409,
        "name the type by its row id, or by key and website";
    /// No such provider.
    UnknownProvider = "UNKNOWN_PROVIDER", Validation, 400,
        "use optimizely or files";
    /// A provider that does not exist yet.
    ProviderUnavailable = "PROVIDER_UNAVAILABLE", Validation, 501,
        "use optimizely or files";
    /// A function or option that does not exist yet.
    NotAvailable = "NOT_AVAILABLE", Validation, 501,
        "leave it out";
    /// The plan is no longer the one that was reviewed.
    PlanStale = "PLAN_STALE", Conflict, 409,
        "plan again, review the plan, and deploy with its digest";
    /// Both sides changed the same property.
    Conflict = "CONFLICT", Conflict, 409,
        "compare both sides and decide which holds";
    /// A write whose effect is not known and cannot be told from what the platform shows.
    InDoubt = "IN_DOUBT", Conflict, 409,
        "look at the type on the platform and deploy again";
    /// The platform still shows what was there before our own last write.
    StaleRead = "STALE_READ", Conflict, 409,
        "deploy again in a minute";
    /// Nothing is left of the deployment that is to be rolled back.
    RolledBack = "ROLLED_BACK", Conflict, 409,
        "roll the rollback back to have the deployment again";
    /// Another website claims this key of the platform.
    KeyClaimed = "KEY_CLAIMED", Conflict, 409,
        "give the type another key in one of the two websites";
    /// A deployment of this website to this target is running.
    DeploymentInProgress = "DEPLOYMENT_IN_PROGRESS", Conflict, 409,
        "wait for it to end, or cancel it";
    /// Somebody else took over while this run was frozen.
    LeaseLost = "LEASE_LOST", Conflict, 409,
        "start a new deployment; what this one did is recorded";
    /// The key exists on the platform already.
    Duplicate = "DUPLICATE", Duplicate, 409,
        "deploy again to adopt it";
    /// A type that this one needs failed or is missing.
    DependencyFailed = "DEPENDENCY_FAILED", Dependency, 424,
        "deploy again when the types it refers to can be deployed";
    /// No client id or secret was given.
    CredentialsMissing = "CREDENTIALS_MISSING", Auth, 401,
        "set OPTIMIZELY_CLIENT_ID and OPTIMIZELY_CLIENT_SECRET";
    /// The platform does not accept the credentials.
    AuthFailed = "AUTH_FAILED", Auth, 401,
        "check the client id and secret";
    /// The platform refuses this to these credentials.
    Forbidden = "FORBIDDEN", Forbidden, 403,
        "give the API key the right to change content types";
    /// The acting person's role does not allow it.
    RoleRefused = "ROLE_REFUSED", Forbidden, 403,
        "ask somebody whose role allows it";
    /// An address that credentials may not be sent to.
    HostNotAllowed = "HOST_NOT_ALLOWED", Forbidden, 403,
        "name the host in allowedHosts if you trust it";
    /// The platform asked to slow down for longer than the run waits.
    RateLimited = "RATE_LIMITED", RateLimit, 429,
        "deploy again later";
    /// No connection, or no usable answer.
    PlatformUnreachable = "PLATFORM_UNREACHABLE", Network, 502,
        "check the address and the connection, then deploy again";
    /// The platform failed.
    PlatformFailed = "PLATFORM_FAILED", Network, 502,
        "deploy again later";
    /// The API version was switched off.
    ApiVersionGone = "API_VERSION_GONE", Network, 502,
        "use an address of the API that ends in /v1";
    /// No website has this id.
    WebsiteNotFound = "WEBSITE_NOT_FOUND", NotFound, 404,
        "use the id of a website in the studio, or none for every website";
    /// No type has this key or id.
    TypeNotFound = "TYPE_NOT_FOUND", NotFound, 404,
        "use the key or the row id of a type";
    /// No deployment has this id.
    DeploymentNotFound = "DEPLOYMENT_NOT_FOUND", NotFound, 404,
        "use the id of a deployment that was started";
    /// What a type was before the deployment is not kept any more.
    BackupGone = "BACKUP_GONE", NotFound, 404,
        "change the type by hand, or deploy an earlier version of it";
    /// The type is gone from the platform.
    RemoteGone = "REMOTE_GONE", NotFound, 404,
        "detect the changes again and decide";
    /// The studio's database file does not exist.
    DatabaseNotFound = "DATABASE_NOT_FOUND", State, 503,
        "set databaseUrl or DATABASE_URL to the studio's database";
    /// The file is no database of a studio.
    DatabaseInvalid = "DATABASE_INVALID", State, 503,
        "point databaseUrl at a database made by the studio";
    /// A kind of database that is not supported.
    DatabaseUnsupported = "DATABASE_UNSUPPORTED", State, 501,
        "use a SQLite database: file:./dev.db";
    /// The database is locked by somebody else.
    DatabaseBusy = "DATABASE_BUSY", State, 503,
        "try again when the other program is done";
    /// The state cannot be written where it is.
    StoreReadOnly = "STORE_READ_ONLY", State, 503,
        "set stateUrl to a place that can be written";
    /// The state cannot be read or written.
    StoreFailed = "STORE_FAILED", State, 503,
        "check the file and the disk, or move the file away to adopt everything anew";
    /// The process ended before the deployment did.
    Interrupted = "INTERRUPTED", State, 503,
        "resume the deployment, or deploy again";
    /// The state was written by a newer release, or is not ours.
    StateIncompatible = "STATE_INCOMPATIBLE", State, 503,
        "use the release that wrote it, or move the file away to adopt everything anew";
    /// The audit cannot be carried on: its key is missing, or its end is not right.
    AuditUnverified = "AUDIT_UNVERIFIED", State, 503,
        "set CATALYST_SYNC_AUDIT_KEY to the key that signed it, or put a copy of the state in its place";
    /// The key of the credentials store is missing or of another form.
    KeyInvalid = "KEY_INVALID", State, 503,
        "set it to 32 random bytes, for example the output of: openssl rand -base64 32";
    /// Stored credentials cannot be opened with this key.
    KeyWrong = "KEY_WRONG", State, 503,
        "set the key that they were stored with, or remove them and set them anew";
    /// Most of the bound types are missing on the platform.
    TargetMismatch = "TARGET_MISMATCH", State, 409,
        "check that the credentials belong to the right instance; nothing was changed";
    /// Most of the bound types are missing in the studio.
    StudioMismatch = "STUDIO_MISMATCH", State, 409,
        "check that databaseUrl names the right database; nothing was changed";
    /// The file or the stream that the history is exported to cannot be written.
    ExportFailed = "EXPORT_FAILED", State, 503,
        "see that the place can be written and has room, then export again";
    /// The user cancelled.
    Cancelled = "CANCELLED", Cancelled, 499,
        "deploy again; what was done is recorded";
    /// The engine was closed.
    EngineClosed = "ENGINE_CLOSED", Cancelled, 503,
        "make a new engine";
    /// A defect of the engine.
    Internal = "INTERNAL", Internal, 500,
        "report this as a defect; what was sent is journalled and is recovered";
}

impl ErrorClass {
    /// Whether an error of the class is that of the whole run, and not only of one type
    /// (`design.md` §7).
    #[must_use]
    pub fn stops(self) -> bool {
        matches!(self, Self::Auth | Self::Cancelled | Self::State)
    }

    /// The class as programs see it.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Validation => "VALIDATION",
            Self::Dependency => "DEPENDENCY",
            Self::Conflict => "CONFLICT",
            Self::Duplicate => "DUPLICATE",
            Self::Auth => "AUTH",
            Self::Forbidden => "FORBIDDEN",
            Self::RateLimit => "RATE_LIMIT",
            Self::Network => "NETWORK",
            Self::NotFound => "NOT_FOUND",
            Self::Cancelled => "CANCELLED",
            Self::State => "STATE",
            Self::Internal => "INTERNAL",
        }
    }
}

impl ErrorCode {
    /// Whether the same call may succeed later without anything being changed.
    #[must_use]
    pub fn retryable(self) -> bool {
        matches!(
            self,
            Self::DependencyFailed
                | Self::RateLimited
                | Self::PlatformUnreachable
                | Self::PlatformFailed
                | Self::StaleRead
                | Self::DeploymentInProgress
                | Self::LeaseLost
                | Self::DatabaseBusy
        )
    }
}

impl fmt::Display for ErrorCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl Serialize for ErrorCode {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

impl Serialize for ErrorClass {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}
