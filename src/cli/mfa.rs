//! Asks for the codes of the MFA devices that a fleet's accounts need, each once, and again where STS refused one.

use std::collections::BTreeMap;

use super::act::ask;
use super::output::tell;
use crate::aws::{Session, console_has_terminal, give_mfa_code, mfa_devices_waiting};
use crate::fleet::{Account, FleetSpec, clean_line};
use crate::observe::identity;

/// How many codes are asked for before the command goes on without.
const TRIES: u32 = 3;

/// Asks at the terminal. The console asks on its own screen; where nobody sits, what needs the code says so.
pub async fn ask(session: &Session, spec: &FleetSpec) {
    if console_has_terminal() || !ask::terminal() {
        return;
    }
    // One code serves every account of a device and a profile.
    let mut devices: BTreeMap<(&str, Option<&str>), Account> = BTreeMap::new();
    for (account, access) in spec.accounts.all() {
        if let Some(device) = &access.mfa_serial {
            let key = (device.as_str(), access.profile.as_deref());
            devices.entry(key).or_insert(account);
        }
    }
    for ((device, _), account) in devices {
        if !proven(session, spec, device, &account).await {
            return;
        }
    }
}

/// Asks until STS took a code, at most [`TRIES`] times; whether there may be more to ask for.
async fn proven(session: &Session, spec: &FleetSpec, device: &str, account: &Account) -> bool {
    let prompt = format!("MFA code of {}:", clean_line(device));
    for tried in 1..=TRIES {
        let Ok(Some(code)) = ask::ask(&prompt).await else {
            return false;
        };
        give_mfa_code(device, &code);
        let Err(error) = identity(session, spec, account).await else {
            return true;
        };
        // Something else stands in the way: the code was taken.
        if !mfa_devices_waiting().borrow().contains(device) {
            return true;
        }
        let left = TRIES - tried;
        tell(format!(
            "gwctl: {}{}",
            clean_line(&error.message),
            match left {
                0 => "; gwctl goes on without it".to_owned(),
                left => format!(" (tries left: {left})"),
            }
        ));
    }
    true
}
