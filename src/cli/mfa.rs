//! Asks for the codes of the MFA devices that a fleet's accounts need, each once.

use std::collections::BTreeSet;

use super::act::ask;
use crate::aws::{console_has_terminal, give_mfa_code};
use crate::fleet::FleetSpec;

/// Asks at the terminal. The console asks on its own screen; where nobody sits, what needs the code says so.
pub async fn ask(spec: &FleetSpec) {
    if console_has_terminal() || !ask::terminal() {
        return;
    }
    let all = spec.accounts.all();
    let devices = all
        .iter()
        .filter_map(|(_, access)| access.mfa_serial.as_ref());
    for device in devices.collect::<BTreeSet<_>>() {
        let prompt = format!("MFA code of {}:", crate::fleet::clean_line(device));
        if let Ok(Some(code)) = ask::ask(&prompt).await {
            give_mfa_code(device, &code);
        }
    }
}
