//! MFA codes, asked for in the console and by a command.

use super::pty::{Console, Start};
use crate::cli::served::Served;

const DEVICE: &str = "arn:aws:iam::111122223333:mfa/robin";

/// A served fleet in several accounts, each of whose roles wants MFA.
fn served() -> Served {
    let served = Served::start(&["--scenario", "several-accounts"]);
    let file = served.export("GWCTL_CONFIG");
    let text = std::fs::read_to_string(file).unwrap();
    let mut config: toml::Table = text.parse().unwrap();
    let accounts = config["fleets"]["orders"]["accounts"].as_table_mut();
    for (_, access) in accounts.unwrap() {
        let access = access.as_table_mut().unwrap();
        access.insert("mfa_serial".into(), DEVICE.into());
    }
    std::fs::write(file, toml::to_string_pretty(&config).unwrap()).unwrap();
    served
}

fn console(served: &Served, args: &[&str]) -> Console {
    let home = std::env::temp_dir();
    let mut env = served.exports();
    env.push(("HOME", home.to_str().unwrap()));
    Console::start(&Start {
        args,
        env: &env,
        size: (160, 40),
        ..Start::default()
    })
}

#[test]
fn the_console_asks_for_the_code_takes_a_refusal_and_goes_on_with_the_next() {
    let served = served();
    let mut console = console(&served, &[]);
    console.wait_text(&[&format!("the MFA code of {DEVICE} is needed")]);
    console.press(":mfa letters\r");
    console.wait_text(&["`:mfa` takes the digits that the MFA device shows"]);
    console.press("\x1b");
    console.wait_no_text(&["letters"]);
    console.press(":mfa 000000\r");
    console.wait_text(&["refused the MFA code"]);
    console.press(":mfa 123456\r");
    console.wait_no_text(&["MFA code of"]);
    console.press("5");
    for part in ["333344445555", "444455556666", "222233334444"] {
        console.wait_text(&[part]);
    }
    console.press("q");
    assert_eq!(console.exit_code(), 0);
    console.assert_restored();
}

#[test]
fn a_command_asks_for_one_code_and_uses_it_for_every_account() {
    let served = served();
    let mut console = console(&served, &["status"]);
    console.wait_text(&[&format!("MFA code of {DEVICE}:")]);
    console.press("123456\r");
    console.wait_text(&["dns: robin in 333344445555", "edge: robin in 444455556666"]);
    assert_eq!(console.exit_code(), 0);
}

#[test]
fn a_command_asks_for_another_code_after_sts_refused_one() {
    let served = served();
    let mut console = console(&served, &["status"]);
    console.wait_text(&[&format!("MFA code of {DEVICE}:")]);
    console.press("000000\r");
    console.wait_text(&["refused the MFA code", "(tries left: 2)"]);
    console.press("123456\r");
    console.wait_text(&["dns: robin in 333344445555", "edge: robin in 444455556666"]);
    assert_eq!(console.exit_code(), 0);
}

#[test]
fn a_command_goes_on_without_after_the_third_code_that_sts_refused() {
    let served = served();
    let mut console = console(&served, &["status"]);
    console.wait_text(&[&format!("MFA code of {DEVICE}:")]);
    for left in ["(tries left: 2)", "(tries left: 1)", "goes on without it"] {
        console.press("000000\r");
        console.wait_text(&[left]);
    }
    assert_ne!(console.exit_code(), 0);
}
