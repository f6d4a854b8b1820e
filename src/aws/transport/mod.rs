//! What every call goes through: credentials, the circuit breaker, the SDK with its retries and time-outs, the
//! ledger of calls; and what its failures mean.

pub(crate) mod assumed_role;
pub(crate) mod breaker;
pub(crate) mod call;
pub(crate) mod call_monitor;
pub(crate) mod connect;
pub(crate) mod credential_errors;
pub(crate) mod credentials;
pub(crate) mod denial;
pub(crate) mod endpoint;
pub(crate) mod entrance;
pub(crate) mod error;
pub(crate) mod escape;
pub(crate) mod fence;
pub(crate) mod helper;
pub(crate) mod in_process;
pub(crate) mod json;
pub(crate) mod mfa;
pub(crate) mod mfa_codes;
pub(crate) mod network;
pub(crate) mod plain;
pub(crate) mod profiles;
pub(crate) mod query;
pub(crate) mod receipt;
pub(crate) mod recorder;
pub(crate) mod refusal;
pub(crate) mod reply;
pub(crate) mod session;
pub(crate) mod signature;
pub(crate) mod signed;
pub(crate) mod surroundings;
pub(crate) mod time;
pub(crate) mod truncated_reply;
pub(crate) mod way;
